"""Django itself: applications, database, templates, language and time."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.env import Environment, Mode, database

ENV = Environment()
MODE = ENV.mode
BASE_DIR = Path(__file__).resolve().parent.parent.parent

SECRET_KEY = ENV.required("SECRET_KEY", development="for-development-only-" + "x" * 40)
# Keys of before: what they signed or encrypted is still read, nothing new is.
SECRET_KEY_FALLBACKS = ENV.words("SECRET_KEY_FALLBACKS")
DEBUG = ENV.flag("DEBUG")
ALLOWED_HOSTS = [
    name
    for name in ENV.required("ALLOWED_HOSTS", development="localhost,127.0.0.1,[::1],testserver").split(",")
    if name
]
if MODE is Mode.PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG=1 shows source and settings to visitors. Unset it in production.")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.simple_history",
    "config.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "masterdata",
    "reconciliation",
    "integration",
    "config.apps.DeskConfig",
]

MIDDLEWARE = [
    "config.correlation.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.uploads.LargestRequest",
    "config.content_security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.DeskLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "config.signing_in.second_factor.SecondFactor",
    "masterdata.audit.ActorMiddleware",
    "config.rights.ClosedByDefault",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.context",
            ],
        },
    },
]

DATABASES = {
    # The development address is nobody's: commands that need no database run, the others say what is missing.
    "default": database(
        ENV.required("DATABASE_URL", development="postgresql:///DATABASE_URL-is-not-set?host=/nowhere"),
        # Somebody waits for what the web asks; workers have the time limits of their tasks instead.
        statement_seconds=ENV.number("WEB_STATEMENT_SECONDS", 15) if ENV.is_web else 0,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
TIME_ZONE = ENV.text("TIME_ZONE", "Europe/Berlin")
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
# Without collectstatic (demo, tests) files are served as they lie; production serves hashed names.
STATIC_ROOT = BASE_DIR / "static-build" if MODE is Mode.PRODUCTION else None
WHITENOISE_USE_FINDERS = MODE is not Mode.PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if MODE is Mode.PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

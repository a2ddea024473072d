"""How people sign in: a password with a second factor, and Microsoft Entra ID (config/signing_in)."""

from django.core.exceptions import ImproperlyConfigured

from config.env import Mode

from .base import ENV, MODE
from .security import SESSION_COOKIE_AGE

AUTHENTICATION_BACKENDS = ["config.people.People"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

ACCOUNT_ADAPTER = "config.signing_in.adapters.People"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False  # an address proves nobody, so two people may have the same
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# A whole office may come by one address; a name is guessed at five times in five minutes.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "40/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENV.flag("BEHIND_TLS_PROXY") else 0

MFA_ADAPTER = "config.signing_in.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tieout"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = MODE is not Mode.PRODUCTION
SECOND_FACTOR_REQUIRED = ENV.flag("SECOND_FACTOR_REQUIRED", default=MODE is Mode.PRODUCTION)

USERSESSIONS_TRACK_ACTIVITY = False

SOCIALACCOUNT_ADAPTER = "config.signing_in.adapters.EntraId"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = True  # the state and PKCE guard it; a form's way may not lead to another site
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
OIDC_SERVER_URL = ENV.text("OIDC_SERVER_URL")
if OIDC_SERVER_URL and not (ENV.text("OIDC_CLIENT_ID") and ENV.text("OIDC_CLIENT_SECRET")):
    raise ImproperlyConfigured("OIDC_SERVER_URL is set: set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too.")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "entra",
                "name": ENV.text("OIDC_NAME", "Microsoft"),
                "client_id": ENV.text("OIDC_CLIENT_ID"),
                "secret": ENV.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL, "uid_field": "sub", "fetch_userinfo": False},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

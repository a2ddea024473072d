"""One line per event that matters, on standard output, in UTC."""

from .base import ENV

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logging.UtcFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"refusals": {"()": "config.logging.RefusalInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"filters": ["refusals"]},
        "urllib3": {"level": "WARNING"},
        "apprise": {"level": "WARNING"},  # below it tells addresses that are keys
        "msal": {"level": "WARNING"},
    },
}

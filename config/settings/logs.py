"""One line per event that matters, on standard output, in UTC: text for people, or JSON for machines."""

from .base import ENV

LOG_FORMAT = ENV.one_of("LOG_FORMAT", ("text", "json"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "config.logging.UtcFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "config.logging.JsonFormatter"},
    },
    "filters": {
        "refusals": {"()": "config.logging.RefusalInOneLine"},
        "answer_keys": {"()": "config.logging.WithoutAnswerKeys"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["answer_keys"]}
    },
    "root": {"handlers": ["console"], "level": ENV.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"filters": ["refusals"]},
        "urllib3": {"level": "WARNING"},
        "apprise": {"level": "WARNING"},  # below it tells addresses that are keys
        "msal": {"level": "WARNING"},
    },
}

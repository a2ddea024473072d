"""Workers, schedules and Business Central.

Celery messages carry no work: the rows of the outbox do (docs/decisions/0003). So there is no result
backend, no ETA, no Celery retry, and losing Redis loses nothing.
"""

from config.env import broker
from config.schedules import SCHEDULES

from .base import ENV, TIME_ZONE

REDIS_URL = ENV.required("REDIS_URL", development="")
REDIS_PREFIX = ENV.text("REDIS_PREFIX", "tieout")

# Counts tries of signing in, for all web processes together.
CACHES = {
    "default": {
        "BACKEND": "config.patient_cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}:cache",
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

VISIBILITY = {"visibility_timeout": 600}
CELERY_BROKER_URL = broker(REDIS_URL) or "memory://"
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 150
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "realtime"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30  # on SIGQUIT what is in hand has so many seconds to end
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = VISIBILITY | {
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 10,
    "global_keyprefix": f"{REDIS_PREFIX}:",
}
CELERY_VISIBILITY_TIMEOUT = 600
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_ROUTES = {
    "integration.tasks.deliver_outbox": {"queue": "realtime"},
    "integration.tasks.pull": {"queue": "bulk"},
    "integration.tasks.pull_records": {"queue": "housekeeping"},
    "integration.tasks.check_drift": {"queue": "bulk"},
    "integration.tasks.take_totals": {"queue": "bulk"},
    "integration.tasks.tell_the_morning": {"queue": "housekeeping"},
    "integration.tasks.follow_hints": {"queue": "housekeeping"},
    "integration.tasks.keep_subscriptions": {"queue": "housekeeping"},
    "integration.tasks.seal_audit": {"queue": "housekeeping"},
    "integration.tasks.tell_audit_heads": {"queue": "housekeeping"},
    "integration.tasks.verify_audit": {"queue": "bulk"},
    "integration.tasks.escalate": {"queue": "housekeeping"},
    "integration.tasks.stand_in_for_the_clock": {"queue": "realtime"},
    "integration.tasks.tell_webhooks": {"queue": "housekeeping"},
    "integration.tasks.sweep_outbox": {"queue": "housekeeping"},
    "integration.tasks.replay_dead_letters": {"queue": "housekeeping"},
    "reconciliation.tasks.match_due_invoices": {"queue": "realtime"},
    "reconciliation.tasks.match_a_share": {"queue": "bulk"},
    "reconciliation.tasks.judge_open_invoices_again": {"queue": "housekeeping"},
    "reconciliation.tasks.try_rules": {"queue": "bulk"},
    "reconciliation.tasks.write_exports": {"queue": "bulk"},
    "reconciliation.tasks.report_conflicts": {"queue": "housekeeping"},
    "reconciliation.tasks.fold_tallies": {"queue": "housekeeping"},
}
TIEOUT_SCHEDULES = SCHEDULES

# Business Central; empty values mean "not connected yet", and the overview says so.
BC_BASE_URL = ENV.text("BC_BASE_URL")
BC_APP_URL = ENV.text("BC_APP_URL")
BC_COMPANY = ENV.text("BC_COMPANY")
BC_AUTHORITY = ENV.text("BC_AUTHORITY")
BC_CLIENT_ID = ENV.text("BC_CLIENT_ID")
BC_CLIENT_SECRET = ENV.text("BC_CLIENT_SECRET")
BC_CLIENT_CERTIFICATE = ENV.text("BC_CLIENT_CERTIFICATE")
ENV.refuse_former("BC_PULL_CLIENT_ID", "Set BC_CLIENT_ID_2 and BC_CLIENT_SECRET_2 instead (.env.example).")
# Further applications, by their number; BC counts its limits for each one, so the calls are spread over all.
BC_MORE_CLIENTS = {
    number: (
        ENV.text(f"BC_CLIENT_ID_{number}"),
        ENV.text(f"BC_CLIENT_SECRET_{number}"),
        ENV.text(f"BC_CLIENT_CERTIFICATE_{number}"),
    )
    for number in ENV.numbers_after("BC_CLIENT_ID", "BC_CLIENT_SECRET", "BC_CLIENT_CERTIFICATE")
}
# The public address of our /bc/hints, for BC's webhooks; empty: the hourly pull does the work.
BC_NOTIFICATION_URL = ENV.text("BC_NOTIFICATION_URL")
BC_CA_BUNDLE = ENV.text("BC_CA_BUNDLE")
BC_REQUESTS_PER_SECOND = ENV.number("BC_REQUESTS_PER_SECOND", 15)
BC_CONCURRENCY = ENV.number("BC_CONCURRENCY", 4)
# With more documents waiting than this, or one for more than an hour, batches of events come later.
INTAKE_BACKLOG = ENV.number("INTAKE_BACKLOG", 50_000)
# While more documents than this wait for BC, the clock reads only what changed there, not everything.
SYNC_FULL_BACKLOG = ENV.number("SYNC_FULL_BACKLOG", 500)

# So many documents one worker has in hand at once: twice as many as calls that BC lets run, so that behind
# each call another document is ready to go, also where the machine is busy.
OUTBOX_HANDS = ENV.number("OUTBOX_HANDS", 2 * BC_CONCURRENCY)
OUTBOX_LEASE_SECONDS = ENV.number("OUTBOX_LEASE_SECONDS", 120)
# All waits of the outbox are multiplied by this. A lost answer may still become a document in BC for
# 16 minutes (its requests end after 8, its queue holds as long), so anything but 1 is for the sandbox,
# whose requests end with their connection.
OUTBOX_PACE = ENV.fraction("OUTBOX_PACE", "1")

# For so long a decision about an exception can be undone, and what goes to BC waits; 0 is not at all.
UNDO_SECONDS = ENV.number("UNDO_SECONDS", 30)

# Where people open Tieout, for links in what they are told; empty: no links.
TIEOUT_URL = ENV.text("TIEOUT_URL").rstrip("/")

# Mail to people when something is stuck; with no server named nothing is mailed. A folder takes the mails
# as files instead, where Tieout is only tried.
EMAIL_FOLDER = ENV.text("EMAIL_FOLDER")
if EMAIL_FOLDER:
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", EMAIL_FOLDER
EMAIL_HOST = ENV.text("EMAIL_HOST")
EMAIL_PORT = ENV.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = ENV.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = ENV.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = ENV.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
# Whether whoever becomes the first owner of exceptions gets a mail about them.
FIRST_OWNER_MAIL = ENV.flag("FIRST_OWNER_MAIL", default=True)
DEFAULT_FROM_EMAIL = ENV.text("DEFAULT_FROM_EMAIL", "tieout@localhost")

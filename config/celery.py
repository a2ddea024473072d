"""The Celery application: workers wake up here, the database remembers the work."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

logger = logging.getLogger(__name__)

STAND_IN = "integration.tasks.stand_in_for_the_clock"
STAND_IN_SECONDS = 60

app = Celery("tieout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def watch_the_clock(sender: Any, **_other: Any) -> None:
    """Let every worker ask now and then whether the clock still comes: its silence tells nobody."""
    sender.timer.call_repeatedly(STAND_IN_SECONDS, _ask)


def _ask() -> None:
    try:
        app.send_task(STAND_IN, expires=STAND_IN_SECONDS)
    except OperationalError as error:
        logger.warning("Nobody could be asked to watch the clock: %s", error)

"""Ask a worker for something, and tell the person who asked what comes of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def ask(request: HttpRequest, task: Any, kwargs: Mapping[str, object], *, said: str) -> bool:
    """Send a task to the workers; returns whether they could be reached."""
    try:
        task.apply_async(kwargs=dict(kwargs), retry=False)
    except Exception as error:  # noqa: BLE001 - whatever the broker raises, the person has to be told
        logger.warning("Could not ask the workers for %s: %s", task.name, error)
        messages.error(request, _("The workers cannot be reached; the schedule will pull later."))
        return False
    messages.success(request, said)
    return True

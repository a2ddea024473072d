"""Back-pressure: while much waits for Business Central, batches are asked to come later.

A batch is what a bulk caller sends: a first load, a nightly file. Single events, behind which somebody works,
are always taken.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from rest_framework import status

from integration.models import Message
from masterdata.models import Company

from .problems import ProblemError

LONGEST_WAIT = timedelta(hours=1)
RETRY_AFTER_SECONDS = 300

State = Message.State


class TooMuchWaits(ProblemError):  # noqa: N818
    """The line before Business Central is too long for more in bulk."""

    status = status.HTTP_429_TOO_MANY_REQUESTS
    code = "too-much-waits"
    title = "Too much waits for Business Central"
    retry_after = RETRY_AFTER_SECONDS


def check_batch(company: Company) -> None:
    """Let a batch in; raises TooMuchWaits."""
    if why := _why_not(company):
        raise TooMuchWaits(
            f"{why}. Nothing of this batch was stored. Send it again in {RETRY_AFTER_SECONDS // 60} minutes; "
            "single events are taken meanwhile."
        )


def _why_not(company: Company) -> str:
    moving = [State.READY, State.VERIFYING, *Message.IN_FLIGHT]
    waiting = Message.objects.of(company).filter(state__in=moving)
    if waiting.filter(created_at__lt=timezone.now() - LONGEST_WAIT).exists():
        return "Documents have waited for Business Central for more than an hour"
    most = settings.INTAKE_BACKLOG
    if waiting[: most + 1].count() > most:
        return f"More than {most} documents wait for Business Central"
    return ""

"""The bar that offers to undo what one has just done, on whichever page comes next."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from reconciliation.actions import Done

KEPT_IN = "undo"


@dataclass(frozen=True)
class Bar:
    """What can be undone, and for how many seconds more."""

    key: int
    said: str
    seconds: int


def offer(request: HttpRequest, done: Done) -> None:
    """Say what was done; where it can be undone, the bar says it until then."""
    if done.undoable is None:
        messages.success(request, done.sentence)
        return
    request.session[KEPT_IN] = {
        "key": done.undoable.pk,
        "said": done.sentence,
        "until": done.undoable.until.isoformat(),
    }


def forget(request: HttpRequest) -> None:
    request.session.pop(KEPT_IN, None)


def bar(request: HttpRequest) -> Bar | None:
    """Give the bar while its time lasts; what was done is told once at least."""
    kept: dict[str, Any] | None = request.session.get(KEPT_IN)
    if kept is None:
        return None
    left = datetime.datetime.fromisoformat(kept["until"]) - timezone.now()
    if left.total_seconds() <= 0:
        forget(request)
        return None
    return Bar(kept["key"], kept["said"], int(left.total_seconds()) + 1)

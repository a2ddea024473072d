"""A turn: look, write down who is to be told, send; and who does it when the clock is silent."""

from __future__ import annotations

from datetime import datetime

from integration.models import Turn

from .case_mail import send_case_mail
from .due import write_due
from .forgetting import forget_old
from .sending import send_due
from .sources import SILENCE
from .watching import watch


def turn(*, now: datetime) -> None:
    """Do what the clock asks for every few seconds; two of them at once do it once."""
    Turn.objects.update_or_create(pk=1, defaults={"looked_at": now})
    _look(now)
    forget_old(now=now)


def stand_in(*, now: datetime) -> bool:
    """Look in the clock's place when it has been silent for long; False while it is not."""
    latest, is_new = Turn.objects.get_or_create(pk=1, defaults={"looked_at": now})
    if is_new or now - latest.looked_at < SILENCE:
        return False
    _look(now)
    return True


def _look(now: datetime) -> None:
    watch(now=now)
    write_due(now=now)
    send_due(now=now)
    send_case_mail(now=now)

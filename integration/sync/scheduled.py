"""Pulls by the clock: each turn once, and reading everything waits while documents do."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from integration import connections
from integration.bc import Lane
from integration.models import Message, SyncRun
from masterdata.models import Company

from . import places, runs, slots
from .company import ensure_company
from .pull import ALL, MASTERS, pull_lists

logger = logging.getLogger(__name__)

ONCE_IN = timedelta(hours=20)  # a night's later turns only read what its first ones did not


def pull_by_schedule(entity: str, *, full: bool, schedule: str, message: str, now: datetime) -> list[SyncRun]:
    """Pull what a turn of a schedule asks for, unless somebody has this turn; raises the first error."""
    if schedule and not slots.take(schedule, by=message, now=now):
        logger.info("Left the turn of %s to whoever took it", schedule)
        return []
    client = connections.client(lane=Lane.BULK)
    company = ensure_company(client)
    is_busy = backlog(company) > settings.SYNC_FULL_BACKLOG
    names = MASTERS if entity == ALL else (entity,)
    wanted = [name for name in names if _has_turn(company, name, full=full, is_busy=is_busy, now=now)]
    if is_busy and (left := [name for name in names if name not in wanted]):
        logger.info("Skipped reading all %s: documents wait for Business Central", ", ".join(left))
    return pull_lists(client, company, wanted, full=full, changes_suffice=is_busy)


def backlog(company: Company) -> int:
    """Count the documents that could go to Business Central now."""
    waiting = [Message.State.READY, Message.State.CLAIMED, Message.State.SENDING, Message.State.VERIFYING]
    return Message.objects.of(company).filter(state__in=waiting).count()


def _has_turn(company: Company, name: str, *, full: bool, is_busy: bool, now: datetime) -> bool:
    if full and runs.was_read_in_full(company, name, since=now - ONCE_IN):
        return False
    if not is_busy or not runs.was_read(company, name):
        return True  # without its first pull, documents would wait for this list
    place = places.open_place(company, name)
    return not full and (place is None or place.kind != SyncRun.Kind.FULL)

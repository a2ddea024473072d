"""Follow the hints: read from BC what is said to have changed, and let go of what was read."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Q

from integration import sync
from integration.errors import IntegrationError, NotSentError, TemporaryError
from integration.models import Hint
from integration.sync.entities import ENTITIES
from masterdata.models import Company

logger = logging.getLogger(__name__)

MOST_RECORDS = 1000  # of one list, 50 in a question; beyond, reading all of it is less work
AGAIN_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=2)  # by then the hourly pull has brought it, or says why not


def follow(*, now: datetime) -> int:
    """Read what is due, list by list, what is named before what names it; returns how many hints ended."""
    company = sync.ensure_company()
    if given_up := Hint.objects.filter(latest_at__lt=now - GIVE_UP_AFTER).delete()[0]:
        logger.warning("Let %s hints go that could not be followed for hours", given_up)
    Hint.objects.exclude(company=company).delete()  # of a connection of before
    due = set(Hint.objects.filter(due_at__lte=now).values_list("entity", flat=True))
    return sum(_follow(company, entity, now) for entity in ENTITIES if entity in due)


def _follow(company: Company, entity: str, now: datetime) -> int:
    hints = list(Hint.objects.filter(company=company, entity=entity, due_at__lte=now))
    try:
        _pull(entity, hints)
    except (NotSentError, TemporaryError) as exc:
        logger.info("Hints about %s wait: %s", entity, exc.sentence)
        return _wait(hints, now)
    except IntegrationError as exc:  # the hourly pull meets the same, and tells it
        logger.warning("Hints about %s were let go: %s", entity, exc.sentence)
    except SoftTimeLimitExceeded:  # the run says so; the other lists have their turn before it goes on
        _wait(hints, now)
        raise
    except Exception:
        logger.exception("Hints about %s wait: our own fault", entity)
        return _wait(hints, now)
    return _let_go(hints)


def _wait(hints: list[Hint], now: datetime) -> int:
    """Put them off for a moment; none has ended."""
    Hint.objects.filter(pk__in=[each.pk for each in hints]).update(due_at=now + AGAIN_AFTER)
    return 0


def _pull(entity: str, hints: list[Hint]) -> None:
    """Read the records that are named, and where a list was told as a whole its changes.

    The changes do not tell what was deleted; records asked for by name do, and so does reading everything.
    """
    ids = [each.bc_id for each in hints if each.bc_id]
    if len(ids) > MOST_RECORDS:
        sync.pull_entity(entity, full=True)
        return
    if len(ids) < len(hints):
        sync.pull_entity(entity)
    if ids:
        sync.pull_records(entity, ids)


def _let_go(hints: list[Hint]) -> int:
    """Forget what was read; what was told again meanwhile stays, for it may have changed since."""
    ended = 0
    for each in hints:
        same = Q(pk=each.pk, latest_at=each.latest_at)
        ended += Hint.objects.filter(same).delete()[0]
    return ended

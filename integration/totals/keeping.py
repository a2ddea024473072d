"""Take days and keep them: the last ones by the clock, one when somebody asks."""

from __future__ import annotations

import datetime
import logging
from contextlib import suppress

from django.utils import timezone

from integration.models import today_of, zone_of
from masterdata.models import Company
from reconciliation import control
from reconciliation.models import ControlDay

from .day import take

logger = logging.getLogger(__name__)

DAY = datetime.timedelta(days=1)
DAYS = 7  # a document that comes later than this is seen when somebody takes its day again


def take_and_keep(company: Company, on: datetime.date) -> ControlDay:
    """Take a day now; raises NotNow when it is signed off."""
    ends_at = datetime.datetime.combine(on + DAY, datetime.time.min, tzinfo=zone_of(company))
    now = timezone.now()  # what comes while the day is read may be missing from it
    kept = control.keep(company, take(company, on), now=now, ends_at=ends_at)
    logger.info("Took the totals of %s: %s differences", kept, kept.differences.count())
    return kept


def take_latest(*, now: datetime.datetime) -> int:
    """Take the last days of every company anew, but for those that are signed; returns how many."""
    taken = 0
    for company in Company.objects.order_by("pk"):
        today = today_of(company, now=now)
        for on in (today - datetime.timedelta(days=back) for back in range(DAYS, 0, -1)):
            kept = ControlDay.objects.of(company).filter(date=on).first()
            if kept is None or control.standing(kept) is None:
                with suppress(control.NotNow):  # signed since we looked
                    take_and_keep(company, on)
                    taken += 1
    return taken

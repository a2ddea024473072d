"""A day as it is taken, without anything that had to run for it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from integration.models import Channel, MorningMail
from masterdata.models import Company
from reconciliation.totals import Day, Fate, Figures, Kind, KindOfDay, Ours, compare, of_bc, of_portal

ON = datetime.date(2026, 11, 5)
LATE_SINCE = datetime.datetime(2026, 11, 5, 8, 12, tzinfo=datetime.UTC)


def a_day(*, receipts: int = 2, late: bool = False, unread: str = "") -> Day:
    """Some receipts, of which the last may wait for a unit."""
    figures = Figures(Decimal("4.00"), Decimal("50.10"), "EUR")
    ours = [
        Ours(
            f"GR-{number}",
            Fate.WAITING if late and number == receipts else Fate.POSTED,
            told=figures,
            why="unit BX",
            since=LATE_SINCE,
        )
        for number in range(1, receipts + 1)
    ]
    differences = compare(Kind.RECEIPT, ON, told=None, ours=ours, in_bc=None, days_here={})
    done = receipts - late
    kind = KindOfDay(Kind.RECEIPT, None, of_portal(ours), of_bc(None, ON), done, tuple(differences))
    return Day(ON, (kind,), unread)


def today_elsewhere(company: Company) -> datetime.date:
    """Give a company a clock by which it is another day than by the installation's, and tell that day.

    There always is one: these two are 25 hours apart.
    """
    here = timezone.localdate()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        there = timezone.localdate(timezone=ZoneInfo(zone))
        if there != here:
            channel = Channel.objects.create(name="Finance of another day")
            MorningMail.objects.create(company=company, channel=channel, time_zone=zone)
            return there
    raise AssertionError("No zone has another day.")

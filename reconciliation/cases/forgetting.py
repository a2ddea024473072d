"""Forget who looked at a case, and what they were told of it, long after it ended: both are about people."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciliation.models import CaseNotice, CaseVisit

KEPT = timedelta(days=400)  # as long as incidents are kept: a year's end beside the one before
BATCH = 2000


def forget_old(*, now: datetime) -> int:
    """Forget visits and notices of cases that ended long ago; returns how many. Comments stay.

    Finding none takes a look at all of them: once a night, and not with each turn of the clock.
    """
    forgotten = 0
    for kept in (CaseVisit.objects, CaseNotice.objects):
        rows = kept.filter(case__closed_at__lt=now - KEPT).values_list("pk", flat=True)
        while old := list(rows[:BATCH]):
            forgotten += kept.filter(pk__in=old).delete()[0]
    return forgotten

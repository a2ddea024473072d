"""What Celery wakes up here; the database remembers what is due."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from masterdata.audit import acting_as
from masterdata.models import Company

from . import bulk, policies, reconcile, segregation, tallies, trials
from .models import SupplierInvoice

logger = logging.getLogger(__name__)

LIMIT = 500
RUNS = 20
HELPERS = 3
HELPER_SECONDS = 30  # who has not come by then is not needed: the schedule calls again
TURN_SECONDS = 20.0  # then another task gets the worker; the schedule goes on with what is left


@shared_task
def match_due_invoices(**kwargs: Any) -> int:
    """Judge the invoices that are due, and call other workers where one has too much of it."""
    try:
        for _ in range(_helpers()):
            match_a_share.apply_async(retry=False, expires=HELPER_SECONDS)
    except Exception as error:  # noqa: BLE001 - a broker that is down must not keep this worker from it
        logger.warning("Could not call other workers to the invoices that are due: %s", error)
    judged: int = match_a_share()
    return judged


@shared_task
def match_a_share(**kwargs: Any) -> int:
    """Judge invoices that are due and that no other worker has in hand.

    Stops after a while, so that others get the worker too; nobody waits for anybody's end.
    """
    judged = 0
    with acting_as("worker match_due_invoices"):
        judged += bulk.match_plain(LIMIT * RUNS)
        for _ in range(RUNS):
            count = reconcile.match_due(LIMIT)
            judged += count
            if count < LIMIT:
                break
    return judged


def _helpers() -> int:
    """Tell how many more workers are of use: one for each share that is left when this one has its own."""
    share = LIMIT * RUNS
    due = SupplierInvoice.objects.due_for_matching()[: share * (HELPERS + 1)].count()
    return min(HELPERS, max(0, due - 1) // share)


@shared_task
def judge_open_invoices_again(**kwargs: Any) -> int:
    """Let every open invoice be matched again: an event that was lost must not hold one for ever."""
    return sum(policies.judge_again(company) for company in Company.objects.order_by("pk"))


@shared_task
def try_rules(**kwargs: Any) -> int:
    """Go on with the trials of matching rules that people began."""
    return trials.work(seconds=TURN_SECONDS)


@shared_task
def report_conflicts(**kwargs: Any) -> int:
    """Find who could do two things that are to be kept apart, and who did."""
    return len(segregation.report(now=timezone.now()))


@shared_task
def fold_tallies(**kwargs: Any) -> int:
    """Fold the counts of the cases together where many changes have come."""
    return tallies.fold()


@shared_task
def write_exports(**kwargs: Any) -> int:
    """Write the lists that people asked for as files."""
    from .views import exports  # a view's list, written elsewhere; views read the settings when imported

    return exports.work()

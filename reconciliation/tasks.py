"""What Celery wakes up here; the database remembers what is due."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from masterdata.audit import acting_as
from masterdata.models import Company

from . import bulk, policies, reconcile, tallies, trials

LIMIT = 500
RUNS = 20
TURN_SECONDS = 20.0  # then another task gets the worker; the schedule goes on with what is left


@shared_task
def match_due_invoices(**kwargs: Any) -> int:
    """Judge the invoices that are due; stops after a while, so that others get the worker too."""
    judged = 0
    with acting_as("worker match_due_invoices"):
        judged += bulk.match_plain(LIMIT * RUNS)
        for _ in range(RUNS):
            count = reconcile.match_due(LIMIT)
            judged += count
            if count < LIMIT:
                break
    return judged


@shared_task
def judge_open_invoices_again(**kwargs: Any) -> int:
    """Let every open invoice be matched again: an event that was lost must not hold one for ever."""
    return sum(policies.judge_again(company) for company in Company.objects.order_by("pk"))


@shared_task
def try_rules(**kwargs: Any) -> int:
    """Go on with the trials of matching rules that people began."""
    return trials.work(seconds=TURN_SECONDS)


@shared_task
def fold_tallies(**kwargs: Any) -> int:
    """Fold the counts of the cases together where many changes have come."""
    return tallies.fold()


@shared_task
def write_exports(**kwargs: Any) -> int:
    """Write the lists that people asked for as files."""
    from .views import exports  # a view's list, written elsewhere; views read the settings when imported

    return exports.work()

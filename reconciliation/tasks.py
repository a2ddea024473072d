"""What Celery wakes up here; the database remembers what is due."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from masterdata.audit import acting_as

from . import reconcile

LIMIT = 500
RUNS = 20


@shared_task
def match_due_invoices(**kwargs: Any) -> int:
    """Judge the invoices that are due; stops after a while, so that others get the worker too."""
    judged = 0
    with acting_as("worker match_due_invoices"):
        for _ in range(RUNS):
            count = reconcile.match_due(LIMIT)
            judged += count
            if count < LIMIT:
                break
    return judged

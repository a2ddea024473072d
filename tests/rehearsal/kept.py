"""Rehearsals that were kept, without rehearsing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integration.models import ContractReading, DriftCheck, OpeningRun, Rehearsal, RehearsedDocument
from tests import factories


def rehearsed(company: Any, *fates: tuple[str, str, str]) -> Rehearsal:
    """Keep a rehearsal of some orders, each with its fate and cause."""
    now = timezone.now()
    kept = Rehearsal.objects.create(
        company=company, export="open.jsonl", export_hash="0", by="lead", events=len(fates), calls=900,
        calls_per_second=15, state=Rehearsal.State.DONE, started_at=now, finished_at=now,
    )  # fmt: skip
    for number, fate, cause in fates:
        RehearsedDocument.objects.create(
            rehearsal=kept, kind="purchase_order.approved.v1", number=number, event_id=number, source="/cafm",
            fate=fate, cause=cause, owner="Integration admin" if cause else "", sentence=f"{cause}. Mend it.",
        )  # fmt: skip
    return kept


def with_balances(kept: Rehearsal, *, wrong: int = 0) -> Rehearsal:
    """Let a rehearsal have begun with open balances, and tell what is open on orders before and after."""
    now = timezone.now()
    kept.opening = OpeningRun.objects.create(
        company=kept.company, by="lead", files={}, rows=1200, wrong=wrong, asked_at=now, finished_at=now,
        state=OpeningRun.State.REFUSED if wrong else OpeningRun.State.DONE,
    )  # fmt: skip
    before = {"orders": 610, "ordered": "1250750.00", "to_come": "840262.50", "to_bill": "96225.00"}
    after = {"orders": 415, "ordered": "910625.00", "to_come": "620225.00", "to_bill": "31200.00"}
    kept.totals = [{"currency": "EUR", "before": before, "after": after}]
    kept.save()
    return kept


def ready_company() -> Any:
    """Make a company that may go live: all points that decide are met, and so are the others."""
    return make_ready(factories.open_company())


def make_ready(company: Any) -> Any:
    """Let a company meet all points but that of its rules."""
    now = timezone.now()
    ContractReading.objects.create(
        level=1, expects_app=True, offered={}, digest="", first_seen_at=now, last_seen_at=now
    )
    DriftCheck.objects.create(company=company, entity="items", checked_at=now)
    rehearsed(company, ("PO-1", RehearsedDocument.Fate.POSTS, ""))
    return company

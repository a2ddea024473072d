"""Rehearsals that were kept, without rehearsing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integration.models import ContractReading, DriftCheck, Rehearsal, RehearsedDocument
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

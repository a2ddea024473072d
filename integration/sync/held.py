"""Records that could not be mirrored yet: each is kept with its reason and tried again by every run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from integration.models import HeldRecord, SyncRun

Why = HeldRecord.Why

MOST_TRIED = 500  # in one run, those that waited longest; the others have their turn later


@dataclass(frozen=True)
class Held:
    """A record, and why it is not mirrored."""

    bc_id: UUID
    record: str
    why: HeldRecord.Why
    reason: str


def keep(run: SyncRun, records: Collection[Held]) -> None:
    """Remember what was held back; since when stays as it was first written."""
    now = timezone.now()
    HeldRecord.objects.bulk_create(
        [
            HeldRecord(
                company=run.company,
                entity=run.entity,
                bc_id=record.bc_id,
                record=record.record[:100],
                why=record.why,
                reason=record.reason,
                tried_at=now,
            )
            for record in records
        ],
        update_conflicts=True,
        unique_fields=["company", "entity", "bc_id"],
        update_fields=["record", "why", "reason", "tried_at"],
    )


def let_go(run: SyncRun, ids: Iterable[UUID]) -> int:
    """Forget records that are mirrored now, or gone from BC; returns how many were held."""
    return _of(run).filter(bc_id__in=list(ids)).delete()[0]


def are_any(run: SyncRun) -> bool:
    return _of(run).exists()


def untried(run: SyncRun) -> list[UUID]:
    """List those that this run's pages did not bring."""
    waiting = _of(run).filter(tried_at__lt=run.started_at).order_by("tried_at", "pk")
    return list(waiting.values_list("bc_id", flat=True)[:MOST_TRIED])


def _of(run: SyncRun) -> QuerySet[HeldRecord]:
    return HeldRecord.objects.filter(company=run.company, entity=run.entity)

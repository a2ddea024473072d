"""One pull of one entity: it begins alone, counts as it goes, and ends as done or failed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from integration.errors import TemporaryError
from integration.models import SyncIssue, SyncRun, SyncState
from masterdata.models import Company
from masterdata.upsert import Counts

logger = logging.getLogger(__name__)

Kind = SyncRun.Kind
State = SyncRun.State

STALE_AFTER = timedelta(minutes=10)  # a task lives 150 s at most
FULL_EVERY = timedelta(hours=24)
MOST_ISSUES = 200  # of one run; the rest is counted


class AlreadyRunning(TemporaryError):  # noqa: N818 - nothing is wrong
    """This entity is being pulled by somebody else."""


class RunTakenOver(TemporaryError):  # noqa: N818
    """The run took so long that it was given up, and another may have begun."""


def start(company: Company, entity: str, kind: SyncRun.Kind) -> SyncRun:
    """Begin a run; raises AlreadyRunning while another one is alive."""
    give_up_stale(company, entity)
    try:
        with transaction.atomic():
            return SyncRun.objects.create(company=company, entity=entity, kind=kind)
    except IntegrityError as exc:
        raise AlreadyRunning(
            f"{entity} are being pulled already. Wait until that run ends, or {STALE_AFTER.seconds // 60} "
            "minutes if it broke off."
        ) from exc


def give_up_stale(company: Company, entity: str) -> int:
    """Fail the runs that broke off without a word; returns how many."""
    stale = SyncRun.objects.filter(
        company=company, entity=entity, state=State.RUNNING, started_at__lt=timezone.now() - STALE_AFTER
    )
    minutes = STALE_AFTER.seconds // 60
    return stale.update(
        state=State.FAILED,
        finished_at=timezone.now(),
        error=f"Broke off: nothing was heard of it for {minutes} minutes. The next run does its work.",
    )


def kind_due(company: Company, entity: str, *, full: bool) -> SyncRun.Kind:
    """Tell whether changes are enough: now and then everything is read, because deletions show only then."""
    since = timezone.now() - FULL_EVERY
    read = SyncRun.objects.filter(
        company=company, entity=entity, kind=Kind.FULL, state=State.DONE, started_at__gte=since
    )
    return Kind.FULL if full or not read.exists() else Kind.DELTA


def count(run: SyncRun, counts: Counts, *, read: int, failed: int = 0, deleted: int = 0) -> None:
    """Add to a run's counts, which shows that it lives; raises RunTakenOver when it was given up."""
    updated = SyncRun.objects.filter(pk=run.pk, state=State.RUNNING).update(
        rows_read=F("rows_read") + read,
        rows_new=F("rows_new") + counts.new,
        rows_changed=F("rows_changed") + counts.changed,
        rows_unchanged=F("rows_unchanged") + counts.unchanged,
        rows_deleted=F("rows_deleted") + deleted,
        rows_failed=F("rows_failed") + failed,
    )
    if not updated:
        raise RunTakenOver(f"The pull of {run.entity} took too long and was given up.")


def note(run: SyncRun, record: str, reason: str) -> None:
    """Keep why a record was skipped, or what a reader of the run should know."""
    if run.issues.count() < MOST_ISSUES:
        SyncIssue.objects.create(run=run, record=record[:100], reason=reason)


def finish(run: SyncRun, *, watermark: datetime | None) -> None:
    """End a run that went through; the next one begins at the watermark."""
    with transaction.atomic():
        ended = SyncRun.objects.filter(pk=run.pk, state=State.RUNNING).update(
            state=State.DONE, finished_at=timezone.now()
        )
        if not ended:
            raise RunTakenOver(f"The pull of {run.entity} took too long and was given up.")
        if watermark is not None:
            SyncState.objects.update_or_create(
                company=run.company, entity=run.entity, defaults={"watermark": watermark}
            )
    run.refresh_from_db()
    logger.info(
        "Pulled %s: %s read, %s new, %s changed, %s deleted, %s failed",
        run.entity,
        run.rows_read,
        run.rows_new,
        run.rows_changed,
        run.rows_deleted,
        run.rows_failed,
    )


def fail(run: SyncRun, error: str) -> None:
    """End a run that did not go through; what it wrote stays, and the next run begins where it began."""
    SyncRun.objects.filter(pk=run.pk, state=State.RUNNING).update(
        state=State.FAILED, finished_at=timezone.now(), error=error
    )
    run.refresh_from_db()


def latest_error(company: Company, entity: str) -> str:
    """Tell why the latest run of an entity failed; empty when it did not, or there is none."""
    errors = SyncRun.objects.filter(company=company, entity=entity).order_by("-pk")
    return errors.values_list("error", flat=True).first() or ""


def watermark(company: Company, entity: str) -> datetime | None:
    """Tell up to which change in BC an entity was read."""
    return (
        SyncState.objects.filter(company=company, entity=entity).values_list("watermark", flat=True).first()
    )

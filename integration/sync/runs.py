"""One pull of one entity: it begins alone, counts as it goes, and ends as done or failed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import sql

from integration.errors import TemporaryError
from integration.mapping import pulls
from integration.models import SyncIssue, SyncRun, SyncState
from masterdata.models import Company
from masterdata.upsert import Counts

from . import places

logger = logging.getLogger(__name__)

Kind = SyncRun.Kind
State = SyncRun.State

STALE_AFTER = timedelta(minutes=10)  # no page takes so long
RUNS = 0x73796E63  # the space of the database's locks that runs hold while they live
FULL_EVERY = timedelta(hours=36)  # a night that was left out
MOST_ISSUES = 200  # of one run; the rest is counted


class AlreadyRunning(TemporaryError):  # noqa: N818 - nothing is wrong
    """This entity is being pulled by somebody else."""


class RunTakenOver(TemporaryError):  # noqa: N818
    """The run took so long that it was given up, and another may have begun."""


class Stopped(Exception):  # noqa: N818
    """Somebody asked this run to stop; the next one goes on from its place."""


COUNTED = ("read", "new", "changed", "unchanged", "deleted", "failed", "waiting", "filtered")
# One for each page, so it is written by hand: the ORM takes thrice as long and cannot hear the wish to stop.
COUNT = sql.SQL(
    "UPDATE {runs} SET {counts}, heard_at = %(now)s WHERE id = %(run)s AND state = %(running)s "
    "RETURNING stop_asked_by"
).format(
    runs=sql.Identifier(SyncRun._meta.db_table),
    counts=sql.SQL(", ").join(sql.SQL(f"rows_{name} = rows_{name} + %({name})s") for name in COUNTED),
)

_ours: set[int] = set()  # runs of this process: a session may take its own lock twice, and would not notice


def start(company: Company, entity: str, *, full: bool = False, changes_suffice: bool = False) -> SyncRun:
    """Begin a run, or go on where the one before broke off; raises AlreadyRunning while another is alive."""
    give_up_dead(company, entity)
    kind, resumes = _due(company, entity, full=full, changes_suffice=changes_suffice)
    try:
        run = _begin(company, entity, kind, resumes=resumes)
    except IntegrityError as exc:
        raise AlreadyRunning(
            f"{entity} are being pulled already. Wait until that run ends, or {STALE_AFTER.seconds // 60} "
            "minutes if it broke off."
        ) from exc
    return run


def start_records(company: Company, entity: str) -> SyncRun:
    """Begin a run of single records; it waits for no other: what both write, the next delta reads again."""
    give_up_dead(company, entity)
    return _begin(company, entity, Kind.RECORDS)


@transaction.atomic
def _begin(company: Company, entity: str, kind: SyncRun.Kind, *, resumes: int | None = None) -> SyncRun:
    run = SyncRun.objects.create(
        company=company, entity=entity, kind=kind, resumes_id=resumes, heard_at=timezone.now()
    )
    _hold(run.pk)
    return run


def give_up_dead(company: Company, entity: str) -> int:
    """Fail the runs whose worker died, or of which nothing was heard for long; returns how many."""
    running = SyncRun.objects.filter(company=company, entity=entity, state=State.RUNNING)
    minutes = STALE_AFTER.seconds // 60
    silent = running.filter(heard_at__lt=timezone.now() - STALE_AFTER)
    given_up = silent.update(
        state=State.FAILED,
        finished_at=timezone.now(),
        error=f"Broke off: nothing was heard of it for {minutes} minutes. The next run goes on there.",
    )
    for pk in running.values_list("pk", flat=True):
        if not _is_held(pk):
            given_up += running.filter(pk=pk).update(
                state=State.FAILED,
                finished_at=timezone.now(),
                error="Broke off: its worker died. The next run goes on where it stopped.",
            )
    return given_up


def _due(
    company: Company, entity: str, *, full: bool, changes_suffice: bool
) -> tuple[SyncRun.Kind, int | None]:
    """Tell what kind of run is due, and which one it continues."""
    kind = kind_due(company, entity, full=full, changes_suffice=changes_suffice)
    place = places.open_place(company, entity)
    if place is None or (kind == Kind.FULL and place.kind == Kind.DELTA):
        return kind, None
    wanted = _full_wanted_at(company, entity)
    if place.kind == Kind.FULL and wanted is not None and place.began_at < wanted:
        return kind, None
    return Kind(place.kind), place.run_id


def _hold(pk: int) -> None:
    """Hold a lock that the database gives back when this process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [RUNS, _key(pk)])
    _ours.add(pk)


def _give_back(pk: int) -> None:
    if pk in _ours:
        _ours.discard(pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUNS, _key(pk)])


def _is_held(pk: int) -> bool:
    """Tell whether the process of a run lives."""
    if pk in _ours:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [RUNS, _key(pk)])
        is_free: bool = cursor.fetchone()[0]
    return not is_free


def _key(pk: int) -> int:
    return pk % 2**31


def kind_due(company: Company, entity: str, *, full: bool, changes_suffice: bool = False) -> SyncRun.Kind:
    """Tell whether changes are enough: now and then everything is read, because deletions show only then.

    With `changes_suffice` that can wait, except for a list that was never read.
    """
    if full or not was_read(company, entity):
        return Kind.FULL
    wanted = _full_wanted_at(company, entity)
    since = max(filter(None, [timezone.now() - FULL_EVERY, wanted]))
    return Kind.DELTA if changes_suffice or was_read_in_full(company, entity, since=since) else Kind.FULL


def was_read_in_full(company: Company, entity: str, *, since: datetime) -> bool:
    """Tell whether everything of a list was read by a run that began since then."""
    read = SyncRun.objects.filter(company=company, entity=entity, kind=Kind.FULL, state=State.DONE)
    return read.filter(started_at__gte=since).exists()


def want_full(company: Company, entity: str) -> None:
    """Let the next run of a list read everything, and not only what BC stamped anew."""
    SyncState.objects.update_or_create(
        company=company, entity=entity, defaults={"full_wanted_at": timezone.now()}
    )


def _full_wanted_at(company: Company, entity: str) -> datetime | None:
    """Tell since when everything has to be read again: somebody asked, or the mapping is another one."""
    states = SyncState.objects.filter(company=company, entity=entity)
    asked = states.values_list("full_wanted_at", flat=True).first()
    return max(filter(None, [asked, pulls.changed_at(entity)]), default=None)


def was_read(company: Company, entity: str) -> bool:
    """Tell whether a list was ever read to its end."""
    done = SyncRun.objects.filter(company=company, entity=entity, state=State.DONE)
    return done.exclude(kind=Kind.RECORDS).exists()


def count(
    run: SyncRun,
    counts: Counts,
    *,
    read: int,
    failed: int = 0,
    waiting: int = 0,
    deleted: int = 0,
    filtered: int = 0,
) -> None:
    """Add to a run's counts, which shows that it lives, and hear whether somebody wants it to stop.

    Raises RunTakenOver when it was given up.
    """
    told = {
        "read": read,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "deleted": deleted,
        "failed": failed,
        "waiting": waiting,
        "filtered": filtered,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {**told, "run": run.pk, "running": State.RUNNING, "now": timezone.now()})
        row = cursor.fetchone()
    if row is None:
        raise RunTakenOver(f"The pull of {run.entity} took too long and was given up.")
    (run.stop_asked_by,) = row


def expect(run: SyncRun, rows: int | None, *, before: int) -> None:
    """Remember how many rows the pages of this pull hold, those of the runs it goes on from with them."""
    run.rows_expected, run.rows_before = rows, before
    run.save(update_fields=["rows_expected", "rows_before"])


def rows_of_last_full(run: SyncRun) -> int | None:
    """Tell how many rows a list had when it was last read to its end."""
    read = SyncRun.objects.filter(
        company=run.company, entity=run.entity, kind=Kind.FULL, state=State.DONE, rows_expected__isnull=False
    )
    return read.order_by("-pk").values_list("rows_expected", flat=True).first()


def ask_to_stop(run: SyncRun, *, by: str) -> bool:
    """Let a run stop before its next page; returns whether it was still running."""
    running = SyncRun.objects.filter(pk=run.pk, state=State.RUNNING)
    return bool(running.update(stop_asked_by=by))


def stop_if_asked(run: SyncRun) -> None:
    """Raise Stopped when somebody had asked for it by the latest count."""
    if run.stop_asked_by:
        raise Stopped(f"Stopped by {run.stop_asked_by}. The next run goes on from there.")


def note(run: SyncRun, record: str, reason: str) -> None:
    """Keep why a record was skipped, or what a reader of the run should know."""
    notes(run, [(record, reason)])


def notes(run: SyncRun, told: Iterable[tuple[str, str]]) -> None:
    """Keep many of them at once: of a page all records may be held back."""
    first = list(islice(told, MOST_ISSUES))
    if first:
        room = max(0, MOST_ISSUES - run.issues.count())
        SyncIssue.objects.bulk_create(
            SyncIssue(run=run, record=record[:100], reason=reason) for record, reason in first[:room]
        )


def broken_off(exc: BaseException) -> str:
    """Say why a run ended that neither Business Central nor a person has ended."""
    if isinstance(exc, SoftTimeLimitExceeded):
        return "Cut off: it took longer than a worker may. What it wrote stays; the next run goes on there."
    return f"Our own fault: {type(exc).__name__}: {exc}"


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
        if run.kind != Kind.RECORDS:
            places.forget(run.company, run.entity)
    _give_back(run.pk)
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
    """End a run that did not go through; what it wrote stays, and the next run goes on from there."""
    _break_off(run, State.FAILED, error)


def stop(run: SyncRun, told: str) -> None:
    """End a run that somebody stopped; what it wrote stays, and the next run goes on from there."""
    _break_off(run, State.STOPPED, told)
    logger.info("The pull of %s was stopped by %s", run.entity, run.stop_asked_by)


def _break_off(run: SyncRun, state: SyncRun.State, error: str) -> None:
    SyncRun.objects.filter(pk=run.pk, state=State.RUNNING).update(
        state=state, finished_at=timezone.now(), error=error
    )
    _give_back(run.pk)
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

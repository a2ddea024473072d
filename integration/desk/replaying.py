"""Replays: many stuck messages go in line again at a chosen rate; the database remembers how far it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from integration import outbox
from integration.models import Cause, Message, ReplayItem, ReplayJob
from masterdata.models import Company

logger = logging.getLogger(__name__)

WAITING, QUEUED, REFUSED = ReplayItem.State.WAITING, ReplayItem.State.QUEUED, ReplayItem.State.REFUSED
RATES = (30, 120, 600, 6000)
BATCH = 2000
FAILED = "Tieout failed on it by its own fault. Report it to the developers with the time of this replay."

# What is left of a replay that goes on is due from now, one after the other.
RESPACE = """
UPDATE integration_replayitem SET due_at = %s + (placed.place - 1) * make_interval(secs => 60.0 / %s)
  FROM (SELECT id, row_number() OVER (ORDER BY due_at, id) AS place
          FROM integration_replayitem WHERE job_id = %s AND state = 'waiting') placed
 WHERE placed.id = integration_replayitem.id
"""


class ReplayError(Exception):
    """The replay cannot begin or go on; the text says why."""


@dataclass(frozen=True)
class Progress:
    """How far a replay is."""

    total: int
    queued: int
    refused: int
    waiting: int

    @property
    def percent(self) -> int:
        return 100 * (self.total - self.waiting) // self.total if self.total else 100


@transaction.atomic
def start(
    company: Company,
    keys: Iterable[int],
    *,
    by: User,
    reason: str,
    per_minute: int,
    what: str,
    cause: Cause | None = None,
    remap: bool = False,
) -> ReplayJob:
    """Begin to put these messages in line again; one that another replay holds already is left to that.

    With `remap` they are built with the field mapping in force.
    """
    if not reason.strip():
        raise ReplayError(_("Say why: the reason stays with the messages."))
    if per_minute not in RATES:
        raise ReplayError(_("Choose one of the rates."))
    now = timezone.now()
    job = ReplayJob.objects.create(
        company=company,
        cause=cause,
        what=what[:300],
        per_minute=per_minute,
        remap=remap,
        by=by,
        reason=reason.strip()[:300],
        started_at=now,
    )
    wanted = sorted(keys)
    _take(job, wanted, now)
    if not job.items.exists():
        raise ReplayError(_already(wanted) if wanted else _("None of these messages is stuck any more."))
    transaction.on_commit(_call)
    return job


def work(*, now: datetime | None = None, seconds: float = 20.0) -> int:
    """Put in line what is due of the running replays; returns how many messages were taken in hand."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end and _next(now or timezone.now()):
        done += 1
    finished = ReplayJob.objects.filter(state=ReplayJob.State.RUNNING).exclude(
        Exists(ReplayItem.objects.filter(job=OuterRef("pk"), state=WAITING))
    )
    finished.update(state=ReplayJob.State.DONE, finished_at=timezone.now())
    return done


@transaction.atomic
def stop(job: ReplayJob, *, by: User) -> None:
    """Let nothing more of a replay go in line; what is left can go on later."""
    job = _lock(job)
    if job.state != ReplayJob.State.RUNNING:
        raise ReplayError(_("This replay is {state} already.").format(state=job.get_state_display()))
    job.state, job.stopped_by = ReplayJob.State.STOPPED, by.get_username()
    job.save(update_fields=["state", "stopped_by"])


@transaction.atomic
def go_on(job: ReplayJob) -> None:
    """Take up a stopped replay where it stopped."""
    job = _lock(job)
    if job.state != ReplayJob.State.STOPPED:
        raise ReplayError(
            _("This replay is {state}; only a stopped one can go on.").format(state=job.get_state_display())
        )
    job.state, job.stopped_by = ReplayJob.State.RUNNING, ""
    job.save(update_fields=["state", "stopped_by"])
    with connection.cursor() as cursor:
        cursor.execute(RESPACE, [timezone.now(), job.per_minute, job.pk])
    transaction.on_commit(_call)


@transaction.atomic
def close(job: ReplayJob, *, by: User) -> None:
    """Leave out what is left of a stopped replay; those messages stay stuck."""
    job = _lock(job)
    if job.state != ReplayJob.State.STOPPED:
        raise ReplayError(_("Stop the replay first."))
    now = timezone.now()
    job.items.filter(state=WAITING).update(
        state=REFUSED, at=now, sentence=f"Left out by {by.get_username()}; it is stuck as before."
    )
    job.state, job.finished_at = ReplayJob.State.DONE, now
    job.save(update_fields=["state", "finished_at"])


def progress(job: ReplayJob) -> Progress:
    """Count how far a replay is."""
    counts = job.items.aggregate(
        total=Count("pk"),
        queued=Count("pk", filter=Q(state=QUEUED)),
        refused=Count("pk", filter=Q(state=REFUSED)),
        waiting=Count("pk", filter=Q(state=WAITING)),
    )
    return Progress(**counts)


def _take(job: ReplayJob, keys: list[int], now: datetime) -> None:
    """Write down what is to be sent; what waits in another replay is passed over by the constraint."""
    apart = timedelta(minutes=1) / job.per_minute
    for begin in range(0, len(keys), BATCH):
        ReplayItem.objects.bulk_create(
            [
                ReplayItem(job=job, message_id=key, due_at=now + place * apart)
                for place, key in enumerate(keys[begin : begin + BATCH], start=begin)
            ],
            ignore_conflicts=True,
        )


def _already(keys: list[int]) -> str:
    """Say in whose replay these messages wait."""
    item = ReplayItem.objects.filter(message__in=keys, state=WAITING).select_related("job__by").first()
    if item is None:
        return _("Another replay has just taken these messages. Look at its page.")
    where = f"replay {item.job_id} of {item.job.by.get_username()}"
    if item.job.state == ReplayJob.State.STOPPED:
        return _(
            "These messages wait in {where}, which is stopped. Let that go on, or close it first."
        ).format(where=where)
    return _("These messages are already running: {where}.").format(where=where)


@transaction.atomic
def _next(now: datetime) -> bool:
    """Take the next message in hand; a worker that dies over it leaves it to the next one."""
    due = ReplayItem.objects.filter(state=WAITING, job__state=ReplayJob.State.RUNNING, due_at__lte=now)
    item = (
        due.select_for_update(skip_locked=True, of=["self"])
        .select_related("job__by", "message__company")
        .order_by("due_at", "pk")
        .first()
    )
    if item is None:
        return False
    item.state, item.sentence = _sent_again(item)
    item.at = timezone.now()
    item.save(update_fields=["state", "sentence", "at"])
    return True


def _sent_again(item: ReplayItem) -> tuple[str, str]:
    message: Message = item.message
    try:
        with transaction.atomic():
            reason = f"{item.job.reason} (replay {item.job_id})"
            outbox.retry(message, by=item.job.by, reason=reason, remap=item.job.remap)
    except outbox.OutboxError as error:
        return REFUSED, str(error)
    except Exception:  # the edge of the loop: one message must not stop the others
        logger.exception("Replay %s failed on message %s", item.job_id, message.pk)
        return REFUSED, FAILED
    return QUEUED, ""


def _lock(job: ReplayJob) -> ReplayJob:
    locked: ReplayJob = ReplayJob.objects.select_for_update(of=["self"]).get(pk=job.pk)
    return locked


def _call() -> None:
    """Wake a worker; without a broker the schedule does within seconds."""
    from integration.tasks import replay_dead_letters

    try:
        replay_dead_letters.apply_async(retry=False, expires=30)
    except Exception as error:  # noqa: BLE001 - a broker that is down must not break a replay
        logger.warning("Could not wake the workers for a replay, they will look by themselves: %s", error)

"""One rehearsal: the events of an export go through intake, matching and delivery, and all of it is undone.

It is the way of every day, word for word: the only differences are that the thread speaks with the stage
instead of Business Central, and that the transaction is rolled back at its end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integration import connections, delivery, inbox, opening, outbox, sync
from integration.cafm import auth
from integration.cafm.problems import ProblemError
from integration.delivery import doubt
from integration.models import ApiKey, Rehearsal, RehearsedDocument
from reconciliation import documents, reconcile

from . import fates, opened, stage, standing
from .export import Export

logger = logging.getLogger(__name__)

KEY_NAME = "rehearsal"
ROUNDS = 50
A_ROUND = 100  # events; one judges and puts in line five hundred invoices at most
BATCH = 1000


class RehearsalError(Exception):
    """The rehearsal came to no end; the text says why."""


@dataclass
class Played:
    """What a rehearsal came to, before any of it is kept."""

    documents: list[RehearsedDocument] = field(default_factory=list)
    staged: opening.Staged | None = None


def run(export: Export, *, by: str, balances: Mapping[str, bytes] | None = None) -> Rehearsal:
    """Rehearse an export, after open balances if files of them are given, and keep what it would come to.

    Raises RehearsalError, BalanceError or IntegrationError.
    """
    company = sync.ensure_company()
    looked = opening.look(company, balances) if balances else None
    rehearsal = Rehearsal.objects.create(
        company=company,
        export=export.name[:200],
        export_hash=export.hash,
        by=by,
        events=export.count,
        calls_per_second=float(settings.BC_REQUESTS_PER_SECOND * len(connections.connections())),
        started_at=timezone.now(),
    )
    try:
        played = _on_stage(rehearsal, export, looked)
    except BaseException as error:
        _end(rehearsal, Rehearsal.State.FAILED, str(error) or type(error).__name__)
        raise
    RehearsedDocument.objects.bulk_create(played.documents, batch_size=BATCH)
    if looked is not None and played.staged is not None:
        rehearsal.opening = opening.keep(looked, played.staged, by=by)
    _end(rehearsal, Rehearsal.State.DONE)
    logger.info("Rehearsed %s: %s documents", export.name, len(played.documents))
    return rehearsal


def _end(rehearsal: Rehearsal, state: Rehearsal.State, trouble: str = "") -> None:
    rehearsal.state, rehearsal.trouble, rehearsal.finished_at = state, trouble, timezone.now()
    rehearsal.save()


def _on_stage(rehearsal: Rehearsal, export: Export, looked: opening.Looked | None) -> Played:
    named = stage.Named(looked.orders if looked else frozenset(), export.invoices)
    with stage.set_up(named) as set_up, connections.instead(set_up.connection):
        rehearsal.masters = set_up.masters
        before = standing.read()
        set_up.control.forget_requests()
        try:
            played = _play(rehearsal, export, looked)
        finally:
            rehearsal.calls = set_up.calls + (looked.asked if looked else 0)
            doubt.begin_anew()  # what was made sure of in the rehearsal is undone with it
        rehearsal.totals = standing.beside(before, standing.read())
        return played


def _play(rehearsal: Rehearsal, export: Export, looked: opening.Looked | None) -> Played:
    """Take everything the whole way, look at what became of it, and undo it."""
    played = Played()
    with transaction.atomic(), documents.one_lock(str(rehearsal)):
        key, _secret = auth.issue(rehearsal.company, KEY_NAME, [ApiKey.Scope.EVENTS])
        if looked is not None:
            played.staged = opening.take_over_right(looked, by=rehearsal.by)
            played.documents += opened.of_all(rehearsal, played.staged)
        received = list(_receive(export.events(), key))
        _work_off(export.count)
        played.documents += fates.of_all(rehearsal, received)
        transaction.set_rollback(True)
    return played


def _receive(events: Iterable[Any], key: ApiKey) -> Iterator[fates.Received]:
    for event in events:
        try:
            received = fates.taken(event, inbox.receive(event, key=key))
        except ProblemError as problem:
            received = fates.refused(event, problem)
        yield received


def _work_off(events: int) -> None:
    """Match and deliver until nothing moves any more."""
    rounds = ROUNDS + events // A_ROUND
    for _round in range(rounds):
        judged = reconcile.match_due()
        moved = outbox.refill(now=None)
        report = delivery.drain(in_one_transaction=True)
        if report.stopped:
            raise RehearsalError(f"Deliveries stopped on the stage: {report.stopped}")
        if not judged and not moved and not report.outcomes.total():
            return
    raise RehearsalError(f"After {rounds} rounds documents still move. Report it to the developers.")

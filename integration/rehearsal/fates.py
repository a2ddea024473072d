"""What becomes of a document: read the same way on the stage and after the real run, so that both compare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from integration import inbox
from integration.cafm.problems import ProblemError
from integration.models import InboxEvent, Message, Rehearsal, RehearsedDocument
from integration.outbox import worth
from reconciliation.models import ExceptionCase, SupplierInvoice
from reconciliation.models.document import Document
from reconciliation.roles import AP_CLERK, INTEGRATION_ADMIN
from reconciliation.views.reasons import reason

from . import gathered

Fate = RehearsedDocument.Fate
TOGETHER = 500  # documents, read with their messages in a few statements
CAFM = "CAFM"


@dataclass(frozen=True)
class Received:
    """What is remembered of an event: its names, and where its document is or why it was not taken."""

    named: Mapping[str, str]
    row: InboxEvent | None = None
    refusal: ProblemError | None = None


def taken(event: Any, row: InboxEvent) -> Received:
    """Remember an event that was taken, without what it says."""
    bare = InboxEvent(pk=row.pk, document_kind=row.document_kind, document_id=row.document_id)
    return Received(_named(event), bare)


def refused(event: Any, problem: ProblemError) -> Received:
    """Remember an event that was refused."""
    return Received(_named(event), refusal=problem)


def of_all(rehearsal: Rehearsal, received: Iterable[Received]) -> Iterator[RehearsedDocument]:
    """Say of each event what became of its document."""
    remaining = iter(received)
    while part := list(islice(remaining, TOGETHER)):
        told = of_events([each.row for each in part])
        for each, fate in zip(part, told, strict=True):
            fate = _refused(each.refusal) if each.refusal else fate
            if fate is not None:
                yield RehearsedDocument(rehearsal=rehearsal, **each.named, **fate)


def of_events(rows: Sequence[InboxEvent | None]) -> list[dict[str, Any] | None]:
    """Say what became of each stored event's document; None for what is kept without one."""
    documents = gathered.documents(row for row in rows if row is not None)
    messages = gathered.messages(documents.values())
    return [_of_document(documents.get(_named_by(row)), messages) for row in rows]


def _named_by(row: InboxEvent | None) -> gathered.Name:
    return (row.document_kind, row.document_id or 0) if row is not None else ("", 0)


def _of_document(
    document: Document | None, messages: Mapping[gathered.Name, Message]
) -> dict[str, Any] | None:
    if document is None:
        return None
    message = messages.get(gathered.name_of(document))
    told = _of_message(message) if message is not None else _without_message(document)
    return told | {"amount": worth.of(inbox.KINDS[type(document)], document)}


def _of_message(message: Message) -> dict[str, Any]:
    lines = _written(message.payload)
    if message.state == Message.State.DONE:
        return _told(Fate.POSTS, lines=lines)
    if message.state == Message.State.CANCELLED:
        return _told(Fate.KEPT)
    if message.is_stuck:
        cause = message.cause
        title, owner = (cause.title, cause.in_whose_hands) if cause else (message.error, "")
        return _told(Fate.FAILS, title, owner or INTEGRATION_ADMIN, message.error, lines)
    waits = message.waiting_for or message.error or message.get_state_display()
    return _told(Fate.WAITS, waits, INTEGRATION_ADMIN, message.waits_for or message.error)


def _without_message(document: Document) -> dict[str, Any]:
    if isinstance(document, SupplierInvoice) and document.status == SupplierInvoice.Status.BLOCKED:
        return _blocked(document)
    if document.status == Document.Status.READY or document.status == SupplierInvoice.Status.RECEIVED:
        return _told(Fate.WAITS, "It has no place in line yet", INTEGRATION_ADMIN)
    return _told(Fate.POSTS if document.is_posted else Fate.KEPT)


def _blocked(invoice: SupplierInvoice) -> dict[str, Any]:
    case = ExceptionCase.objects.open().filter(invoice=invoice).order_by("-pk").first()
    if case is None:
        return _told(Fate.BLOCKED, "held back", AP_CLERK)
    findings = list(case.findings.order_by("position"))
    lines = [json.dumps([row.line, row.code, row.effect, _number(row.amount)]) for row in findings]
    sentence = next((row.sentence for row in findings if row.code == case.code), "")
    return _told(Fate.BLOCKED, str(reason(case.code).label), AP_CLERK, sentence, lines)


def _refused(problem: ProblemError) -> dict[str, Any]:
    where = problem.errors[0].pointer if problem.errors else ""
    cause = f"{problem.title} ({where})" if where else problem.title
    told = "; ".join(f"{each.pointer}: {each.detail}" for each in problem.errors)
    return _told(Fate.REFUSED, cause, CAFM, f"{problem.detail} {told}".strip()) | {"amount": None}


def _told(
    fate: Fate, cause: str = "", owner: str = "", sentence: str = "", lines: list[str] | None = None
) -> dict[str, Any]:
    return {
        "fate": fate,
        "cause": cause[:300],
        "owner": owner[:150],
        "sentence": sentence,
        "lines": lines or [],
    }


def _named(event: Any) -> dict[str, str]:
    """Name a document as the export does; what has no name of its own is known by its event."""
    told = event if isinstance(event, Mapping) else {}
    data = told.get("data") if isinstance(told.get("data"), Mapping) else {}
    event_id = str(told.get("id", ""))
    return {
        "kind": str(told.get("type", ""))[:60],
        "number": str((data or {}).get("number") or event_id)[:100],
        "event_id": event_id[:200],
        "source": str(told.get("source", ""))[:200],
    }


def _written(payload: Any) -> list[str]:
    """Write what is sent as one text a line, header first, so that two can be held beside each other."""
    if not isinstance(payload, Mapping):
        return []
    head = {name: value for name, value in payload.items() if not isinstance(value, list)}
    rows = [row for value in payload.values() if isinstance(value, list) for row in value]
    return [json.dumps(each, sort_keys=True, default=str) for each in (head, *rows)]


def _number(amount: Any) -> str:
    return "" if amount is None else f"{amount.normalize():f}"

"""The whole story of one record: what people, machines and SQL changed, decided, sent and said."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model
from django.utils.translation import gettext as _

from integration import belonging
from integration.models import Attempt, DocumentKind, InboxEvent, Message, PayloadEdit
from masterdata.models import Change
from masterdata.read_only import ACTS, FieldChange, field_changes, who
from reconciliation import roles
from reconciliation.models import (
    Comment,
    ExceptionCase,
    MatchDecision,
    Resolution,
    Signature,
    SupplierInvoice,
)
from reconciliation.people import called

LATEST = 300
MACHINES = ("worker ", "command ", "sync ")


@dataclass(frozen=True)
class Moment:
    """Who did what, when, why and from where; and each field as it was and as it became."""

    at: datetime.datetime
    who: str
    what: str
    why: str = ""
    origin: str = ""
    kind: str = "person"
    fields: list[FieldChange] = field(default_factory=list)


def story(record: Model, viewer: User) -> list[Moment]:
    """Tell all of it that this person may read, the latest first."""
    found = [*_changes(record)]
    for case in _cases(record):
        if viewer.has_perm(roles.SEE_CASES):
            found += [*_decisions(case), *_comments(case, viewer)]
            found += [] if case == record else [*_changes(case)]
    if invoice := _invoice(record):
        found += _judgements(invoice)
    if viewer.has_perm(roles.SEE_MESSAGES):
        found += _exchange(record)
    return sorted(found, key=lambda moment: moment.at, reverse=True)[:LATEST]


def _changes(record: Model) -> Iterator[Moment]:
    """What the database itself wrote down, whoever it was."""
    lines = Change.objects.filter(table=record._meta.db_table, row=record.pk).order_by("-pk")[:LATEST]
    names = {model._meta.db_table: model._meta.verbose_name for model in apps.get_models(True)}
    for line in [*lines, *belonging.changes_of_parts(record)]:
        act = ACTS.get(line.action, line.action)
        kind = "machine" if line.actor.startswith(MACHINES) else "person"
        what = f"{names.get(line.table, line.table)} {act}"
        if right := belonging.named(line):
            what = f"{right} {act}"
        told = [] if right or line.action == "insert" else field_changes(line)
        yield Moment(line.at, who(line), what, "", line.origin, kind, told)


def _cases(record: Model) -> list[ExceptionCase]:
    if isinstance(record, ExceptionCase):
        return [record]
    return list(record.cases.all()) if isinstance(record, SupplierInvoice) else []


def _invoice(record: Model) -> SupplierInvoice | None:
    if isinstance(record, ExceptionCase):
        return record.invoice
    return record if isinstance(record, SupplierInvoice) else None


def _decisions(case: ExceptionCase) -> Iterator[Moment]:
    rows = Resolution.objects.filter(case=case).select_related("by", "decided_by")
    for row in rows:
        yield Moment(
            row.at, called(row.by), f"{row.get_kind_display()} ({row.get_state_display()})", row.reason
        )
        if row.decided_by and row.decided_at:
            yield Moment(row.decided_at, called(row.decided_by), row.get_state_display(), row.decision_note)
    for signature in Signature.objects.filter(resolution__case=case).select_related("by"):
        yield Moment(signature.at, called(signature.by), _("signed"), signature.note)


def _comments(case: ExceptionCase, viewer: User) -> Iterator[Moment]:
    if not viewer.has_perm("reconciliation.view_comment"):
        return
    for row in Comment.objects.filter(case=case).select_related("by"):
        yield Moment(row.at, called(row.by), _("comment"), row.text)


def _judgements(invoice: SupplierInvoice) -> Iterator[Moment]:
    rows = MatchDecision.objects.filter(invoice=invoice).defer("kept_question", "kept_answer", "figures")
    for row in rows.select_related("policy_version").order_by("-pk")[:LATEST]:
        rules = _("by rules {version}").format(version=row.policy_version) if row.policy_version else ""
        what = _("matched: {outcome}").format(outcome=row.outcome)
        yield Moment(row.decided_at, f"matching, engine {row.engine}", what, rules, kind="machine")


def _exchange(record: Model) -> Iterator[Moment]:
    """What came in from the CAFM, what was sent to Business Central, and what people did about it."""
    if isinstance(record, Message):
        yield from _attempts([record])
        return
    kind = _document_kind(record)
    if not kind:
        return
    for event in InboxEvent.objects.filter(document_kind=kind, document_id=record.pk):
        what = _("received event {id}").format(id=event.event_id)
        yield Moment(event.received_at, event.source, what, event.note, kind="machine")
    messages = list(Message.objects.for_document(kind, record.pk))
    for message in messages:
        what = _("put in line for Business Central; now {state}").format(state=message.get_state_display())
        yield Moment(message.created_at, "Tieout", what, message.error, kind="machine")
    yield from _attempts(messages)


def _attempts(messages: list[Message]) -> Iterator[Moment]:
    for attempt in Attempt.objects.filter(message__in=messages).order_by("-pk")[:LATEST]:
        by_hand = attempt.outcome == Attempt.Outcome.BY_HAND
        what = attempt.get_outcome_display()
        doing = "person" if by_hand else "machine"
        origin = attempt.correlation_id
        yield Moment(attempt.ended_at, attempt.worker, what, attempt.sentence, origin, doing)
    for edit in PayloadEdit.objects.filter(message__in=messages):
        yield Moment(edit.at, edit.by, _("edited what is sent"), edit.reason)


def _document_kind(record: Model) -> str:
    """Give the kind under which messages and events know this record; "" where they do not."""
    kinds = {kind.replace("_", ""): str(kind) for kind in DocumentKind.values}
    return kinds.get(record._meta.model_name or "", "")

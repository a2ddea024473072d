"""What happened to a case, by whom and when: judgements, decisions, talk, and each field old → new."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from reconciliation.actions import ACTIONS
from reconciliation.in_words import point_in_words
from reconciliation.models import ExceptionCase, MatchDecision, Resolution
from reconciliation.whereabouts import Whereabouts

from . import figures
from .reasons import reason

LATEST = 200
MOST_LABELS = 3
# What simple-history keeps of a case and people ask about; the rest follows from the judgement.
FIELDS = (
    "status",
    "owner",
    "wait_until",
    "code",
    "difference",
    "amount",
    "due_on",
    "cleared_by",
    "closed_at",
)
# A resolution, or the clearing, tells the others.
TOLD_AS_MOVES = {"owner", "code", "difference", "amount", "due_on"}


@dataclass(frozen=True)
class Change:
    """A field of the case, as it was and as it became."""

    at: datetime.datetime
    by: User | None
    field: str
    label: str
    old: str
    new: str

    @property
    def when(self) -> str:
        return figures.moment(self.at)

    @property
    def who(self) -> str:
        return figures.person(self.by) or _("Tieout, matching")


@dataclass(frozen=True)
class Event:
    """A line of the timeline; `kind` colours its dot: person, machine or done."""

    at: datetime.datetime
    kind: str
    title: str
    who: str = ""
    text: str = ""
    changes: list[Change] = field(default_factory=list)

    @property
    def when(self) -> str:
        return figures.moment(self.at)


def timeline(case: ExceptionCase, viewer: User, where: Whereabouts, *, talk: bool) -> list[Event]:
    """Tell the story of a case, the newest first."""
    events = [*_invoice(case), *_judgements(case), *_resolutions(case, viewer), *_moves(case, viewer)]
    events += _links(case, viewer)
    events += [Event(step.at, "machine", step.title, text=step.text) for step in where.steps]
    if talk:
        events += [*_comments(case, viewer), *_files(case, viewer)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def changes(case: ExceptionCase) -> list[Change]:
    """Give each change of each field, the newest first."""
    rows = list(case.history.select_related("history_user").order_by("-history_date", "-history_id")[:LATEST])
    names = _names({row.owner_id for row in rows})
    found = []
    for new, old in zip(rows, [*rows[1:], None], strict=True):
        if old is None:
            if new.history_type == "+":
                found.append(
                    Change(new.history_date, new.history_user, "opened", _("Case"), "–", _("opened"))
                )
            continue
        for name in FIELDS:
            before, after = _raw(old, name), _raw(new, name)
            if before != after:
                found.append(
                    Change(
                        at=new.history_date,
                        by=new.history_user,
                        field=name,
                        label=_label(name),
                        old=_shown(name, before, names),
                        new=_shown(name, after, names),
                    )
                )
    return found


def _invoice(case: ExceptionCase) -> list[Event]:
    """Tell where the invoice came from, and that it was posted."""
    invoice = case.invoice
    came = (
        Event(invoice.created_at, "machine", _("Pulled from Business Central"))
        if invoice.origin == invoice.Origin.BC
        else Event(invoice.created_at, "machine", _("Invoice received"), invoice.received_from)
    )
    if not invoice.posted_at:
        return [came]
    return [came, Event(invoice.posted_at, "done", _("Posted in Business Central"), invoice.bc_number)]


def _judgements(case: ExceptionCase) -> list[Event]:
    decisions = (
        case.invoice.decisions.select_related("policy_version")
        .defer("kept_question")
        .order_by("-pk")[:LATEST]
    )
    outcomes = {
        "clean": _("Ties out"),
        "within": _("Within the limits"),
        "warning": _("Ties out, with a warning"),
        "blocked": _("Blocked"),
        "unreadable": _("Cannot be read"),
    }
    events = []
    for decision in decisions:
        outcome = outcomes.get(decision.outcome, decision.outcome)
        blocks = [f["code"] for f in decision.answer.get("findings", []) if f.get("effect") == "block"]
        labels = list(dict.fromkeys(str(reason(code).label).lower() for code in blocks))
        told = ", ".join(labels[:MOST_LABELS])
        if len(labels) > MOST_LABELS:
            told = _("{told} and {n} more").format(told=told, n=len(labels) - MOST_LABELS)
        events.append(
            Event(
                at=decision.decided_at,
                kind="machine" if blocks else "done",
                title=f"{outcome}: {told}" if told and decision.outcome != "unreadable" else outcome,
                who=_judge(decision),
            )
        )
    return events


def _judge(decision: MatchDecision) -> str:
    """Name what decided: the engine, and the rules where they were published."""
    if decision.policy_version is None:
        return _("matching, engine {version}").format(version=decision.engine)
    return _("matching rules {rules}, engine {version}").format(
        rules=decision.policy_version, version=decision.engine
    )


def _resolutions(case: ExceptionCase, viewer: User) -> list[Event]:
    events = []
    for row in case.resolutions.select_related("by", "decided_by"):
        events.append(Event(row.at, "person", _done(row), figures.person(row.by, viewer), row.reason))
        if row.decided_by and row.decided_at:
            done = row.state == Resolution.State.DONE
            events.append(
                Event(
                    row.decided_at,
                    "done" if done else "person",
                    _("Release approved") if done else _("Release declined"),
                    figures.person(row.decided_by, viewer),
                    row.decision_note,
                )
            )
    return events


def _done(row: Resolution) -> str:
    """Name what somebody did, and that it was undone."""
    releases = row.kind in (Resolution.Kind.RELEASE, Resolution.Kind.OVERRIDE)
    is_undone = row.state == Resolution.State.UNDONE
    told = {
        "release": _("Released"),
        "reject": _("Rejected"),
        "wait": _("Waits until {day}").format(
            day=figures.short_day(row.wait_until, row.at.date()) if row.wait_until else ""
        ),
        "reopen": _("Opened again"),
    }
    title = told.get(row.action or row.kind) or str(ACTIONS[row.action].title)
    if releases and not is_undone and (row.decided_by_id or row.state != Resolution.State.DONE):
        title = _("Release sent for approval")
    return _("{what}, undone").format(what=title) if is_undone else title


def _links(case: ExceptionCase, viewer: User) -> list[Event]:
    """Tell which lines were linked by hand, with what spoke for it, and what was undone."""
    events = []
    for row in case.invoice.links.select_related("by", "undone_by"):
        part = figures.quantity(row.quantity) if row.quantity is not None else ""
        title = (_("{part} of line {line}") if part else _("Line {line}")).format(
            part=part, line=row.billed_line
        )
        title = _("{what} linked to {order} line {order_line}").format(
            what=title, order=row.order_number, order_line=row.order_line
        )
        why = ", ".join(point_in_words(each) for each in row.points)
        events.append(Event(row.at, "person", title, figures.person(row.by, viewer), why))
        if row.undone_at:
            events.append(
                Event(
                    row.undone_at,
                    "person" if row.undone_by else "machine",
                    (
                        _("Link of line {line} undone")
                        if row.undone_by
                        else _("Line {line} changed: link undone")
                    ).format(line=row.line),
                    figures.person(row.undone_by, viewer) if row.undone_by else "",
                )
            )
    return events


def _comments(case: ExceptionCase, viewer: User) -> list[Event]:
    return [
        Event(
            row.at,
            "person",
            _("Comment") if row.by else _("Answer"),
            figures.person(row.by, viewer) or row.said_by,
            row.text,
        )
        for row in case.comments.select_related("by")
    ]


def _files(case: ExceptionCase, viewer: User) -> list[Event]:
    return [
        Event(row.at, "person", _("File added"), figures.person(row.by, viewer), row.name)
        for row in case.attachments.defer("content").select_related("by")
    ]


def _moves(case: ExceptionCase, viewer: User) -> list[Event]:
    """Group the field changes of one moment; a resolution tells its own change of status."""
    moments: dict[datetime.datetime, list[Change]] = {}
    for change in changes(case):
        moments.setdefault(change.at, []).append(change)
    events = []
    for at, group in moments.items():
        told = [change for change in group if change.field in TOLD_AS_MOVES]
        if any(change.field == "status" and change.by for change in group):
            told = [change for change in told if change.field != "owner"]  # who decides a case takes it
        cleared = next((change for change in group if change.field == "cleared_by" and change.new), None)
        if cleared:
            events.append(Event(at, "done", _("Cleared itself"), "", cleared.new))
        elif told:
            title = _("Given to someone") if [c.field for c in told] == ["owner"] else _("Figures changed")
            if [c.field for c in told] == ["owner"]:
                change = told[0]
                title = _("Taken") if change.by and change.new == figures.person(change.by) else title
            events.append(
                Event(
                    at,
                    "person" if group[0].by else "machine",
                    title,
                    figures.person(group[0].by, viewer),
                    changes=told,
                )
            )
    return events


def _names(ids: set[int | None]) -> dict[int, str]:
    people = User.objects.filter(pk__in={pk for pk in ids if pk is not None})
    return {user.pk: figures.person(user) for user in people}


def _raw(row: Any, name: str) -> Any:
    return getattr(row, "owner_id" if name == "owner" else name)


def _label(name: str) -> str:
    return {
        "status": _("Status"),
        "owner": _("Owner"),
        "wait_until": _("Waits until"),
        "code": _("Reason"),
        "difference": _("Difference"),
        "amount": _("Amount"),
        "due_on": _("Decide by"),
        "cleared_by": _("Cleared by"),
        "closed_at": _("Closed"),
    }[name]


def _shown(name: str, value: Any, names: dict[int, str]) -> str:
    if value in (None, ""):
        return _("nobody") if name == "owner" else "–"
    if name == "owner":
        return names.get(value, str(value))
    if name == "status":
        return str(ExceptionCase.Status(value).label)
    if name == "code":
        return str(reason(value).label)
    if isinstance(value, Decimal):
        return figures.money(value)
    if isinstance(value, datetime.datetime):
        return figures.moment(value)
    if isinstance(value, datetime.date):
        return figures.short_day(value, value)
    return str(value)

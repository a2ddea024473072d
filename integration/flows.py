"""Flows that are not open yet: their documents are taken in, matched, and wait; a rehearsal passes them.

A flow opens at a moment, so that the cutover needs nobody at midnight. What waited goes then in its order;
what Business Central has already by our key is adopted, as always. A flow that is closed again holds back
what was built before, too; what may be in Business Central is still looked for, and not sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integration import connections
from integration.models import DocumentKind, FlowSwitch, Message
from masterdata.models import Company

# How the sentence begins of what waits for its flow: it is counted by that.
BEGINS = "The flow "


class FlowError(Exception):
    """The flow cannot be switched so; the text says why."""


@dataclass(frozen=True)
class Flow:
    """One kind of document: whether it is sent, since or from when, and what waits for that."""

    kind: DocumentKind
    is_open: bool
    switch: FlowSwitch | None
    waiting: int

    @property
    def title(self) -> str:
        return str(self.kind.label)


def of_delivery(message: Message) -> str:
    """Say why a document waits for its flow; empty when it does not."""
    if connections.has_stand_in():
        return ""
    switch = FlowSwitch.objects.filter(company=message.company_id, kind=message.document_kind).first()
    if switch is None or switch.is_open(timezone.now()):
        return ""
    kind = DocumentKind(message.document_kind).label
    if switch.opens_at is None:
        return f"{BEGINS}{kind} is closed: it is taken in and not sent. Open it under Cutover."
    opens = timezone.localtime(switch.opens_at)
    return f"{BEGINS}{kind} opens on {opens:%Y-%m-%d at %H:%M}; then it goes on by itself."


def flows(company: Company) -> list[Flow]:
    """Tell how each kind of document stands."""
    switches = {row.kind: row for row in FlowSwitch.objects.filter(company=company)}
    now = timezone.now()
    return [
        Flow(kind, _is_open(switches.get(kind), now), switches.get(kind), _waiting(company, kind))
        for kind in DocumentKind
    ]


@transaction.atomic
def switch(
    company: Company, kinds: list[str], *, opens_at: datetime | None, by: User, reason: str
) -> list[FlowSwitch]:
    """Open flows at a moment, or with none close them; raises FlowError."""
    if not kinds or not set(kinds) <= set(DocumentKind.values):
        raise FlowError("Tick the flows first.")
    if not reason.strip():
        raise FlowError("Say why: the reason stays with the flow.")
    values = {
        "opens_at": opens_at,
        "by": by.get_username(),
        "reason": reason.strip()[:300],
        "changed_at": timezone.now(),
    }
    return [
        FlowSwitch.objects.update_or_create(company=company, kind=kind, defaults=values)[0] for kind in kinds
    ]


def _is_open(row: FlowSwitch | None, now: datetime) -> bool:
    return row is None or row.is_open(now)


def _waiting(company: Company, kind: DocumentKind) -> int:
    waiting = Message.objects.of(company).filter(document_kind=kind, state=Message.State.WAITING)
    return waiting.filter(waiting_for__startswith=BEGINS).count()

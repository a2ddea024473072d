"""Take back what one has just done: for half a minute, as long as nobody has touched the case since.

What lets an invoice through reaches Business Central only afterwards: the invoice waits for it here.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import cases, documents, reconcile
from reconciliation.models import CaseRequest, ExceptionCase, Resolution, SupplierInvoice, Undoable
from reconciliation.people import called

if TYPE_CHECKING:
    from .action import Action

State = Resolution.State
# The clocks of two servers may be a little apart.
GRACE = datetime.timedelta(seconds=5)
DECISIONS = {"approve", "decline", "withdraw"}  # after these the proposal waits again


class TooLate(cases.CaseError):
    """The time to undo is over."""


@dataclass(frozen=True)
class Snapshot:
    """A case before something is done with it."""

    case: ExceptionCase
    status: str
    owner_id: int | None
    wait_until: datetime.date | None
    latest: int


def snapshot(case: ExceptionCase) -> Snapshot:
    latest = case.resolutions.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Snapshot(case, case.status, case.owner_id, case.wait_until, latest)


def remember(before: Snapshot, action: Action, by: User) -> Undoable:
    """Keep how the case was; what was let through waits until that can no longer be undone."""
    case = cases.fresh(before.case)
    now = timezone.now()
    until = now + datetime.timedelta(seconds=settings.UNDO_SECONDS)
    documents.keep_back(case.invoice, until=until + GRACE)
    resolution = case.resolutions.order_by("-pk").first()
    if resolution is not None and resolution.pk <= before.latest and action.name not in DECISIONS:
        resolution = None
    return Undoable.objects.create(
        case=case,
        resolution=resolution,
        action=action.name,
        by=by,
        until=until,
        former_status=before.status,
        former_owner_id=before.owner_id,
        former_wait_until=before.wait_until,
        left_as=_as_left(case),
    )


@transaction.atomic
def undo(undoable: Undoable, *, by: User) -> ExceptionCase:
    """Put the case back as it was. Raises NotAllowed, StaleCase, TooLate, WrongStatus."""
    case = cases.fresh(undoable.case)
    undoable = Undoable.objects.select_for_update(of=("self",)).get(pk=undoable.pk)
    if undoable.by_id != by.pk:
        raise cases.NotAllowed(_("Only {name} may undo this.").format(name=called(undoable.by)))
    if undoable.undone_at is not None:
        raise TooLate(_("This is undone already."))
    if timezone.now() > undoable.until:
        raise TooLate(_("It is too late to undo this: it is on its way. Nothing was changed."))
    if undoable.left_as != _as_left(case):
        raise cases.StaleCase(cases.what_happened(case))
    _take_back(undoable.resolution, undoable)
    if case.status in (ExceptionCase.Status.RELEASED, ExceptionCase.Status.REJECTED):
        _block(case.invoice)
    cases.put_back(
        case,
        by=by,
        status=ExceptionCase.Status(undoable.former_status),
        owner_id=undoable.former_owner_id,
        wait_until=undoable.former_wait_until,
    )
    if undoable.resolution is not None and undoable.resolution.overrides and case.is_open:
        reconcile.judge([case.invoice])  # what was accepted holds the invoice again
    undoable.undone_at = timezone.now()
    undoable.save(update_fields=["undone_at"])
    return case


def _as_left(case: ExceptionCase) -> str:
    return f"{cases.version(case)}-{case.owner_id}"


def _take_back(resolution: Resolution | None, undoable: Undoable) -> None:
    """A decision about a proposal lets it wait again; what the person decided alone counts no more."""
    if resolution is None:
        return
    resolution.state = State.PROPOSED if undoable.action in DECISIONS else State.UNDONE
    if undoable.action in DECISIONS:
        resolution.decided_by, resolution.decided_at, resolution.decision_note = None, None, ""
        resolution.signatures.filter(by=undoable.by, at__gte=undoable.at - GRACE).delete()
    resolution.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    if resolution.state == State.UNDONE:
        asked = CaseRequest.objects.filter(resolution=resolution, state=CaseRequest.State.OPEN)
        asked.update(state=CaseRequest.State.WITHDRAWN)


def _block(invoice: SupplierInvoice) -> None:
    try:
        documents.mark_undecided(invoice)
    except documents.WrongStatus as error:
        raise cases.WrongStatus(_("Nothing was changed. {happened}").format(happened=error)) from error

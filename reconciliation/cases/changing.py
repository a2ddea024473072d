"""Lock a case, check that this person may and that it is as they saw it, and move it on."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import documents, reconcile
from reconciliation.models import ExceptionCase, Resolution, SupplierInvoice
from reconciliation.roles import APPROVE, refusal

from .errors import NotAllowed, StaleCase, WrongStatus
from .telling import what_happened

Status = ExceptionCase.Status
Kind = Resolution.Kind

TRANSITIONS = {
    Status.OPEN: {Status.WAITING, Status.PROPOSED, Status.RELEASED, Status.REJECTED},
    Status.WAITING: {Status.OPEN, Status.WAITING, Status.PROPOSED, Status.RELEASED, Status.REJECTED},
    Status.PROPOSED: {Status.OPEN, Status.RELEASED},
}  # the statuses missing here are final


def fresh(case: ExceptionCase) -> ExceptionCase:
    """Give the case as it is now, locked until the transaction ends."""
    rows = ExceptionCase.objects.select_for_update(of=("self",)).select_related("company", "invoice", "owner")
    locked: ExceptionCase = rows.get(pk=case.pk)
    return locked


def locked(case: ExceptionCase, *, by: User, permission: str, seen: str | None = None) -> ExceptionCase:
    """Lock an open case that this person may work on and that still is as they saw it.

    Raises NotAllowed, StaleCase, WrongStatus.
    """
    case = fresh(case)
    allow(by, permission)
    if seen is not None and seen != version(case):
        raise StaleCase(what_happened(case))
    still_open(case)
    return case


def check(case: ExceptionCase, by: User, permission: str, *, to: Status, seen: str | None) -> None:
    allow(by, permission)
    if seen is not None and seen != version(case):
        raise StaleCase(what_happened(case))
    if to not in TRANSITIONS.get(Status(case.status), set()) or (
        case.status == Status.PROPOSED and to == Status.RELEASED and permission != APPROVE
    ):
        raise WrongStatus(_("Nothing was changed. {happened}").format(happened=what_happened(case)))


def allow(by: User, permission: str) -> None:
    if not by.has_perm(permission):
        raise NotAllowed(refusal(by, permission))


def still_open(case: ExceptionCase) -> None:
    if not case.is_open:
        raise WrongStatus(what_happened(case))


def version(case: ExceptionCase) -> str:
    """Name the state of the case that a page shows; a form carries it back as `seen`."""
    latest = case.resolutions.aggregate(key=Max("pk"))["key"] or 0
    return f"{case.status}-{case.decision_id}-{latest}"


def put_back(
    case: ExceptionCase, *, by: User, status: Status, owner_id: int | None, wait_until: datetime.date | None
) -> None:
    """Let a locked case be as it was before something that is undone."""
    case.status, case.owner_id, case.wait_until, case.closed_at = status, owner_id, wait_until, None
    save(case, by, ["status", "owner", "wait_until", "closed_at"])


def move(case: ExceptionCase, *, to: Status, by: User) -> None:
    case.status = to
    if to != Status.WAITING:
        case.wait_until = None
    own(case, by)
    save(case, by, ["status", "wait_until", "owner"])


def close(case: ExceptionCase, *, to: Status, by: User) -> None:
    case.status = to
    case.closed_at = timezone.now()
    case.wait_until = None
    own(case, by)
    save(case, by, ["status", "closed_at", "wait_until", "owner"])


def let_through(case: ExceptionCase, resolution: Resolution, by: User) -> None:
    """Close the case; or, where other reasons are left, judge the invoice without those that are accepted."""
    if resolution.kind == Kind.RELEASE:
        close(case, to=Status.RELEASED, by=by)
        tell_invoice(documents.mark_ready, case)
        return
    move(case, to=Status.WAITING if case.status == Status.WAITING else Status.OPEN, by=by)
    reconcile.judge([case.invoice])


def tell_invoice(mark: Callable[[SupplierInvoice], None], case: ExceptionCase) -> None:
    """Let the invoice follow the decision; Business Central may have posted it meanwhile."""
    try:
        mark(case.invoice)
    except documents.WrongStatus as error:
        raise WrongStatus(_("Nothing was changed. {happened}").format(happened=error)) from error


def own(case: ExceptionCase, by: User) -> None:
    """Give a case that is nobody's to whoever decides it; a new one of the invoice goes there too."""
    if case.owner_id is None:
        case.owner = by


def save(case: ExceptionCase, by: User, fields: list[str]) -> None:
    case._history_user = by  # type: ignore[attr-defined]  # simple-history's own name for "who"
    case.save(update_fields=fields)

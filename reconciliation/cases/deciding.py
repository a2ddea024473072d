"""What one person decides about a case: release, reject, wait, dismiss, finish by hand."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import documents, reconcile
from reconciliation.models import ExceptionCase, Resolution, SupplierInvoice
from reconciliation.people import called
from reconciliation.roles import APPROVE, RESOLVE

from .changing import check, close, fresh, let_through, locked, move, own, save, tell_invoice
from .errors import StaleCase, WrongStatus
from .stakes import blocking, check_releasable, overrides, with_sums, within_limit
from .typed import check_day, stated

Status = ExceptionCase.Status
Kind = Resolution.Kind
State = Resolution.State

# Business Central may refuse what was let through; only that opens a closed case again.
MAY_COME_BACK = [Status.RELEASED, Status.CLEARED]


@transaction.atomic
def release(
    case: ExceptionCase,
    *,
    by: User,
    reason: str,
    seen: str | None = None,
    codes: Collection[str] | None = None,
    action: str = "release",
    reason_code: str = "",
    ask_approver: bool = False,
) -> Resolution:
    """Accept the difference once: at once within the person's limit, else as a proposal to an approver.

    With codes only these reasons are accepted; the others go on holding the invoice.
    Raises FixOnly, NotAllowed, ReasonMissing, StaleCase, WrongStatus.
    """
    case = fresh(case)
    check(case, by, RESOLVE, to=Status.RELEASED, seen=seen)
    reason = stated(reason)
    holding = list(blocking(case.findings.all()))
    findings = holding if codes is None else list(with_sums(case, holding, codes))
    if holding and not findings:
        raise StaleCase(_("Nothing was changed. That reason does not hold the invoice any more."))
    check_releasable(findings)
    resolution = Resolution(
        case=case,
        action=action,
        kind=Kind.RELEASE if len(findings) == len(holding) else Kind.OVERRIDE,
        by=by,
        reason=reason,
        reason_code=reason_code,
        overrides=overrides(case, findings),
    )
    if ask_approver or not within_limit(case, findings, by):
        resolution.state = State.PROPOSED
        resolution.save()
        move(case, to=Status.PROPOSED, by=by)
        return resolution
    resolution.save()
    let_through(case, resolution, by)
    return resolution


@transaction.atomic
def reject(
    case: ExceptionCase,
    *,
    by: User,
    reason: str,
    seen: str | None = None,
    action: str = "reject",
    reason_code: str = "",
) -> Resolution:
    """Refuse the invoice: it will not be posted."""
    case = fresh(case)
    check(case, by, RESOLVE, to=Status.REJECTED, seen=seen)
    resolution = Resolution.objects.create(
        case=case, action=action, kind=Kind.REJECT, by=by, reason=stated(reason), reason_code=reason_code
    )
    close(case, to=Status.REJECTED, by=by)
    tell_invoice(documents.mark_rejected, case)
    return resolution


@transaction.atomic
def wait(
    case: ExceptionCase,
    *,
    by: User,
    until: datetime.date | None,
    reason: str,
    seen: str | None = None,
    action: str = "wait",
    reason_code: str = "",
) -> Resolution:
    """Put the case aside until a day; it clears itself earlier when the facts come right."""
    case = fresh(case)
    check(case, by, RESOLVE, to=Status.WAITING, seen=seen)
    check_day(until)
    resolution = Resolution.objects.create(
        case=case,
        action=action,
        kind=Kind.WAIT,
        by=by,
        reason=stated(reason),
        reason_code=reason_code,
        wait_until=until,
    )
    case.wait_until = until
    move(case, to=Status.WAITING, by=by)
    return resolution


@transaction.atomic
def reopen(
    case: ExceptionCase, *, by: User, reason: str, seen: str | None = None, reason_code: str = ""
) -> Resolution:
    """Stop waiting."""
    case = fresh(case)
    if case.status == Status.PROPOSED:
        raise WrongStatus(_("A proposal waits for approval. Withdraw it, or have it declined."))
    check(case, by, RESOLVE, to=Status.OPEN, seen=seen)
    resolution = Resolution.objects.create(
        case=case, action="reopen", kind=Kind.REOPEN, by=by, reason=stated(reason), reason_code=reason_code
    )
    move(case, to=Status.OPEN, by=by)
    return resolution


@transaction.atomic
def note(
    case: ExceptionCase,
    *,
    by: User,
    permission: str,
    reason: str,
    action: str,
    reason_code: str = "",
    until: datetime.date | None = None,
    seen: str | None = None,
) -> Resolution:
    """Write down what was asked or recorded; with a day the case waits until then for what comes of it."""
    case = locked(case, by=by, permission=permission, seen=seen)
    if until is not None:
        check_day(until)
    resolution = Resolution.objects.create(
        case=case,
        action=action,
        kind=Kind.NOTE,
        by=by,
        reason=stated(reason),
        reason_code=reason_code,
        wait_until=until,
    )
    if until is not None and case.status in (Status.OPEN, Status.WAITING):
        case.wait_until = until
        move(case, to=Status.WAITING, by=by)
    return resolution


@transaction.atomic
def dismiss(
    case: ExceptionCase,
    *,
    by: User,
    code: str,
    reason: str,
    action: str,
    reason_code: str = "",
    seen: str | None = None,
) -> Resolution:
    """Say that a warning is none; it comes again when its figures grow. No money is let through by that."""
    case = locked(case, by=by, permission=RESOLVE, seen=seen)
    warned = list(case.findings.filter(code=code, effect="warn", released=False))
    if not warned:
        raise StaleCase(_("Nothing was changed. That warning is gone."))
    resolution = Resolution.objects.create(
        case=case,
        action=action,
        kind=Kind.NOTE,
        by=by,
        reason=stated(reason),
        reason_code=reason_code,
        overrides=overrides(case, warned),
    )
    own(case, by)
    save(case, by, ["owner"])
    reconcile.judge([case.invoice])
    return resolution


@transaction.atomic
def finish_by_hand(case: ExceptionCase, *, by: User, reason: str, bc_number: str) -> Resolution:
    """Close the case of an invoice that somebody has posted in Business Central under this number."""
    resolution = note(case, by=by, permission=APPROVE, reason=reason, action="done-by-hand")
    case = fresh(case)
    if case.invoice.is_posted:
        raise WrongStatus(
            _("The invoice is posted in Business Central already, as {number}.").format(
                number=case.invoice.bc_number
            )
        )
    documents.mark_posted(case.invoice, bc_id=case.invoice.bc_id, bc_number=bc_number, at=timezone.now())
    case.cleared_by = _("{name} says that it is posted in Business Central as {number}").format(
        name=called(by), number=bc_number
    )[:200]
    case.status, case.closed_at, case.wait_until = Status.CLEARED, timezone.now(), None
    save(case, by, ["status", "closed_at", "wait_until", "cleared_by"])
    return resolution


@transaction.atomic
def came_back(invoice: SupplierInvoice) -> bool:
    """Open the case of a released invoice again, for its releaser: Business Central has refused to post it.

    Returns False where nobody has released it, so that nobody here has it on the desk.
    """
    cases = ExceptionCase.objects.filter(invoice=invoice)
    case = cases.select_for_update(of=("self",)).select_related("invoice", "owner").order_by("-pk").first()
    if case is None or case.status not in MAY_COME_BACK:
        return False
    released = case.resolutions.filter(kind=Kind.RELEASE, state=State.DONE).select_related("by")
    release = released.order_by("-pk").first()
    if release is None:
        return False
    case.status, case.closed_at, case.cleared_by = Status.OPEN, None, ""
    case.owner = release.by
    case.save(update_fields=["status", "closed_at", "cleared_by", "owner"])
    documents.mark_blocked(invoice)
    return True

"""What people do with an exception case: take, wait, release, approve, reject, talk.

Each verb locks the case, checks who may and whether it still stands as the person saw it, then tells its
story.
Opening, updating and clearing cases is the matching's side (reconcile.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from masterdata import lookup

from . import approving, documents, matching, reconcile
from .laying_out import override_of
from .models import Comment, ExceptionCase, Finding, Resolution, Signature, SupplierInvoice
from .roles import APPROVE, RESOLVE, SEE_CASES, TALK, refusal

Status = ExceptionCase.Status
Kind = Resolution.Kind
State = Resolution.State

TRANSITIONS = {
    Status.OPEN: {Status.WAITING, Status.PROPOSED, Status.RELEASED, Status.REJECTED},
    Status.WAITING: {Status.OPEN, Status.WAITING, Status.PROPOSED, Status.RELEASED, Status.REJECTED},
    Status.PROPOSED: {Status.OPEN, Status.RELEASED},
}  # the statuses missing here are final

# Business Central may refuse what was let through; only that opens a closed case again.
MAY_COME_BACK = [Status.RELEASED, Status.CLEARED]

# No signature makes these payable; the cause has to go.
FIX_ONLY = {"VENDOR_BLOCKED", "UNREADABLE", "DUPLICATE"}

# These add up what other findings say of single lines.
SUMS = {"LINE_TOTAL", "TOTAL"}

LONGEST_TEXT = 2000
LONGEST_WAIT = datetime.timedelta(days=365)


class CaseError(Exception):
    """The case stays as it is; the message says why and what to do."""


class NotAllowed(CaseError):  # noqa: N818
    """This person may not do this."""


class StaleCase(CaseError):  # noqa: N818
    """The case is no longer what the person saw."""


class WrongStatus(CaseError):  # noqa: N818
    """The case's status does not allow this."""


class FixOnly(CaseError):  # noqa: N818
    """A finding that nobody may override."""


class ReasonMissing(CaseError):  # noqa: N818
    """A decision without its reason."""


class TooLong(CaseError):  # noqa: N818
    """A text that is longer than a case keeps."""


class WrongDate(CaseError):  # noqa: N818
    """A date that cannot be waited for."""


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
    case = _lock(case)
    _check(case, by, RESOLVE, to=Status.RELEASED, seen=seen)
    reason = _stated(reason)
    holding = list(blocking(case.findings.all()))
    findings = holding if codes is None else list(_with_sums(case, holding, codes))
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
        overrides=overrides(findings),
    )
    if ask_approver or not within_limit(case, findings, by):
        resolution.state = State.PROPOSED
        resolution.save()
        _move(case, to=Status.PROPOSED, by=by)
        return resolution
    resolution.save()
    _let_through(case, resolution, by)
    return resolution


@transaction.atomic
def approve(resolution: Resolution, *, by: User, note: str = "", seen: str | None = None) -> Resolution:
    """Agree to a proposed release; with the last signature the invoice goes to BC.

    Raises NotAllowed for one's own proposal, another tier's turn, and under rules one has just changed.
    """
    case = _lock(resolution.case)
    resolution = _proposal(resolution, case, by, seen)
    findings = list(_proposed(resolution, blocking(case.findings.all())))
    check_releasable(findings)
    if not covers(resolution.overrides, findings):
        raise StaleCase(
            _(
                "The figures have grown since {name} proposed this. "
                "Decline it, so that it can be proposed again."
            ).format(name=called(resolution.by))
        )
    if _sign(case, resolution, findings, by, note):
        _decide(resolution, State.DONE, by, note)
        _let_through(case, resolution, by)
    return resolution


@transaction.atomic
def decline(resolution: Resolution, *, by: User, note: str, seen: str | None = None) -> Resolution:
    """Refuse a proposed release and give the case back to its owner."""
    case = _lock(resolution.case)
    resolution = _proposal(resolution, case, by, seen)
    _decide(resolution, State.DECLINED, by, _stated(note))
    _move(case, to=Status.OPEN, by=by)
    return resolution


@transaction.atomic
def withdraw(resolution: Resolution, *, by: User, seen: str | None = None) -> Resolution:
    """Take back one's own proposal."""
    case = _lock(resolution.case)
    _check(case, by, RESOLVE, to=Status.OPEN, seen=seen)
    resolution = Resolution.objects.select_for_update().get(pk=resolution.pk)
    if resolution.by_id != by.pk:
        raise NotAllowed(_("Only {name} may withdraw this proposal.").format(name=called(resolution.by)))
    if resolution.state != State.PROPOSED:
        raise StaleCase(what_happened(case))
    resolution.state = State.DECLINED
    resolution.decision_note = _("Withdrawn")
    resolution.save(update_fields=["state", "decision_note"])
    _move(case, to=Status.OPEN, by=by)
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
    case = _lock(case)
    _check(case, by, RESOLVE, to=Status.REJECTED, seen=seen)
    resolution = Resolution.objects.create(
        case=case, action=action, kind=Kind.REJECT, by=by, reason=_stated(reason), reason_code=reason_code
    )
    _close(case, to=Status.REJECTED, by=by)
    _tell_invoice(documents.mark_rejected, case)
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
    case = _lock(case)
    _check(case, by, RESOLVE, to=Status.WAITING, seen=seen)
    _check_day(until)
    resolution = Resolution.objects.create(
        case=case,
        action=action,
        kind=Kind.WAIT,
        by=by,
        reason=_stated(reason),
        reason_code=reason_code,
        wait_until=until,
    )
    case.wait_until = until
    _move(case, to=Status.WAITING, by=by)
    return resolution


@transaction.atomic
def reopen(
    case: ExceptionCase, *, by: User, reason: str, seen: str | None = None, reason_code: str = ""
) -> Resolution:
    """Stop waiting."""
    case = _lock(case)
    if case.status == Status.PROPOSED:
        raise WrongStatus(_("A proposal waits for approval. Withdraw it, or have it declined."))
    _check(case, by, RESOLVE, to=Status.OPEN, seen=seen)
    resolution = Resolution.objects.create(
        case=case, action="reopen", kind=Kind.REOPEN, by=by, reason=_stated(reason), reason_code=reason_code
    )
    _move(case, to=Status.OPEN, by=by)
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
        _check_day(until)
    resolution = Resolution.objects.create(
        case=case,
        action=action,
        kind=Kind.NOTE,
        by=by,
        reason=_stated(reason),
        reason_code=reason_code,
        wait_until=until,
    )
    if until is not None and case.status in (Status.OPEN, Status.WAITING):
        case.wait_until = until
        _move(case, to=Status.WAITING, by=by)
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
        reason=_stated(reason),
        reason_code=reason_code,
        overrides=overrides(warned),
    )
    _own(case, by)
    _save(case, by, ["owner"])
    reconcile.judge([case.invoice])
    return resolution


@transaction.atomic
def finish_by_hand(case: ExceptionCase, *, by: User, reason: str, bc_number: str) -> Resolution:
    """Close the case of an invoice that somebody has posted in Business Central under this number."""
    resolution = note(case, by=by, permission=APPROVE, reason=reason, action="done-by-hand")
    case = _lock(case)
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
    _save(case, by, ["status", "closed_at", "wait_until", "cleared_by"])
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


@transaction.atomic
def take(case: ExceptionCase, *, by: User) -> ExceptionCase:
    """Make it one's own."""
    case = _lock(case)
    _allow(by, RESOLVE)
    _still_open(case)
    if case.owner_id != by.pk:
        case.owner = by
        _save(case, by, ["owner"])
    return case


@transaction.atomic
def hand_over(case: ExceptionCase, *, by: User, to: User) -> ExceptionCase:
    """Give the case to a colleague; its owner may, and whoever resolves cases."""
    case = _lock(case)
    if case.owner_id != by.pk:
        _allow(by, RESOLVE)
    _still_open(case)
    if not (to.is_active and to.has_perm(SEE_CASES) and to.has_perm(TALK)):
        raise NotAllowed(_("{name} may not work on exceptions. Choose someone else.").format(name=called(to)))
    if case.owner_id != to.pk:
        case.owner = to
        _save(case, by, ["owner"])
    return case


@transaction.atomic
def comment(case: ExceptionCase, *, by: User, text: str) -> Comment:
    """Say something about the case; it stays for ever."""
    _allow(by, TALK)
    text = text.strip()
    if not text:
        raise ReasonMissing(_("Write something first."))
    _check_length(text)
    return Comment.objects.create(case=case, by=by, text=text)


def locked(case: ExceptionCase, *, by: User, permission: str, seen: str | None = None) -> ExceptionCase:
    """Lock an open case that this person may work on and that still is as they saw it.

    Raises NotAllowed, StaleCase, WrongStatus.
    """
    case = _lock(case)
    _allow(by, permission)
    if seen is not None and seen != version(case):
        raise StaleCase(what_happened(case))
    _still_open(case)
    return case


def fresh(case: ExceptionCase) -> ExceptionCase:
    """Give the case as it is now, locked until the transaction ends."""
    return _lock(case)


def proposal(case: ExceptionCase) -> Resolution | None:
    """Give the proposal that waits for a second person, if one does."""
    if case.status != Status.PROPOSED:
        return None
    waiting: Resolution | None = case.resolutions.filter(state=State.PROPOSED).select_related("by").first()
    return waiting


def put_back(
    case: ExceptionCase, *, by: User, status: Status, owner_id: int | None, wait_until: datetime.date | None
) -> None:
    """Let a locked case be as it was before something that is undone."""
    case.status, case.owner_id, case.wait_until, case.closed_at = status, owner_id, wait_until, None
    _save(case, by, ["status", "owner", "wait_until", "closed_at"])


def version(case: ExceptionCase) -> str:
    """Name the state of the case that a page shows; a form carries it back as `seen`."""
    latest = case.resolutions.aggregate(key=Max("pk"))["key"] or 0
    return f"{case.status}-{case.decision_id}-{latest}"


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Leave the findings that hold the invoice back."""
    return [finding for finding in findings if finding.effect == "block" and not finding.released]


def overrides(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Name the figures that a release covers, in the form of a match case."""
    return [
        {
            "code": finding.code,
            "line": finding.line,
            "subject": finding.subject or None,
            "quantity": _plain(finding.variance),
            "amount": _plain(finding.amount),
        }
        for finding in findings
    ]


def covers(given: Iterable[dict[str, Any]], findings: Iterable[Finding]) -> bool:
    """Tell whether a proposal still covers every finding that blocks today, as the engine will see it."""
    allowed = {(row["code"], row["line"], row["subject"]): override_of(row) for row in given}
    return all(
        (override := allowed.get((finding.code, finding.line, finding.subject or None))) is not None
        and matching.covers(override, finding.variance, finding.amount)
        for finding in findings
    )


def check_releasable(findings: Iterable[Finding]) -> None:
    """Raise FixOnly where a finding cannot be signed away."""
    for finding in findings:
        if finding.code in FIX_ONLY:
            raise FixOnly(_("This cannot be released: {sentence}").format(sentence=finding.sentence))


def at_stake(case: ExceptionCase, findings: Iterable[Finding]) -> Decimal:
    """Measure what a release lets through, in the invoice's currency.

    Several findings of one line speak of the same money (a price and a line total), and so do the line
    findings together and a total's; so: the largest per line, added up, or the largest of the header if that
    is more. A finding without an amount leaves the whole invoice open.
    """
    lines: dict[int, Decimal] = {}
    header = Decimal(0)
    for finding in findings:
        amount = abs(finding.amount) if finding.amount is not None else abs(case.amount)
        if finding.line is None:
            header = max(header, amount)
        else:
            lines[finding.line] = max(lines.get(finding.line, Decimal(0)), amount)
    return max(sum(lines.values(), Decimal(0)), header)


def within_limit(case: ExceptionCase, findings: Iterable[Finding], user: User) -> bool:
    """Tell whether this person may release alone; without an exchange rate nobody can tell, so no."""
    amount = ledger_at_stake(case, findings)
    if amount is None or approving.judged_by_own_rules(case, user):
        return False
    return amount <= approving.release_limit(case.company, user)


def ledger_at_stake(case: ExceptionCase, findings: Iterable[Finding]) -> Decimal | None:
    """Measure what a release lets through, in ledger currency; None without a rate."""
    on = case.invoice.invoice_date or timezone.localdate()
    try:
        return lookup.ledger_amount(case.company, at_stake(case, findings), case.currency, on)
    except lookup.NoRate:
        return None


def what_happened(case: ExceptionCase) -> str:
    """Say who changed the case meanwhile, to the one who comes second."""
    if case.status == Status.CLEARED and case.closed_at:
        cause = case.cleared_by or _("the facts came right")
        return _("This case cleared itself {time}: {cause}.").format(
            time=_clock(case.closed_at), cause=cause.rstrip(".")
        )
    last = case.resolutions.select_related("by", "decided_by").order_by("-pk").first()
    if has_come_back(case, last):
        return _("Business Central did not post the invoice after its release, and the case is open again.")
    if last is not None and last.state == State.UNDONE:
        return _("{name} took the last decision back. Look at the case again before you decide.").format(
            name=called(last.by)
        )
    if last is not None and last.state == State.DONE and last.kind in (Kind.OVERRIDE, Kind.NOTE):
        return _("{name} acted on this case {time}: {reason}. Look at it again before you decide.").format(
            name=called(last.by), time=_clock(last.at), reason=last.reason.rstrip(".")
        )
    if last is None or (case.status == Status.OPEN and last.kind != Kind.REOPEN and last.state == State.DONE):
        return _("The figures of this case have changed. Look at them again before you decide.")
    if last.decided_by and last.decided_at:
        told = {
            State.DONE: _("{name} approved this release {time}."),
            State.DECLINED: _("{name} declined this release {time}."),
        }[State(last.state)]
        return told.format(name=called(last.decided_by), time=_clock(last.decided_at))
    told = {
        Kind.RELEASE: _("{name} released this case {time}."),
        Kind.OVERRIDE: _("{name} accepted some of the reasons {time}."),
        Kind.NOTE: _("{name} acted on this case {time}."),
        Kind.REJECT: _("{name} rejected this invoice {time}."),
        Kind.WAIT: _("{name} put this case aside {time}."),
        Kind.REOPEN: _("{name} opened this case again {time}."),
    }[Kind(last.kind)]
    if last.state == State.PROPOSED:
        told = _("{name} sent this release for approval {time}.")
    elif last.state == State.DECLINED:
        told = _("{name} withdrew the proposal made {time}.")
    return told.format(name=called(last.by), time=_clock(last.at))


def has_come_back(case: ExceptionCase, last: Resolution | None) -> bool:
    """Tell whether the case is open although its last decision let the invoice through."""
    return (
        last is not None
        and case.status == Status.OPEN
        and (last.kind, last.state) == (Kind.RELEASE, State.DONE)
    )


def called(user: Any) -> str:
    """Name a person as colleagues do."""
    return str(user.get_full_name() or user.get_username())


def _lock(case: ExceptionCase) -> ExceptionCase:
    rows = ExceptionCase.objects.select_for_update(of=("self",)).select_related("company", "invoice", "owner")
    locked: ExceptionCase = rows.get(pk=case.pk)
    return locked


def _check(case: ExceptionCase, by: User, permission: str, *, to: Status, seen: str | None) -> None:
    _allow(by, permission)
    if seen is not None and seen != version(case):
        raise StaleCase(what_happened(case))
    if to not in TRANSITIONS.get(Status(case.status), set()) or (
        case.status == Status.PROPOSED and to == Status.RELEASED and permission != APPROVE
    ):
        raise WrongStatus(_("Nothing was changed. {happened}").format(happened=what_happened(case)))


def _allow(by: User, permission: str) -> None:
    if not by.has_perm(permission):
        raise NotAllowed(refusal(by, permission))


def _still_open(case: ExceptionCase) -> None:
    if not case.is_open:
        raise WrongStatus(what_happened(case))


def _proposal(resolution: Resolution, case: ExceptionCase, by: User, seen: str | None) -> Resolution:
    """Give the proposal, locked, if this person may decide it now."""
    _check(case, by, APPROVE, to=Status.RELEASED, seen=seen)
    resolution = Resolution.objects.select_for_update(of=("self",)).select_related("by").get(pk=resolution.pk)
    if resolution.state != State.PROPOSED:
        raise StaleCase(what_happened(case))
    if resolution.by_id == by.pk:
        raise NotAllowed(_("This is your own proposal. Someone else has to decide it."))
    return resolution


def _sign(
    case: ExceptionCase, resolution: Resolution, findings: Iterable[Finding], by: User, note: str
) -> bool:
    """Sign the step whose turn it is; tells whether it was the last."""
    if refusal := approving.judged_by_own_rules(case, by):
        raise NotAllowed(refusal)
    steps = approving.steps(resolution, ledger_at_stake(case, findings))
    step = approving.open_step(steps)
    if step is None:
        raise StaleCase(what_happened(case))
    if any(each.signature and each.signature.by_id == by.pk for each in steps):
        raise NotAllowed(_("You have signed this already. {tier} signs next.").format(tier=step.title))
    right = approving.right_to_sign(step, by, proposer_id=resolution.by_id)
    if right is None:
        raise NotAllowed(_("It is the turn of {tier} to sign this.").format(tier=step.title))
    _check_length(note.strip())
    Signature.objects.create(
        resolution=resolution,
        position=step.position,
        by=by,
        on_behalf_of=right.on_behalf_of,
        note=note.strip(),
    )
    return step is steps[-1]


def _proposed(resolution: Resolution, findings: Iterable[Finding]) -> Iterable[Finding]:
    """Leave what a proposal has to cover: all that blocks, or of some reasons the lines it names."""
    named = {(row["code"], row["line"], row["subject"]) for row in resolution.overrides}
    for finding in findings:
        if resolution.kind == Kind.RELEASE or (finding.code, finding.line, finding.subject or None) in named:
            yield finding


def _with_sums(case: ExceptionCase, holding: list[Finding], codes: Collection[str]) -> Iterable[Finding]:
    """Give the findings of these reasons, and the sums that are wrong for no other reason."""
    chosen = [finding for finding in holding if finding.code in codes]
    yield from chosen
    accepted = at_stake(case, chosen) if chosen else Decimal(0)
    for finding in holding:
        is_their_sum = finding.code in SUMS and finding not in chosen and finding.amount is not None
        if is_their_sum and abs(finding.amount or 0) <= accepted:
            yield finding


def _let_through(case: ExceptionCase, resolution: Resolution, by: User) -> None:
    """Close the case; or, where other reasons are left, judge the invoice without those that are accepted."""
    if resolution.kind == Kind.RELEASE:
        _close(case, to=Status.RELEASED, by=by)
        _tell_invoice(documents.mark_ready, case)
        return
    _move(case, to=Status.WAITING if case.status == Status.WAITING else Status.OPEN, by=by)
    reconcile.judge([case.invoice])


def _decide(resolution: Resolution, state: State, by: User, note: str) -> None:
    _check_length(note.strip())
    resolution.state = state
    resolution.decided_by = by
    resolution.decided_at = timezone.now()
    resolution.decision_note = note.strip()
    resolution.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])


def _move(case: ExceptionCase, *, to: Status, by: User) -> None:
    case.status = to
    if to != Status.WAITING:
        case.wait_until = None
    _own(case, by)
    _save(case, by, ["status", "wait_until", "owner"])


def _close(case: ExceptionCase, *, to: Status, by: User) -> None:
    case.status = to
    case.closed_at = timezone.now()
    case.wait_until = None
    _own(case, by)
    _save(case, by, ["status", "closed_at", "wait_until", "owner"])


def _tell_invoice(mark: Callable[[SupplierInvoice], None], case: ExceptionCase) -> None:
    """Let the invoice follow the decision; Business Central may have posted it meanwhile."""
    try:
        mark(case.invoice)
    except documents.WrongStatus as error:
        raise WrongStatus(_("Nothing was changed. {happened}").format(happened=error)) from error


def _own(case: ExceptionCase, by: User) -> None:
    """Give a case that is nobody's to whoever decides it; a new one of the invoice goes there too."""
    if case.owner_id is None:
        case.owner = by


def _save(case: ExceptionCase, by: User, fields: list[str]) -> None:
    case._history_user = by  # type: ignore[attr-defined]  # simple-history's own name for "who"
    case.save(update_fields=fields)


def _stated(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(
            _("Say why. The reason stays with the case and is read by the approver and the auditor.")
        )
    _check_length(reason)
    return reason


def _check_day(until: datetime.date | None) -> None:
    if until is None or until <= timezone.localdate():
        raise WrongDate(_("Choose a day after today to wait until."))
    if until > timezone.localdate() + LONGEST_WAIT:
        raise WrongDate(
            _("A case waits for a year at most. Choose a day until {last}.").format(
                last=date_format(timezone.localdate() + LONGEST_WAIT, "j M Y")
            )
        )


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise TooLong(
            _("Nothing was saved: the text has {length} characters, and {most} are kept. Shorten it.").format(
                length=f"{len(text):,}", most=f"{LONGEST_TEXT:,}"
            )
        )


def _plain(figure: Decimal | None) -> str | None:
    return None if figure is None else f"{figure.normalize():f}"


def _clock(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    on = (
        "" if local.date() == timezone.localdate() else _("on {day} ").format(day=date_format(local, "j M Y"))
    )
    return on + _("at {time}").format(time=date_format(local, "H:i"))

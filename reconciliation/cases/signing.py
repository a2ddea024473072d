"""What a second person says to a proposed release, and its proposer who takes it back."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import approving
from reconciliation.models import ExceptionCase, Finding, Resolution, Signature
from reconciliation.people import called
from reconciliation.roles import APPROVE, RESOLVE

from .changing import check, fresh, let_through, move
from .errors import NotAllowed, StaleCase
from .stakes import blocking, check_releasable, covers, ledger_at_stake, to_cover
from .telling import what_happened
from .typed import check_length, stated

Status = ExceptionCase.Status
State = Resolution.State


@transaction.atomic
def approve(resolution: Resolution, *, by: User, note: str = "", seen: str | None = None) -> Resolution:
    """Agree to a proposed release; with the last signature the invoice goes to BC.

    Raises NotAllowed for one's own proposal, another tier's turn, and under rules one has just changed.
    """
    case = fresh(resolution.case)
    resolution = _proposal(resolution, case, by, seen)
    findings = list(to_cover(resolution, blocking(case.findings.all())))
    check_releasable(findings)
    if not covers(case, resolution.overrides, findings):
        raise StaleCase(
            _(
                "The figures have grown since {name} proposed this. "
                "Decline it, so that it can be proposed again."
            ).format(name=called(resolution.by))
        )
    if _sign(case, resolution, findings, by, note):
        _decide(resolution, State.DONE, by, note)
        let_through(case, resolution, by)
    return resolution


@transaction.atomic
def decline(resolution: Resolution, *, by: User, note: str, seen: str | None = None) -> Resolution:
    """Refuse a proposed release and give the case back to its owner."""
    case = fresh(resolution.case)
    resolution = _proposal(resolution, case, by, seen)
    _decide(resolution, State.DECLINED, by, stated(note))
    move(case, to=Status.OPEN, by=by)
    return resolution


@transaction.atomic
def withdraw(resolution: Resolution, *, by: User, seen: str | None = None) -> Resolution:
    """Take back one's own proposal."""
    case = fresh(resolution.case)
    check(case, by, RESOLVE, to=Status.OPEN, seen=seen)
    resolution = Resolution.objects.select_for_update().get(pk=resolution.pk)
    if resolution.by_id != by.pk:
        raise NotAllowed(_("Only {name} may withdraw this proposal.").format(name=called(resolution.by)))
    if resolution.state != State.PROPOSED:
        raise StaleCase(what_happened(case))
    resolution.state = State.DECLINED
    resolution.decision_note = _("Withdrawn")
    resolution.save(update_fields=["state", "decision_note"])
    move(case, to=Status.OPEN, by=by)
    return resolution


def proposal(case: ExceptionCase) -> Resolution | None:
    """Give the proposal that waits for a second person, if one does."""
    if case.status != Status.PROPOSED:
        return None
    waiting: Resolution | None = case.resolutions.filter(state=State.PROPOSED).select_related("by").first()
    return waiting


def _proposal(resolution: Resolution, case: ExceptionCase, by: User, seen: str | None) -> Resolution:
    """Give the proposal, locked, if this person may decide it now."""
    check(case, by, APPROVE, to=Status.RELEASED, seen=seen)
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
    check_length(note.strip())
    Signature.objects.create(
        resolution=resolution,
        position=step.position,
        by=by,
        on_behalf_of=right.on_behalf_of,
        note=note.strip(),
    )
    return step is steps[-1]


def _decide(resolution: Resolution, state: State, by: User, note: str) -> None:
    check_length(note.strip())
    resolution.state = state
    resolution.decided_by = by
    resolution.decided_at = timezone.now()
    resolution.decision_note = note.strip()
    resolution.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])

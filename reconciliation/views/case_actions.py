"""What can be done with a case, numbered for the keyboard; what cannot be done says why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, Finding, Resolution

from . import figures
from .reasons import COMES_LATER

Status = ExceptionCase.Status

# Billed over what an order has received in Business Central, where a receipt is what was accepted.
OVER_RECEIPT = {
    "NO_RECEIPT",
    "OVER_RECEIVED",
    "OVER_ACCEPTED",
    "OVER_ORDERED",
    "NO_ACCEPTANCE",
    "AMOUNT_OVER_ACCEPTED",
}


@dataclass(frozen=True)
class Action:
    """Something that can be done now, or why it cannot."""

    name: str
    title: str
    note: str = ""
    button: str = ""
    label: str = ""
    disabled: str = ""
    number: int = 0
    is_suggested: bool = False
    is_open: bool = False
    wants_reason: bool = True
    needs_reason: bool = True
    wants_day: bool = False
    wants_person: bool = False
    suggestions: list[str] = field(default_factory=list)


def actions(
    shown: ExceptionCase, findings: list[Finding], proposal: Resolution | None, user: User, tried: str
) -> list[Action]:
    """Give what this person can do with the case now; `tried` is the one to show unfolded."""
    if not shown.is_open:
        return []
    offered = _on_proposal(shown, findings, proposal, user) if proposal else _on_case(shown, findings, user)
    return [
        replace(action, number=number, is_open=action.name == tried)
        for number, action in enumerate(offered, start=1)
    ]


def may_hand_over(shown: ExceptionCase, user: User) -> bool:
    """Tell whether this person may give the case away: who resolves cases, and whose case it is."""
    return shown.is_open and (user.has_perm(roles.RESOLVE) or shown.owner_id == user.pk)


def colleagues(shown: ExceptionCase) -> list[dict[str, str]]:
    """Give the people who may work on cases, but the owner."""
    app, codename = roles.TALK.split(".")
    held = Q(groups__permissions__codename=codename, groups__permissions__content_type__app_label=app)
    people = User.objects.filter(held, is_active=True).distinct().order_by("username")
    return [
        {"username": user.username, "name": figures.person(user)}
        for user in people
        if user.pk != shown.owner_id
    ]


def _on_case(shown: ExceptionCase, findings: list[Finding], user: User) -> list[Action]:
    if not user.has_perm(roles.RESOLVE):
        return [_hand_over_action()] if may_hand_over(shown, user) else []
    codes = {finding.code for finding in cases.blocking(findings)}
    suggested = _suggested(codes)
    actions = [
        _release_action(shown, findings, user, suggested=suggested == "release"),
        _wait_action(shown, suggested=suggested == "wait"),
        _reject_action(suggested=suggested == "reject"),
        _hand_over_action(),
    ]
    return [*actions, _reopen_action()] if shown.status == Status.WAITING else actions


def _wait_action(shown: ExceptionCase, *, suggested: bool) -> Action:
    return Action(
        "wait",
        _("Wait") if shown.status != Status.WAITING else _("Wait longer"),
        note=_("clears itself when the facts come right"),
        button=_("Wait"),
        label=_("What are you waiting for?"),
        wants_day=True,
        is_suggested=suggested,
        suggestions=[_("Delivery announced"), _("Receiver asked"), _("Credit memo announced")],
    )


def _reject_action(*, suggested: bool) -> Action:
    return Action(
        "reject",
        _("Reject the invoice"),
        note=_("it will not be posted"),
        button=_("Reject"),
        label=_("Why is it rejected?"),
        is_suggested=suggested,
        suggestions=[_("Billed twice"), _("Not our order"), _("Corrected invoice requested")],
    )


def _reopen_action() -> Action:
    return Action(
        "reopen",
        _("Stop waiting"),
        button=_("Open again"),
        label=_("Why not wait longer?"),
        suggestions=[_("Nothing more will come"), _("Payment is urgent")],
    )


def _suggested(codes: set[str]) -> str:
    """Name the one thing that usually helps; nothing where a cause has to be mended elsewhere."""
    if "DUPLICATE" in codes:
        return "reject"
    if codes & COMES_LATER:
        return "wait"
    return "" if codes & cases.FIX_ONLY else "release"


def _hand_over_action() -> Action:
    return Action(
        "hand-over",
        _("Give to a colleague"),
        note=_("the case and its talk go with it"),
        button=_("Give"),
        wants_reason=False,
        wants_person=True,
    )


def _release_action(shown: ExceptionCase, findings: list[Finding], user: User, *, suggested: bool) -> Action:
    blocking = cases.blocking(findings)
    try:
        cases.check_releasable(blocking)
    except cases.FixOnly as error:
        return Action("release", _("Release"), disabled=str(error))
    amount = cases.ledger_at_stake(shown, blocking)
    limit = cases.release_limit(shown.company, user)
    alone = amount is not None and amount <= limit
    return Action(
        "release",
        _("Release once") if alone else _("Send release for approval"),
        note=_measured(amount, limit, shown.company.ledger_currency) + _held_up(shown, blocking),
        button=_("Release") if alone else _("Send for approval"),
        label=_("Why is this all right?"),
        is_suggested=suggested,
        suggestions=[_("Agreed with the buyer"), _("Within the yearly contract"), _("Small difference")],
    )


def _measured(amount: Decimal | None, limit: Decimal, currency: str) -> str:
    """Measure what a release lets through against what the person may release alone."""
    if amount is None:
        return _("there is no exchange rate to measure it against your limit")
    if amount <= limit:
        return _("lets {amount} through; your limit is {limit}").format(
            amount=figures.money(amount.quantize(figures.CENT), currency),
            limit=figures.money(limit, currency),
        )
    return _("{amount} is over your limit of {limit}: an AP approver decides").format(
        amount=figures.money(amount.quantize(figures.CENT), currency), limit=figures.money(limit, currency)
    )


def _held_up(shown: ExceptionCase, blocking: list[Finding]) -> str:
    """Warn that Business Central holds up what is billed over the receipts of its order."""
    if not OVER_RECEIPT & {finding.code for finding in blocking} or not _bills_an_order(shown):
        return ""
    return ". " + _(
        "Business Central posts no more than was received: a released invoice comes back "
        "unless the rest is received first, or someone posts it by hand"
    )


def _bills_an_order(shown: ExceptionCase) -> bool:
    invoice = shown.invoice
    return bool(invoice.order_number) or invoice.lines.exclude(order_number="").exists()


def _on_proposal(
    shown: ExceptionCase, findings: list[Finding], proposal: Resolution, user: User
) -> list[Action]:
    own = proposal.by_id == user.pk
    refused = ""
    if own:
        refused = _("This is your own proposal; someone else decides it.")
    elif not user.has_perm(roles.APPROVE):
        refused = roles.refusal(user, roles.APPROVE)
    actions = [
        Action(
            "approve",
            _("Approve"),
            note=_("the invoice goes to Business Central") + _held_up(shown, cases.blocking(findings)),
            button=_("Approve"),
            label=_("Note (optional)"),
            needs_reason=False,
            disabled=refused,
            is_suggested=not refused,
        ),
        Action(
            "decline",
            _("Decline"),
            note=_("the case goes back to its owner"),
            button=_("Decline"),
            label=_("Why not?"),
            disabled=refused,
            suggestions=[_("Ask the buyer first"), _("Request a corrected invoice")],
        ),
    ]
    if own:
        actions.append(
            Action("withdraw", _("Withdraw the proposal"), button=_("Withdraw"), wants_reason=False)
        )
    return actions

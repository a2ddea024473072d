"""Every action on a case, one row each: page, HTTP route, bulk and tests read this table."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reconciliation import cases
from reconciliation.roles import APPROVE, RESOLVE, TALK

from . import deciding, talking
from .action import ANY_STATUS, STILL_OPEN, UNDECIDED, Action, Ask, Limit, Situation, Status
from .wording import held_up, measured

# A receipt, a confirmation or a day still to come: waiting is what usually helps.
COMES_LATER = frozenset(
    {
        "NO_RECEIPT",
        "OVER_RECEIVED",
        "NO_ACCEPTANCE",
        "AMOUNT_OVER_ACCEPTED",
        "EARLY",
        "ORDER_NOT_APPROVED",
    }
)
PROPOSED = frozenset({Status.PROPOSED})


def _suggests_reject(situation: Situation) -> bool:
    return "DUPLICATE" in situation.codes


def _suggests_wait(situation: Situation) -> bool:
    return bool(situation.codes & COMES_LATER) and not _suggests_reject(situation)


def _suggests_release(situation: Situation) -> bool:
    return not (situation.codes & (COMES_LATER | cases.FIX_ONLY))


def _signed_away(situation: Situation) -> str:
    try:
        cases.check_releasable(situation.holding)
    except cases.FixOnly as error:
        return str(error)
    return ""


def _alone(situation: Situation) -> bool:
    return situation.stake is not None and situation.stake <= situation.limit


def _release_title(situation: Situation) -> str:
    return _("Release once") if _alone(situation) else _("Send release for approval")


def _release_note(situation: Situation) -> str:
    return measured(situation.stake, situation) + held_up(situation)


_ROWS = [
    Action(
        "release",
        gettext_lazy("Release"),
        deciding.release,
        RESOLVE,
        limit=Limit.RELEASE,
        reason_codes=("agreed_with_buyer", "contract", "small", "goods_seen", "payment_urgent"),
        keeps=gettext_lazy("the figures that it covers; larger ones hold the invoice again"),
        in_bulk=True,
        button=gettext_lazy("Release"),
        label=gettext_lazy("Why is this all right?"),
        titled=_release_title,
        note=_release_note,
        refuses=_signed_away,
        suggested=_suggests_release,
    ),
    Action(
        "wait",
        gettext_lazy("Wait"),
        deciding.wait,
        RESOLVE,
        asks=("until",),
        reason_codes=("delivery_announced", "receiver_asked", "credit_announced", "clarifying"),
        keeps=gettext_lazy("the day, and what was waited for"),
        in_bulk=True,
        button=gettext_lazy("Wait"),
        label=gettext_lazy("What are you waiting for?"),
        titled=lambda situation: _("Wait longer") if situation.case.status == Status.WAITING else "",
        note=lambda situation: _("clears itself when the facts come right"),
        suggested=_suggests_wait,
    ),
    Action(
        "reject",
        gettext_lazy("Reject the invoice"),
        deciding.reject,
        RESOLVE,
        reason_codes=("billed_twice", "not_ours", "correction_requested"),
        keeps=gettext_lazy("why it was refused"),
        in_bulk=True,
        button=gettext_lazy("Reject"),
        label=gettext_lazy("Why is it rejected?"),
        note=lambda situation: _("it will not be posted"),
        suggested=_suggests_reject,
    ),
    Action(
        "hand-over",
        gettext_lazy("Give to a colleague"),
        talking.hand_over,
        RESOLVE,
        states=UNDECIDED,
        asks=("to",),
        reason=Ask.NOT,
        owner_may=True,
        button=gettext_lazy("Give"),
        note=lambda situation: _("the case and its talk go with it"),
    ),
    Action(
        "reopen",
        gettext_lazy("Stop waiting"),
        deciding.reopen,
        RESOLVE,
        states=frozenset({Status.WAITING}),
        reason_codes=("nothing_more", "payment_urgent"),
        stays=True,
        button=gettext_lazy("Open again"),
        label=gettext_lazy("Why not wait longer?"),
    ),
    Action(
        "approve",
        gettext_lazy("Approve"),
        deciding.approve,
        APPROVE,
        states=PROPOSED,
        reason=Ask.MAY,
        keeps=gettext_lazy("who proposed and who agreed, never the same person"),
        button=gettext_lazy("Approve"),
        label=gettext_lazy("Note (optional)"),
        note=lambda situation: _("the invoice goes to Business Central") + held_up(situation),
        four_eyes=True,
        is_told=True,
        suggested=lambda situation: True,
    ),
    Action(
        "decline",
        gettext_lazy("Decline"),
        deciding.decline,
        APPROVE,
        states=PROPOSED,
        reason_codes=("ask_buyer_first", "correction_requested"),
        button=gettext_lazy("Decline"),
        label=gettext_lazy("Why not?"),
        note=lambda situation: _("the case goes back to its owner"),
        four_eyes=True,
        is_told=True,
    ),
    Action(
        "withdraw",
        gettext_lazy("Withdraw the proposal"),
        deciding.withdraw,
        RESOLVE,
        states=PROPOSED,
        reason=Ask.NOT,
        stays=True,
        button=gettext_lazy("Withdraw"),
        shown_if=lambda situation: situation.is_own_proposal,
    ),
    # These have a place of their own on the page.
    Action(
        "take",
        gettext_lazy("Take it"),
        talking.take,
        RESOLVE,
        states=STILL_OPEN,
        reason=Ask.NOT,
        stays=True,
        in_bulk=True,
        is_shown=False,
    ),
    Action(
        "comment",
        gettext_lazy("Comment"),
        talking.comment,
        TALK,
        states=ANY_STATUS,
        reason=Ask.NOT,
        keeps=gettext_lazy("the words, for ever"),
        can_be_undone=False,
        stays=True,
        is_shown=False,
    ),
    Action(
        "link",
        gettext_lazy("Confirm an order line"),
        talking.link,
        RESOLVE,
        states=STILL_OPEN,
        reason=Ask.NOT,
        asks=("line", "order", "order_line"),
        keeps=gettext_lazy("what spoke for the line; the link has its own undo"),
        can_be_undone=False,
        stays=True,
        is_shown=False,
    ),
    Action(
        "split",
        gettext_lazy("Split a line over order lines"),
        talking.split,
        RESOLVE,
        states=STILL_OPEN,
        reason=Ask.NOT,
        asks=("line", "order", "order_line", "quantity"),
        keeps=gettext_lazy("each part with its order line; the split has its own undo"),
        can_be_undone=False,
        stays=True,
        is_shown=False,
    ),
    Action(
        "unlink",
        gettext_lazy("Undo a link"),
        talking.unlink,
        RESOLVE,
        states=STILL_OPEN,
        reason=Ask.NOT,
        asks=("line",),
        can_be_undone=False,
        stays=True,
        is_shown=False,
    ),
]
ACTIONS = {row.name: row for row in _ROWS}
SMALL = Decimal("5.00")  # in ledger currency

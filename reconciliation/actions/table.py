"""Every action on a case, one row each: page, HTTP route, bulk and tests read this table."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reconciliation import cases
from reconciliation.models import CaseRequest
from reconciliation.roles import APPROVE, CONFIRM, RESOLVE, TALK

from . import asking, deciding, recording, talking
from .action import ANY_STATUS, STILL_OPEN, UNDECIDED, Action, Ask, Limit, Sentence, Situation, Status
from .letters import claimed
from .wording import held_up, measured, money

Kind = CaseRequest.Kind
Whom = CaseRequest.Whom

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


PRICES = frozenset(
    {"PRICE_OVER", "PRICE_UNDER", "LINE_TOTAL", "ZERO_ORDER_PRICE", "ZERO_INVOICE_PRICE", "CHANGE_ORDER"}
)
TAXES = frozenset({"TAX_OVER", "TAX_UNDER"})
QUANTITIES = frozenset({"OVER_RECEIVED", "OVER_ACCEPTED", "OVER_ORDERED", "RETURN_AFTER_BILL"})
OVER = frozenset({"PRICE_OVER", "LINE_TOTAL", "DISCOUNT", "TAX_OVER", "UNPLANNED_CHARGE", "CHARGE_OVER"})
CLAIMED = OVER | QUANTITIES | {"TOTAL", "BLANKET", "MILESTONE", "PREPAYMENT"}
UNORDERED = frozenset({"NOT_ON_ORDER", "AMBIGUOUS", "DESCRIPTION_ONLY", "UNPLANNED_CHARGE"})
GOODS = frozenset({"NO_RECEIPT", "OVER_RECEIVED", "OVER_ACCEPTED"})
SERVICES = frozenset({"NO_ACCEPTANCE", "AMOUNT_OVER_ACCEPTED"})
DUPLICATES = frozenset({"DUPLICATE", "NEAR_DUPLICATE", "SELF_BILLED"})
LEFTOVERS = {"UNDER", "CLOSES_WITH_EXTRA"}
SMALL_SUMS = frozenset({"TOTAL", "ARITHMETIC", "RATE", "CHARGE_OVER"}) | PRICES | TAXES
SMALL = Decimal("5.00")  # in ledger currency


def _alone(situation: Situation) -> bool:
    return situation.stake is not None and situation.stake <= situation.limit


def _release_title(situation: Situation) -> str:
    return _("Release once") if _alone(situation) else _("Send release for approval")


def _release_note(situation: Situation) -> str:
    return measured(situation.stake, situation) + held_up(situation)


def _part_of(codes: frozenset[str]) -> Sentence:
    """Measure what a release of these reasons alone lets through."""
    return lambda situation: measured(situation.stake_of(codes), situation)


def _claims(situation: Situation) -> str:
    return _(
        "claims {amount}; Business Central posts the invoice in full at this level, a credit memo settles it"
    ).format(amount=claimed(situation, situation.holding))


def _is_small(situation: Situation) -> bool:
    return situation.stake is not None and situation.stake <= SMALL


def _not_small(situation: Situation) -> str:
    if _is_small(situation):
        return ""
    return _("Only up to {limit}.").format(limit=money(SMALL, situation.case.company.ledger_currency))


def _has_several(situation: Situation) -> bool:
    return len(situation.codes) > 1


def _leaves_over(situation: Situation) -> bool:
    return any(finding.code in LEFTOVERS for finding in situation.findings)


def _of_bc(situation: Situation) -> str:
    """Say where an account is given: whoever owns the invoice's lines codes them."""
    if situation.case.invoice.origin == situation.case.invoice.Origin.BC:
        return _(
            "Business Central owns this draft and its API at this level changes no line's account here: "
            "choose it there; the next pull judges the invoice again."
        )
    return _("The CAFM owns this invoice's lines: give the account there; it comes again and is judged.")


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
        "override",
        gettext_lazy("Accept one of the reasons"),
        deciding.override,
        RESOLVE,
        limit=Limit.RELEASE,
        asks=("finding",),
        reason_codes=("agreed_with_buyer", "contract", "small", "goods_seen"),
        keeps=gettext_lazy("the figures of that reason; the others go on holding the invoice"),
        stays=True,
        button=gettext_lazy("Accept"),
        label=gettext_lazy("Why is this all right?"),
        note=lambda situation: _("the other reasons stay"),
        shown_if=_has_several,
        refuses=_signed_away,
    ),
    Action(
        "accept-price",
        gettext_lazy("Accept the price, this invoice only"),
        deciding.accept("accept-price", PRICES),
        RESOLVE,
        codes=PRICES,
        limit=Limit.RELEASE,
        reason_codes=("price_confirmed", "price_list", "contract", "small"),
        keeps=gettext_lazy("the price that was accepted, for this invoice"),
        in_bulk=True,
        button=gettext_lazy("Accept"),
        label=gettext_lazy("Why is the price right?"),
        note=_part_of(PRICES),
    ),
    Action(
        "accept-price-change-order",
        gettext_lazy("Accept the price and have the order changed"),
        asking.release_and_ask("accept-price-change-order", Kind.CHANGE_ORDER, Whom.BUYER, PRICES),
        RESOLVE,
        codes=PRICES,
        limit=Limit.RELEASE,
        asks=("letter",),
        letter=Kind.CHANGE_ORDER,
        reason_codes=("price_confirmed", "price_list"),
        keeps=gettext_lazy("the price, and what the buyer was asked; the CAFM owns the order"),
        button=gettext_lazy("Accept and ask"),
        label=gettext_lazy("Why is the price right?"),
        note=lambda situation: _("the buyer changes the order in the CAFM; the next invoice then ties out"),
    ),
    Action(
        "short-pay",
        gettext_lazy("Short-pay with a claim"),
        asking.release_and_ask("short-pay", Kind.CLAIM, Whom.SUPPLIER, None),
        RESOLVE,
        codes=CLAIMED,
        limit=Limit.RELEASE,
        asks=("letter",),
        letter=Kind.CLAIM,
        reason_codes=("we_are_right", "payment_urgent"),
        keeps=gettext_lazy("the claim with its sum, and the letter"),
        button=gettext_lazy("Release and claim"),
        label=gettext_lazy("Why pay before it is settled?"),
        note=_claims,
        refuses=_signed_away,
    ),
    Action(
        "request-credit",
        gettext_lazy("Request a credit memo"),
        asking.ask("request-credit", Kind.CREDIT_MEMO, Whom.SUPPLIER, None),
        RESOLVE,
        codes=CLAIMED,
        asks=("letter", "until"),
        letter=Kind.CREDIT_MEMO,
        reason_codes=("we_are_right", "correction_requested"),
        keeps=gettext_lazy("the letter with its sums"),
        button=gettext_lazy("Request"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("letter drafted, in their line numbers; waits for the credit memo"),
    ),
    Action(
        "request-correction",
        gettext_lazy("Request a corrected invoice"),
        asking.ask("request-correction", Kind.CORRECTED_INVOICE, Whom.SUPPLIER, None),
        RESOLVE,
        asks=("letter", "until"),
        letter=Kind.CORRECTED_INVOICE,
        reason_codes=("we_are_right", "not_ours"),
        keeps=gettext_lazy("the letter with its sums"),
        button=gettext_lazy("Request"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("letter drafted, in their line numbers"),
    ),
    Action(
        "ask-receiver",
        gettext_lazy("Ask what has come"),
        asking.ask("ask-receiver", Kind.CONFIRM_QUANTITY, Whom.RECEIVER, GOODS),
        RESOLVE,
        codes=GOODS,
        asks=("email", "letter", "until"),
        letter=Kind.CONFIRM_QUANTITY,
        reason_codes=("receiver_asked",),
        keeps=gettext_lazy("the question, and who answered what"),
        button=gettext_lazy("Ask"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("the receiver gets a link that works on a phone, without a seat"),
    ),
    Action(
        "ask-buyer",
        gettext_lazy("Ask the buyer about the price"),
        asking.ask("ask-buyer", Kind.CONFIRM_PRICE, Whom.BUYER, PRICES),
        RESOLVE,
        codes=PRICES,
        asks=("email", "letter", "until"),
        letter=Kind.CONFIRM_PRICE,
        reason_codes=("ask_buyer_first",),
        keeps=gettext_lazy("the question, and who answered what"),
        button=gettext_lazy("Ask"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("the buyer gets a link that works on a phone, without a seat"),
    ),
    Action(
        "record-receipt",
        gettext_lazy("Record what has come"),
        recording.receive,
        CONFIRM,
        codes=GOODS,
        reason=Ask.MAY,
        asks=("line", "quantity"),
        reason_codes=("counted",),
        keeps=gettext_lazy("the receipt, by whom it was counted"),
        can_be_undone=False,  # it goes on its way at once; “Take a receipt back” is its reverse
        stays=True,
        button=gettext_lazy("Record"),
        label=gettext_lazy("How is it known?"),
        note=lambda situation: _("a receipt goes to Business Central, and the invoice is judged again"),
    ),
    Action(
        "correct-receipt",
        gettext_lazy("Take a receipt back"),
        recording.take_back_receipt,
        CONFIRM,
        codes=GOODS | QUANTITIES,
        asks=("receipt",),
        reason_codes=("counted", "wrong_line"),
        keeps=gettext_lazy("the reversal, and why"),
        can_be_undone=False,  # “Record what has come” is its reverse
        stays=True,
        button=gettext_lazy("Take back"),
        label=gettext_lazy("What is wrong with it?"),
        note=lambda situation: _("then record what has really come"),
        shown_if=lambda situation: recording.receipts_of(situation.case).exists(),
    ),
    Action(
        "confirm-service",
        gettext_lazy("Confirm the service"),
        recording.confirm_service,
        CONFIRM,
        codes=SERVICES,
        reason=Ask.MAY,
        asks=("line", "amount"),
        reason_codes=("done_as_agreed",),
        keeps=gettext_lazy("the confirmation, by whom"),
        can_be_undone=False,
        stays=True,
        button=gettext_lazy("Confirm"),
        label=gettext_lazy("How is it known?"),
        note=lambda situation: _("the invoice is judged again"),
    ),
    Action(
        "confirm-price",
        gettext_lazy("Confirm the billed price"),
        recording.confirm_price,
        CONFIRM,
        codes=PRICES,
        reason_codes=("price_list", "contract"),
        keeps=gettext_lazy("who confirmed it, for the clerk who releases"),
        stays=True,
        button=gettext_lazy("Confirm"),
        label=gettext_lazy("Why is the price right?"),
    ),
    Action(
        "return-goods",
        gettext_lazy("Have goods returned"),
        asking.ask("return-goods", Kind.RETURN_GOODS, Whom.RECEIVER, QUANTITIES),
        RESOLVE,
        codes=QUANTITIES,
        asks=("letter", "until"),
        letter=Kind.RETURN_GOODS,
        reason_codes=("receiver_asked", "not_ours"),
        keeps=gettext_lazy("what was asked; the CAFM records the return"),
        button=gettext_lazy("Ask"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("clears itself when the return is recorded"),
    ),
    Action(
        "add-order-line",
        gettext_lazy("Have a line added to the order"),
        asking.ask("add-order-line", Kind.ADD_LINE, Whom.BUYER, UNORDERED),
        RESOLVE,
        codes=UNORDERED,
        asks=("letter", "until"),
        letter=Kind.ADD_LINE,
        reason_codes=("ask_buyer_first",),
        keeps=gettext_lazy("what the buyer was asked; the CAFM owns the order"),
        button=gettext_lazy("Ask"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("clears itself when the order has the line"),
    ),
    Action(
        "code-to-account",
        gettext_lazy("Code to an account"),
        deciding.nothing,
        RESOLVE,
        codes=UNORDERED,
        keeps=gettext_lazy("nothing: it is done where the line is owned"),
        button=gettext_lazy("Code"),
        refuses=_of_bc,
    ),
    Action(
        "rematch",
        gettext_lazy("Match again"),
        recording.rematch,
        RESOLVE,
        reason=Ask.NOT,
        keeps=gettext_lazy("the judgement"),
        can_be_undone=False,  # nothing is decided
        stays=True,
        in_bulk=True,
        button=gettext_lazy("Match again"),
        note=lambda situation: _("after a unit or an item was mended in Business Central"),
    ),
    Action(
        "tax-theirs",
        gettext_lazy("Accept the supplier's tax"),
        deciding.accept("tax-theirs", TAXES),
        RESOLVE,
        codes=TAXES,
        limit=Limit.RELEASE,
        reason_codes=("supplier_right", "rounding"),
        keeps=gettext_lazy("the tax that was accepted"),
        button=gettext_lazy("Accept"),
        label=gettext_lazy("Why is it right?"),
        note=_part_of(TAXES),
    ),
    Action(
        "tax-ours",
        gettext_lazy("Insist on our tax"),
        asking.ask("tax-ours", Kind.CORRECTED_INVOICE, Whom.SUPPLIER, TAXES | {"TAX_CODE"}),
        RESOLVE,
        codes=TAXES | {"TAX_CODE"},
        asks=("letter", "until"),
        letter=Kind.CORRECTED_INVOICE,
        reason_codes=("we_are_right",),
        keeps=gettext_lazy("the letter with its sums"),
        button=gettext_lazy("Request"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("a corrected invoice is requested"),
    ),
    Action(
        "write-off",
        gettext_lazy("Write off the small difference"),
        deciding.accept("write-off", None),
        RESOLVE,
        codes=SMALL_SUMS,
        limit=Limit.SMALL,
        reason_codes=("rounding", "small"),
        keeps=gettext_lazy("the sum that was written off"),
        in_bulk=True,
        button=gettext_lazy("Write off"),
        label=gettext_lazy("Why?"),
        note=lambda situation: measured(situation.stake, situation),
        refuses=_not_small,
        shown_if=_is_small,
    ),
    Action(
        "confirm-duplicate",
        gettext_lazy("It is a duplicate: reject"),
        deciding.confirm_duplicate,
        RESOLVE,
        codes=DUPLICATES,
        of_warnings=True,
        reason_codes=("billed_twice",),
        keeps=gettext_lazy("that it was billed before"),
        button=gettext_lazy("Reject"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("it will not be posted"),
    ),
    Action(
        "dismiss-duplicate",
        gettext_lazy("It is no duplicate"),
        deciding.dismiss_duplicate,
        RESOLVE,
        codes=frozenset({"NEAR_DUPLICATE"}),
        of_warnings=True,
        reason_codes=("different_delivery",),
        keeps=gettext_lazy("why the two are not the same"),
        stays=True,
        button=gettext_lazy("Dismiss"),
        label=gettext_lazy("Why are they two?"),
        note=lambda situation: _("the warning goes, until its figures grow"),
    ),
    Action(
        "close-short",
        gettext_lazy("Have the order line closed short"),
        asking.ask("close-short", Kind.CLOSE_SHORT, Whom.BUYER, None),
        RESOLVE,
        asks=("letter", "until"),
        letter=Kind.CLOSE_SHORT,
        reason_codes=("nothing_more",),
        keeps=gettext_lazy("what the buyer was asked; the CAFM owns the order"),
        button=gettext_lazy("Ask"),
        label=gettext_lazy("Why is nothing more expected?"),
        shown_if=_leaves_over,
    ),
    Action(
        "hold",
        gettext_lazy("Hold until a day"),
        deciding.hold,
        RESOLVE,
        asks=("until",),
        reason_codes=("clarifying",),
        keeps=gettext_lazy("the day, and why"),
        in_bulk=True,
        button=gettext_lazy("Hold"),
        label=gettext_lazy("Why?"),
        note=lambda situation: _("comes back on that day, or clears itself before"),
    ),
    Action(
        "escalate",
        gettext_lazy("Send to an approver"),
        deciding.escalate,
        RESOLVE,
        reason_codes=("agreed_with_buyer", "payment_urgent", "clarifying"),
        keeps=gettext_lazy("the proposal; whoever decides it is another person"),
        button=gettext_lazy("Send"),
        label=gettext_lazy("Why should it be released?"),
        note=lambda situation: _("a second person decides, although you could"),
        shown_if=_alone,
        refuses=_signed_away,
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
        "done-by-hand",
        gettext_lazy("Mark as posted by hand"),
        recording.done_by_hand,
        APPROVE,
        asks=("bc_number",),
        reason_codes=("posted_there",),
        keeps=gettext_lazy("the number in Business Central, and who says so"),
        can_be_undone=False,
        has_to_be_confirmed=True,
        button=gettext_lazy("Mark as posted"),
        label=gettext_lazy("Why by hand?"),
        note=lambda situation: _("nothing is sent; the case is closed for good"),
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

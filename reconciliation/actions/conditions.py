"""When an action is offered, suggested or refused, and what is said beside it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from reconciliation import cases

from .action import Sentence, Situation, Status
from .letters import claimed
from .wording import held_up, measured, money

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


def suggests_reject(situation: Situation) -> bool:
    return "DUPLICATE" in situation.codes


def suggests_wait(situation: Situation) -> bool:
    return bool(situation.codes & COMES_LATER) and not suggests_reject(situation)


def suggests_release(situation: Situation) -> bool:
    return not (situation.codes & (COMES_LATER | cases.FIX_ONLY)) and not suggests_write_off(situation)


def suggests_write_off(situation: Situation) -> bool:
    return situation.codes <= SMALL_SUMS and is_small(situation)


def signed_away(situation: Situation) -> str:
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


def alone(situation: Situation) -> bool:
    return situation.stake is not None and situation.stake <= situation.limit


def release_title(situation: Situation) -> str:
    return _("Release once") if alone(situation) else _("Send release for approval")


def release_note(situation: Situation) -> str:
    return measured(situation.stake, situation) + held_up(situation)


def part_of(codes: frozenset[str]) -> Sentence:
    """Measure what a release of these reasons alone lets through."""
    return lambda situation: measured(situation.stake_of(codes), situation)


def claims(situation: Situation) -> str:
    return _(
        "claims {amount}; Business Central posts the invoice in full at this level, a credit memo settles it"
    ).format(amount=claimed(situation, situation.holding))


def is_small(situation: Situation) -> bool:
    return situation.stake is not None and situation.stake <= SMALL


def not_small(situation: Situation) -> str:
    if is_small(situation):
        return ""
    return _("Only up to {limit}.").format(limit=money(SMALL, situation.case.company.ledger_currency))


def has_several(situation: Situation) -> bool:
    return len(situation.codes) > 1


def leaves_over(situation: Situation) -> bool:
    return any(finding.code in LEFTOVERS for finding in situation.findings)


def of_bc(situation: Situation) -> str:
    """Say where an account is given: whoever owns the invoice's lines codes them."""
    if situation.case.invoice.origin == situation.case.invoice.Origin.BC:
        return _(
            "Business Central owns this draft and its API at this level changes no line's account here: "
            "choose it there; the next pull judges the invoice again."
        )
    return _("The CAFM owns this invoice's lines: give the account there; it comes again and is judged.")

"""Sentences about an action's consequences: what it lets through, and what Business Central makes of it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reconciliation.models import ExceptionCase

from .action import Situation

CENT = Decimal("0.01")
# Billed over what an order has received in Business Central, where a receipt is what was accepted.
OVER_RECEIPT = {
    "NO_RECEIPT",
    "OVER_RECEIVED",
    "OVER_ACCEPTED",
    "OVER_ORDERED",
    "NO_ACCEPTANCE",
    "AMOUNT_OVER_ACCEPTED",
}


def money(amount: Decimal, currency: str) -> str:
    """Write an amount to the cent, with its currency."""
    return f"{_number(amount.quantize(CENT))} {currency}".rstrip()


def figure(amount: Decimal, unit: str) -> str:
    """Write a quantity without idle zeros, with its unit."""
    return f"{_number(amount.normalize())} {unit}".rstrip()


def _number(number: Decimal) -> str:
    return str(number_format(f"{number:f}", use_l10n=True, force_grouping=True))


def measured(amount: Decimal | None, situation: Situation) -> str:
    """Measure what is let through against what the person may let through alone."""
    currency, limit = situation.case.company.ledger_currency, situation.limit
    if amount is None:
        return _("there is no exchange rate to measure it against your limit")
    if amount <= limit:
        return _("lets {amount} through; your limit is {limit}").format(
            amount=money(amount, currency), limit=money(limit, currency)
        )
    return _("{amount} is over your limit of {limit}: an AP approver decides").format(
        amount=money(amount, currency), limit=money(limit, currency)
    )


def held_up(situation: Situation) -> str:
    """Warn that Business Central holds up what is billed over the receipts of its order."""
    if not OVER_RECEIPT & situation.codes or not _bills_an_order(situation.case):
        return ""
    return ". " + _(
        "Business Central posts no more than was received: a released invoice comes back "
        "unless the rest is received first, or someone posts it by hand"
    )


def _bills_an_order(case: ExceptionCase) -> bool:
    invoice = case.invoice
    return bool(invoice.order_number) or invoice.lines.exclude(order_number="").exists()

"""The supplier's own arithmetic, and the totals against those the order leads to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from ..amounts import bills_goods, computed_amount, goods_total, total_of
from ..dossier import Dossier
from ..exact import rounded, settle, shown
from ..facts import ZERO, Check, InvoiceLine, InvoiceType, Level
from ..findings import Code, Effect, Finding
from ..sentences import cash
from .charges import headers_left
from .differences import Difference, ending, hold_against, plain_finding, report
from .price import expected_amount

SLACK_PER_LINE = Decimal("0.02")
Totals = dict[str, Decimal]


def arithmetic(dossier: Dossier) -> Iterator[Finding]:
    """The supplier's lines and total are computed rightly, but for cents of rounding."""
    for line in dossier.sorted_lines:
        computed = computed_amount(line)
        if computed is not None and line.amount is not None:
            yield from _miscounted(dossier, computed, line.amount, SLACK_PER_LINE, line)
    invoice = dossier.invoice
    if invoice.total is not None and (invoice.lines or bills_goods(invoice)):
        slack = SLACK_PER_LINE * max(1, len(invoice.lines))
        yield from _miscounted(dossier, added_up(dossier), invoice.total, slack, None)


def tax(dossier: Dossier) -> Iterator[Finding]:
    """The tax is the order's, in proportion to what is invoiced."""
    found = dossier.rules.find(Check.TAX, dossier.scope)
    if not found or not _judged(dossier):
        return
    expected = dossier.once(expected_totals)["tax"]
    if not settle(dossier.invoice.tax - expected):
        return
    difference = Difference(Check.TAX, expected, dossier.invoice.tax, dossier.invoice.tax - expected)
    verdict = hold_against(dossier, found, difference)
    sentence = (
        f"Tax of {cash(dossier.invoice.tax, dossier.currency)} billed,"
        f" {_expected(dossier, 'tax', expected)}: {ending(dossier, found, difference, verdict)}"
    )
    code = Code.TAX_OVER if difference.variance > 0 else Code.TAX_UNDER
    yield report(dossier, code, difference, verdict, sentence)


def tax_code(dossier: Dossier) -> Iterator[Finding]:
    """The tax code is the order line's, where both state one."""
    for line in dossier.lines:
        ours, theirs = line.position.line.tax_code, line.billed.tax_code
        if not ours or not theirs or ours == theirs or line.matched(Level.NONE):
            continue
        if dossier.rules.find(Check.TAX, line.position.scope):
            sentence = f"Billed with tax code {theirs}, ordered with {ours}."
            yield plain_finding(Code.TAX_CODE, Effect.BLOCK, sentence, line=line)


def totals(dossier: Dossier) -> Iterator[Finding]:
    """Each total is what the order's prices make of the invoiced quantities."""
    if not _judged(dossier) or not dossier.rules.has(Check.TOTAL):
        return
    billed, expected = billed_totals(dossier), dossier.once(expected_totals)
    for name, base in expected.items():
        if not settle(billed[name] - base):
            continue
        found = dossier.rules.find(Check.TOTAL, dossier.scope, name)
        if not found:
            continue
        difference = Difference(Check.TOTAL, base, billed[name], billed[name] - base, subject=name)
        verdict = hold_against(dossier, found, difference)
        sentence = (
            f"{NAMES[name]} of {cash(billed[name], dossier.currency)},"
            f" {_expected(dossier, name, base)}: {ending(dossier, found, difference, verdict)}"
        )
        yield report(dossier, Code.TOTAL, difference, verdict, sentence)


NAMES = {
    "lines": "Lines",
    "discount": "A discount",
    "charges": "Charges",
    "tax": "Tax",
    "rounding": "Rounding",
    "invoice": "An invoice total",
}


def billed_totals(dossier: Dossier) -> Totals:
    invoice = dossier.invoice
    return {
        "lines": goods_total(invoice),
        "discount": invoice.discount,
        "charges": total_of(invoice.charges),
        "tax": invoice.tax,
        "rounding": invoice.rounding,
        "invoice": invoice.total or ZERO,
    }


def added_up(dossier: Dossier) -> Decimal:
    """Add the supplier's own figures up."""
    own = billed_totals(dossier)
    return own["lines"] - own["discount"] + own["charges"] + own["tax"] + own["rounding"]


def expected_totals(dossier: Dossier) -> Totals:
    """Work out the totals at the order's prices and the invoice's quantities, to the cent."""
    expected = {
        "lines": ZERO,
        "discount": ZERO,
        "charges": headers_left(dossier),
        "tax": ZERO,
        "rounding": ZERO,
    }
    by_order: dict[str, Decimal] = {}
    for line in dossier.lines:
        amount = expected_amount(line)
        amount = line.amount if amount is None else amount
        number = line.position.order.number
        by_order[number] = by_order.get(number, ZERO) + amount
    for order in dossier.orders:
        invoiced = by_order.get(order.number, ZERO)
        net = sum((dossier.position(order, line).net or ZERO for line in order.lines), ZERO)
        share = invoiced / net if net else ZERO
        expected["lines"] += invoiced
        expected["discount"] += order.discount * share
        expected["tax"] += order.tax * share
        expected["rounding"] += order.rounding * share
    rounded = {name: _to_cents(dossier, amount) for name, amount in expected.items()}
    added = rounded["lines"] - rounded["discount"] + rounded["charges"] + rounded["tax"] + rounded["rounding"]
    return {**rounded, "invoice": added}


def _expected(dossier: Dossier, name: str, base: Decimal) -> str:
    """Say what was expected; an order without tax, as the CAFM's are, says nothing of what it should be."""
    if name == "tax" and not any(order.tax for order in dossier.orders):
        return "and no order says how much it should be"
    return f"{cash(base, dossier.currency)} expected"


def _judged(dossier: Dossier) -> bool:
    """Tell whether the order has something to say about the totals."""
    is_invoice = dossier.invoice.type == InvoiceType.INVOICE
    return is_invoice and bool(dossier.orders) and dossier.currencies_agree


def _to_cents(dossier: Dossier, amount: Decimal) -> Decimal:
    """Round an expected amount as finely as the invoice writes its own, at least to two decimals."""
    exponent = (dossier.invoice.total or ZERO).as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    return rounded(settle(amount), places, ROUND_HALF_UP)


def _miscounted(
    dossier: Dossier, computed: Decimal, stated: Decimal, slack: Decimal, line: InvoiceLine | None
) -> Iterator[Finding]:
    variance = settle(stated - computed)
    if abs(variance) <= slack:
        return
    currency = dossier.currency
    what = f"Line {line.line} says" if line else "The invoice says"
    wrong = f"{cash(abs(variance), currency)} too {'much' if variance > 0 else 'little'}"
    yield Finding(
        code=Code.ARITHMETIC,
        effect=Effect.BLOCK,
        sentence=f"{what} {cash(stated, currency)}, its figures make {cash(computed, currency)}: {wrong}.",
        line=line.line if line else None,
        base=shown(computed),
        actual=shown(stated),
        variance=shown(variance),
        percent=shown(variance * 100 / abs(computed)) if computed else None,
        amount=shown(variance),
    )

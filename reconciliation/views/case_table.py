"""The three columns of a case, order | received | invoice, from the very facts that were judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reconciliation.models import ExceptionCase, Finding

from . import figures
from .case_facts import Cell, Facts, Row, SumRow
from .case_findings import PER_PRICE
from .reasons import reason

# Where a reason shows: the first cell carries the difference, the others only the mark.
MARKED = {
    "NO_RECEIPT": ["accepted"],
    "OVER_RECEIVED": ["quantity"],
    "OVER_ACCEPTED": ["quantity", "rejected"],
    "OVER_ORDERED": ["quantity"],
    "UNDER": ["quantity"],
    "CLOSES_WITH_EXTRA": ["quantity"],
    "RETURN_AFTER_BILL": ["accepted"],
    "OVER_CREDIT": ["quantity"],
    "NO_ACCEPTANCE": ["accepted"],
    "AMOUNT_OVER_ACCEPTED": ["net"],
    "PRICE_OVER": ["price", "net"],
    "PRICE_UNDER": ["price", "net"],
    "ZERO_ORDER_PRICE": ["order_price"],
    "ZERO_INVOICE_PRICE": ["price"],
    "DISCOUNT": ["net"],
    "UNIT_RATIO": ["quantity"],
    "NO_CONVERSION": ["quantity"],
    "LINE_TOTAL": ["net"],
    "ARITHMETIC": ["net"],
    "NOT_ON_ORDER": ["line"],
    "AMBIGUOUS": ["line"],
    "DESCRIPTION_ONLY": ["line"],
    "TAX_OVER": ["net"],
    "TAX_UNDER": ["net"],
    "TAX_CODE": ["net"],
    "UNPLANNED_CHARGE": ["net"],
    "CHARGE_OVER": ["net"],
}
# A finding about the whole invoice shows in one of the rows beneath the lines.
TOTAL_ROWS = {"TAX_OVER": "tax", "TAX_UNDER": "tax", "TAX_CODE": "tax"}
MISSING = {"NO_RECEIPT", "NO_ACCEPTANCE"}
UNBROKEN = "\N{NO-BREAK SPACE}"
# These speak of the paper as a whole; none of its figures is wrong.
ABOUT_NO_FIGURE = {
    "DUPLICATE",
    "NEAR_DUPLICATE",
    "VENDOR",
    "VENDOR_BLOCKED",
    "ORDER_CLOSED",
    "ORDER_NOT_APPROVED",
    "INVOICE_BEFORE_ORDER",
    "EARLY",
    "SAMPLE",
    "UNREADABLE",
}


@dataclass(frozen=True)
class Comparison:
    orders: list[str]
    receipts: list[str]
    invoice: str
    currency: str
    rows: list[Row]
    sums: list[SumRow]
    unbilled: int


def comparison(case: ExceptionCase, findings: Iterable[Finding] | None = None) -> Comparison:
    """Lay out what was asked and answered at the case's latest judgement."""
    found = list(case.findings.all() if findings is None else findings)
    facts = Facts(case.decision.question, case.decision.answer)
    rows = {int(line["line"]): facts.row(line) for line in facts.invoice.get("lines", [])}
    for finding in found:
        if finding.line in rows:
            _mark(rows[finding.line].cells, MARKED.get(finding.code, []), finding, case.currency)
    return Comparison(
        orders=facts.order_titles(),
        receipts=facts.receipt_numbers(),
        invoice=case.invoice_number,
        currency=case.currency,
        rows=list(rows.values()),
        sums=_sums(facts, [finding for finding in found if finding.line is None], case.currency),
        unbilled=facts.unbilled(),
    )


def _sums(facts: Facts, findings: list[Finding], currency: str) -> list[SumRow]:
    """Give the rows beneath the lines, each marked where a finding speaks of it."""
    rows = facts.sums({TOTAL_ROWS.get(finding.code, finding.subject) for finding in findings})
    for finding in findings:
        if finding.code not in ABOUT_NO_FIGURE:
            row = rows.get(TOTAL_ROWS.get(finding.code, finding.subject), rows["total"])
            _mark({"total": row.invoice}, ["total"], finding, currency)
    return list(rows.values())


def _mark(cells: dict[str, Cell], names: list[str], finding: Finding, currency: str) -> None:
    if finding.effect == "info":
        return
    for position, name in enumerate(names):
        cell = cells[name]
        if position and cell.text in ("", "0"):
            continue
        if cell.mark is None or finding.effect == "block":
            cell.mark = reason(finding.code)
            cell.tone = "bad" if finding.effect == "block" else "warn"
            if position == 0:
                cell.difference = _difference(finding, currency)


def _difference(finding: Finding, currency: str) -> str:
    """Write how much a cell is off."""
    if finding.variance is None:
        return ""
    signed = finding.code not in MISSING
    off = (
        figures.quantity(finding.variance, finding.unit, signed=signed)
        if finding.unit
        else figures.money(finding.variance, "" if finding.code in PER_PRICE else currency, signed=signed)
    )
    share = f"({figures.percent(finding.percent)})" if finding.percent is not None else ""
    if not signed:
        off = _("{quantity} missing").format(quantity=off)
    return " ".join(part.replace(" ", UNBROKEN) for part in (off, share) if part)

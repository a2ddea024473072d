"""Reads the figures that a judgement in bulk leaves behind as the question and answer that they stand for.

What ties out to the last digit says most things twice or three times; bulk.py keeps each once. The engine has
no part in reading it: what was answered then is written out here, whatever a later engine would say.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from . import matching
from .matching import facts, policy_from
from .matching.exact import CONTEXT, shown, trimmed
from .matching.facts import Check
from .matching.findings import Code, Decision, Effect, Finding, LineVerdict, Outcome
from .matching.sentences import cash

Json = dict[str, Any]


class _Head(NamedTuple):
    """The invoice and its order, in the order in which the statement writes them."""

    number: str
    vendor: str
    date: str
    currency: str
    total: Decimal
    tax: Decimal
    order: str
    order_date: str
    version: int


class _Delivery(NamedTuple):
    """How much of a line a receipt brought; all of it was accepted."""

    receipt: int
    number: str
    date: str
    line: int
    quantity: Decimal


class _Line(NamedTuple):
    """An order line with what was billed and delivered of it; `billed` is the invoice's line, if any."""

    line: int
    kind: str
    item: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    expected_on: str | None
    level: str
    measure: list[Any] | None
    billed: int | None
    names_order: bool | None
    billed_description: str | None
    billed_quantity: Decimal | None
    billed_tax: Decimal | None
    deliveries: list[list[Any]] | None


@dataclass(frozen=True)
class _Figures:
    head: _Head
    lines: list[_Line]

    @classmethod
    def read(cls, text: str) -> _Figures:
        head, lines = json.loads(text, parse_float=Decimal)
        return cls(_Head(*head), sorted((_Line(*row) for row in lines), key=lambda row: row.line))

    @property
    def billed(self) -> list[_Line]:
        """The order lines that are billed, as the invoice sorts them."""
        return sorted((row for row in self.lines if row.billed is not None), key=lambda row: row.billed or 0)


def question(ground: Mapping[str, Any], text: str) -> Json:
    """Write the question as the engine would have been asked it."""
    return matching.question(case(ground, text))


def particulars(ground: Mapping[str, Any], text: str) -> Json:
    """Write what of the question is its own."""
    return matching.particulars(case(ground, text))


def case(ground: Mapping[str, Any], text: str) -> facts.Case:
    """Lay the facts out as gathering.py does."""
    figures = _Figures.read(text)
    measures = {row.item: row.measure for row in figures.lines if row.item and row.measure}
    return facts.Case(
        invoice=_invoice(figures),
        ledger_currency=ground["ledger_currency"],
        items=tuple(
            facts.Item(item, base, _figure(precision or 0))
            for item, (base, precision, _) in sorted(measures.items())
        ),
        units=tuple(
            facts.ItemUnit(item, unit, _figure(per_base))
            for item, (_, _, units) in sorted(measures.items())
            for unit, per_base in units or ()
        ),
        vendors=(facts.Vendor(figures.head.vendor),),
        policy=policy_from(ground["policy"]),
        orders=(_order(figures),),
        receipts=tuple(_receipts(figures)),
    )


def answer(text: str, *, engine: str) -> Json:
    """Write the answer that the engine of that time gave: nothing to say, but of tax."""
    figures = _Figures.read(text)
    findings = tuple(_of_tax(figures.head))
    return matching.answer(
        Decision(
            outcome=Outcome.WITHIN if findings else Outcome.CLEAN,
            lines=tuple(
                LineVerdict(row.billed or 0, Outcome.CLEAN, figures.head.order, row.line)
                for row in figures.billed
            ),
            findings=findings,
            payable=_figure(figures.head.total),
            retained=facts.ZERO,
            credit_expected=(),
            engine=engine,
        )
    )


def _of_tax(head: _Head) -> Iterable[Finding]:
    """Tell of a tax that no order says anything about, three times as the engine does; no limit is set."""
    if not head.tax:
        return
    tax, net = _figure(head.tax), _figure(head.total - head.tax)
    of_tax = f"Tax of {cash(tax, head.currency)}"
    unknown = "and no order says how much it should be"
    more = f"{cash(tax, head.currency)} more; no limit is set."
    whole = f"An invoice total of {cash(head.total, head.currency)}, {cash(net, head.currency)} expected"
    yield _difference(Code.TAX_OVER, Check.TAX, f"{of_tax} billed, {unknown}: {more}", facts.ZERO, tax)
    yield _difference(Code.TOTAL, Check.TOTAL, f"{whole}: {more}", net, tax, subject="invoice")
    yield _difference(Code.TOTAL, Check.TOTAL, f"{of_tax}, {unknown}: {more}", facts.ZERO, tax, subject="tax")


def _difference(
    code: Code, check: Check, sentence: str, base: Decimal, variance: Decimal, *, subject: str | None = None
) -> Finding:
    return Finding(
        code=code,
        effect=Effect.INFO,
        sentence=sentence,
        subject=subject,
        check=check,
        base=base,
        actual=base + variance,
        variance=variance,
        percent=shown(CONTEXT.divide(variance * 100, base)) if base else None,
        amount=variance,
    )


def _invoice(figures: _Figures) -> facts.Invoice:
    head = figures.head
    return facts.Invoice(
        number=head.number,
        vendor=head.vendor,
        date=_day(head.date),
        total=_figure(head.total),
        currency=head.currency,
        order=head.order,
        tax=_figure(head.tax),
        lines=tuple(_invoice_line(row, head.order) for row in figures.billed),
    )


def _invoice_line(row: _Line, order: str) -> facts.InvoiceLine:
    quantity, price = _figure(row.billed_quantity or 0), _figure(row.unit_price)
    described = row.description if row.billed_description is None else row.billed_description
    return facts.InvoiceLine(
        line=row.billed or 0,
        order=order if row.names_order else None,
        order_line=row.line,
        item=row.item,
        description=described,
        quantity=quantity,
        unit=row.unit,
        unit_price=price,
        amount=trimmed(quantity * price),
        tax=_figure(row.billed_tax or 0),
    )


def _order(figures: _Figures) -> facts.Order:
    head = figures.head
    return facts.Order(
        number=head.order,
        vendor=head.vendor,
        currency=head.currency,
        date=_day(head.order_date),
        version=head.version,
        lines=tuple(
            facts.OrderLine(
                line=row.line,
                quantity=_figure(row.quantity),
                unit_price=_figure(row.unit_price),
                kind=row.kind,
                item=row.item,
                description=row.description,
                unit=row.unit,
                delivery_date=_day(row.expected_on) if row.expected_on else None,
                level=row.level or None,
            )
            for row in figures.lines
        ),
    )


def _receipts(figures: _Figures) -> Iterable[facts.Receipt]:
    """Put together again what each receipt brought, the receipts as they came."""
    brought: dict[tuple[int, str, str], list[tuple[int, facts.ReceiptLine]]] = {}
    for row in figures.lines:
        for each in (_Delivery(*delivery) for delivery in row.deliveries or ()):
            quantity = _figure(each.quantity)
            line = facts.ReceiptLine(row.line, received=quantity, accepted=quantity, unit=row.unit)
            brought.setdefault(each[:3], []).append((each.line, line))
    for (_, number, day), lines in sorted(brought.items()):
        in_order = tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))
        yield facts.Receipt(number, figures.head.order, _day(day), lines=in_order)


def _figure(value: Decimal | int) -> Decimal:
    return trimmed(Decimal(value))


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)

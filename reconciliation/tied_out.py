"""Reads the figures that a judgement in bulk leaves behind as the question and answer that they stand for.

What ties out to the last digit says most things twice or three times; bulk.py keeps each once. The engine
has no part in reading it: what was asked and answered then is written out here, whatever a later engine would
say. A question is written straight from the figures: thousands are compared when many goods come at once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from . import matching
from .matching import facts
from .matching.exact import CONTEXT, shown, trimmed
from .matching.facts import Check, InvoiceType, OrderState
from .matching.findings import Code, Decision, Effect, Finding, LineVerdict, Outcome
from .matching.sentences import cash

Json = dict[str, Any]


class _Head(NamedTuple):
    """The invoice and its order, in the order in which the statement writes them."""

    number: str
    vendor: str
    date: str
    currency: str
    total: str
    tax: str
    order: str
    order_date: str
    version: int


class _Delivery(NamedTuple):
    """How much of a line a receipt brought; all of it was accepted."""

    receipt: int
    number: str
    date: str
    line: int
    quantity: str


class _Line(NamedTuple):
    """An order line with what was billed and delivered of it; `billed` is the invoice's line, if any."""

    line: int
    kind: str
    item: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    expected_on: str | None
    level: str
    measure: list[Any] | None
    billed: int | None
    names_order: bool | None
    billed_description: str | None
    billed_quantity: str | None
    billed_tax: str | None
    deliveries: list[list[Any]] | None


@dataclass(frozen=True)
class _Figures:
    head: _Head
    lines: list[_Line]

    @classmethod
    def read(cls, text: str) -> _Figures:
        head, lines = json.loads(text, parse_float=str)
        return cls(_Head(*head), sorted((_Line(*row) for row in lines), key=lambda row: row.line))

    @property
    def billed(self) -> list[_Line]:
        """The order lines that are billed, as the invoice sorts them."""
        return sorted((row for row in self.lines if row.billed is not None), key=lambda row: row.billed or 0)


def question(ground: Mapping[str, Any], text: str) -> Json:
    """Write the question as the engine would have been asked it."""
    return {**ground, **particulars(text)}


def particulars(text: str) -> Json:
    """Write what of the question is its own: all but the ground it shares with others."""
    figures = _Figures.read(text)
    head = figures.head
    measures = {row.item: row.measure for row in figures.lines if row.item and row.measure}
    told = {
        "invoice": _invoice(figures),
        "items": [
            {"number": item, "base_unit": base, "rounding_precision": _plain(precision or "0")}
            for item, (base, precision, _) in sorted(measures.items())
        ],
        "units": [
            {"item": item, "unit": unit, "per_base": _plain(per_base)}
            for item, (_, _, units) in sorted(measures.items())
            for unit, per_base in units or ()
        ],
        "vendors": [{"number": head.vendor, "family": "", "blocked": ""}],
        "orders": [_order(figures)],
        "receipts": list(_receipts(figures)),
    }
    return {name: content for name, content in told.items() if content}


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


def findings(text: str) -> list[Finding]:
    """Give what the engine of that time found: nothing, but of tax."""
    return list(_of_tax(_Figures.read(text).head))


def _of_tax(head: _Head) -> Iterable[Finding]:
    """Tell of a tax that no order says anything about, three times as the engine does; no limit is set."""
    tax = _figure(head.tax)
    if not tax:
        return
    net = trimmed(_figure(head.total) - tax)
    of_tax = f"Tax of {cash(tax, head.currency)}"
    unknown = "and no order says how much it should be"
    more = f"{cash(tax, head.currency)} more; no limit is set."
    whole = (
        f"An invoice total of {cash(_figure(head.total), head.currency)}, {cash(net, head.currency)} expected"
    )
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


def _invoice(figures: _Figures) -> Json:
    head = figures.head
    return {
        "number": head.number,
        "vendor": head.vendor,
        "date": head.date,
        "total": _plain(head.total),
        "type": str(InvoiceType.INVOICE),
        "currency": head.currency,
        "order": head.order,
        "lines": [_invoice_line(row, head.order) for row in figures.billed],
        "discount": "0",
        "tax": _plain(head.tax),
        "rounding": "0",
    }


def _invoice_line(row: _Line, order: str) -> Json:
    quantity = row.billed_quantity or "0"
    written = {"line": row.billed, "order": order} if row.names_order else {"line": row.billed}
    return written | {
        "order_line": row.line,
        "item": row.item,
        "description": row.description if row.billed_description is None else row.billed_description,
        "quantity": _plain(quantity),
        "unit": row.unit,
        "unit_price": _plain(row.unit_price),
        "price_base": "1",
        "discount": "0",
        "amount": _plain(f"{CONTEXT.multiply(Decimal(quantity), Decimal(row.unit_price)):f}"),
        "tax": _plain(row.billed_tax or "0"),
    }


def _order(figures: _Figures) -> Json:
    head = figures.head
    return {
        "number": head.order,
        "vendor": head.vendor,
        "currency": head.currency,
        "date": head.order_date,
        "state": str(OrderState.OPEN),
        "version": head.version,
        "lines": [_order_line(row) for row in figures.lines],
        "discount": "0",
        "tax": "0",
        "rounding": "0",
    }


def _order_line(row: _Line) -> Json:
    written = {
        "line": row.line,
        "quantity": _plain(row.quantity),
        "unit_price": _plain(row.unit_price),
        "kind": row.kind,
        "item": row.item,
        "description": row.description,
        "unit": row.unit,
        "price_base": "1",
        "discount": "0",
    }
    if row.expected_on:
        written["delivery_date"] = row.expected_on
    if row.level:
        written["level"] = row.level
    return written


def _receipts(figures: _Figures) -> Iterable[Json]:
    """Put together again what each receipt brought, the receipts as they came."""
    brought: dict[tuple[int, str, str], list[tuple[int, Json]]] = {}
    for row in figures.lines:
        for each in (_Delivery(*delivery) for delivery in row.deliveries or ()):
            came = _plain(each.quantity)
            line = {
                "order_line": row.line,
                "received": came,
                "accepted": came,
                "rejected": "0",
                "unit": row.unit,
            }
            brought.setdefault(each[:3], []).append((each.line, line))
    for (_, number, day), lines in sorted(brought.items()):
        in_order = [line for _, line in sorted(lines, key=lambda pair: pair[0])]
        yield {
            "number": number, "order": figures.head.order, "date": day, "reversed": False, "lines": in_order
        }  # fmt: skip


def _figure(written: str) -> Decimal:
    return trimmed(Decimal(written))


@functools.lru_cache(maxsize=10_000)
def _plain(written: str | int) -> str:
    """Write a figure of the database without trailing zeros; most of them stand in a question many times."""
    written = str(written)
    return written.rstrip("0").rstrip(".") if "." in written else written

"""The facts a case was judged on, read for showing: what was ordered, received and billed, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from . import figures
from .reasons import Reason


@dataclass
class Cell:
    """A figure, a small line beneath it, and the mark where it differs."""

    text: str = ""
    notes: list[str] = field(default_factory=list)
    mark: Reason | None = None
    tone: str = ""
    difference: str = ""


@dataclass
class Row:
    """One invoice line beside its order line and what was received of it."""

    line: Cell
    order_quantity: Cell
    order_price: Cell
    order_net: Cell
    accepted: Cell
    rejected: Cell
    quantity: Cell
    price: Cell
    net: Cell

    @property
    def cells(self) -> dict[str, Cell]:
        return dict(self.__dict__)


@dataclass
class SumRow:
    """A charge, the tax, the total: one figure of the order, one of the invoice."""

    label: str
    order: Cell
    invoice: Cell
    is_total: bool = False


class Facts:
    """A match case and its answer, read for showing."""

    def __init__(self, question: dict[str, Any], answer: dict[str, Any]) -> None:
        self.question = question
        self.invoice: dict[str, Any] = question.get("invoice", {})
        self.orders = {order["number"]: order for order in question.get("orders", [])}
        self.verdicts = {int(row["line"]): row for row in answer.get("lines", [])}
        self.base_units = {item["number"]: item.get("base_unit", "") for item in question.get("items", [])}
        self.factors = {
            (row["item"], row["unit"]): _decimal(row["per_base"]) for row in question.get("units", [])
        }

    def row(self, line: dict[str, Any]) -> Row:
        verdict = self.verdicts.get(int(line["line"]), {})
        order_number = verdict.get("order") or line.get("order")
        order_line = self._order_line(order_number, verdict.get("order_line") or line.get("order_line"))
        key = (order_number, int(order_line["line"])) if order_line else None
        service = bool(order_line and order_line.get("kind") == "service")
        item = (order_line or {}).get("item") or line.get("item") or ""
        return Row(
            line=self._title(line, order_line, order_number),
            **self._ordered(order_line),
            **(
                self._confirmed(key)
                if service
                else self._received(key, item, (order_line or {}).get("unit") or "")
            ),
            quantity=self._billed(line, key, item, (order_line or {}).get("unit") or ""),
            price=_price(line),
            net=Cell(figures.money(_decimal(line.get("amount")))),
        )

    def order_titles(self) -> list[str]:
        return list(self.orders)

    def receipt_numbers(self) -> list[str]:
        papers = [row for row in self.question.get("receipts", []) if not row.get("reversed")]
        papers += [row for row in self.question.get("confirmations", []) if row.get("accepted")]
        return [row["number"] for row in papers]

    def unbilled(self) -> int:
        """Count the order lines that this invoice leaves alone."""
        billed = {(row.get("order"), row.get("order_line")) for row in self.verdicts.values()}
        return sum(
            (number, line["line"]) not in billed
            for number, order in self.orders.items()
            for line in order.get("lines", [])
        )

    def sums(self, asked: set[str]) -> dict[str, SumRow]:
        """Give the rows beneath the lines by name: what either side has, what is asked for, and the total."""
        rows: dict[str, SumRow] = {}
        for code, (planned, billed) in self._charges().items():
            rows[code] = _sum_row(code.capitalize(), planned, billed)
        for name, label in (("discount", _("Discount")), ("tax", _("Tax")), ("rounding", _("Rounding"))):
            ordered = sum((_decimal(order.get(name)) for order in self.orders.values()), Decimal(0))
            billed = _decimal(self.invoice.get(name))
            if ordered or billed or name in asked:
                rows[name] = _sum_row(label, ordered, billed)
        rows["total"] = SumRow(
            _("Total"),
            Cell(figures.money(self._ordered_total()) if self.orders else ""),
            Cell(figures.money(_decimal(self.invoice["total"])) if self.invoice.get("total") else ""),
            is_total=True,
        )
        return rows

    def _order_line(self, number: str | None, line: int | None) -> dict[str, Any] | None:
        lines = self.orders.get(number or "", {}).get("lines", [])
        return next((row for row in lines if line is not None and int(row["line"]) == int(line)), None)

    def _title(
        self, line: dict[str, Any], order_line: dict[str, Any] | None, order_number: str | None
    ) -> Cell:
        named = line.get("description") or (order_line or {}).get("description") or line.get("item") or ""
        notes = []
        if item := line.get("item") or (order_line or {}).get("item"):
            notes.append(_("item {number}").format(number=item))
        notes += self._unit_sizes(item or "", [line.get("unit") or "", (order_line or {}).get("unit") or ""])
        if order_line and len(self.orders) > 1:
            notes.append(_("{order} line {line}").format(order=order_number, line=order_line["line"]))
        return Cell(f"{line['line']} · {named}", notes)

    def _ordered(self, line: dict[str, Any] | None) -> dict[str, Cell]:
        if line is None:
            absent = Cell(notes=[_("not on the order")])
            return {"order_quantity": absent, "order_price": Cell(), "order_net": Cell()}
        return {
            "order_quantity": Cell(figures.quantity(_decimal(line.get("quantity")), line.get("unit") or "")),
            "order_price": _price(line),
            "order_net": Cell("" if line.get("price_unit") else figures.money(_net(line))),
        }

    def _received(self, key: tuple[str | None, int] | None, item: str, order_unit: str) -> dict[str, Cell]:
        accepted: dict[str, Decimal] = {}
        rejected: dict[str, Decimal] = {}
        returned: dict[str, Decimal] = {}
        never_accepted: dict[str, Decimal] = {}
        for receipt in self.question.get("receipts", []):
            for line in () if receipt.get("reversed") else receipt.get("lines", []):
                if (receipt.get("order"), int(line["order_line"])) == key:
                    unit = line.get("unit") or order_unit
                    received = line.get("received")
                    _add(
                        accepted, unit, line.get("accepted") if line.get("accepted") is not None else received
                    )
                    _add(rejected, unit, line.get("rejected"))
        for paper in self.question.get("returns", []):
            for line in paper.get("lines", []):
                if (paper.get("order"), int(line["order_line"])) == key:
                    _add(returned, line.get("unit") or order_unit, line.get("quantity"))
                    _add(never_accepted, line.get("unit") or order_unit, line.get("rejected"))
        cell = Cell(_amounts(accepted) or ("" if key is None else _("nothing yet")))
        cell.notes += self._converted(accepted, item, order_unit)
        if back := _amounts(returned):
            cell.notes.append(_("{quantity} returned").format(quantity=back))
        turned_away = Cell(_amounts(rejected) or ("0" if accepted else ""))
        if gone := _amounts(never_accepted):
            turned_away.notes.append(_("{quantity} of them returned").format(quantity=gone))
        return {"accepted": cell, "rejected": turned_away}

    def _confirmed(self, key: tuple[str | None, int] | None) -> dict[str, Cell]:
        quantities: dict[str, Decimal] = {}
        amount = Decimal(0)
        for paper in self.question.get("confirmations", []):
            for line in paper.get("lines", []) if paper.get("accepted") else ():
                if (paper.get("order"), int(line["order_line"])) != key:
                    continue
                if line.get("amount") is not None:
                    amount += _decimal(line["amount"])
                else:
                    _add(quantities, line.get("unit") or "", line.get("quantity"))
        told = [figures.money(amount)] if amount else []
        told += [_amounts(quantities)] if quantities else []
        cell = Cell(" + ".join(told) or _("not confirmed"), [_("service")])
        return {"accepted": cell, "rejected": Cell()}

    def _billed(
        self, line: dict[str, Any], key: tuple[str | None, int] | None, item: str, order_unit: str
    ) -> Cell:
        unit = line.get("unit") or order_unit
        cell = Cell(figures.quantity(_decimal(line.get("quantity")), unit))
        cell.notes += self._converted({unit: _decimal(line.get("quantity"))}, item, order_unit)
        before: dict[str, Decimal] = {}
        for invoice in self.question.get("earlier", []):
            sign = -1 if invoice.get("type") == "credit_memo" else 1
            for row in invoice.get("lines", []):
                if key and (row.get("order") or invoice.get("order"), row.get("order_line")) == key:
                    _add(before, row.get("unit") or order_unit, sign * _decimal(row.get("quantity")))
        if billed := _amounts(before):
            cell.notes.append(_("{quantity} billed before").format(quantity=billed))
        return cell

    def _converted(self, quantities: dict[str, Decimal], item: str, to: str) -> list[str]:
        """Show a quantity in the order's unit as well, where the two differ."""
        if not to or not quantities or set(quantities) == {to}:
            return []
        factors = {unit: self._factor(item, unit) for unit in {*quantities, to}}
        if any(factor is None for factor in factors.values()):
            return []
        total = sum((amount * (factors[unit] or 1) for unit, amount in quantities.items()), Decimal(0))
        each = factors[to] or Decimal(1)
        told = figures.quantity((total / each).quantize(Decimal("0.00001")), to)
        base = self.base_units.get(item, "")
        return [
            _("= {quantity} of {each}").format(quantity=told, each=figures.quantity(each))
            if to != base
            else f"= {told}"
        ]

    def _unit_sizes(self, item: str, units: list[str]) -> list[str]:
        """Say how many of the item's base unit each named unit holds."""
        base = self.base_units.get(item, "")
        return [
            _("1 {unit} = {quantity}").format(unit=unit, quantity=figures.quantity(factor, base))
            for unit in dict.fromkeys(units)
            if base and unit and unit != base and (factor := self._factor(item, unit)) is not None
        ]

    def _factor(self, item: str, unit: str) -> Decimal | None:
        return Decimal(1) if unit == self.base_units.get(item) else self.factors.get((item, unit))

    def _charges(self) -> dict[str, tuple[Decimal, Decimal]]:
        planned: dict[str, Decimal] = {}
        billed: dict[str, Decimal] = {}
        for order in self.orders.values():
            for charge in order.get("charges", []):
                _add(planned, charge["code"], charge.get("amount"))
        for charge in self.invoice.get("charges", []):
            _add(billed, charge["code"], charge.get("amount"))
        zero = Decimal(0)
        return {code: (planned.get(code, zero), billed.get(code, zero)) for code in {**planned, **billed}}

    def _ordered_total(self) -> Decimal:
        total = Decimal(0)
        for order in self.orders.values():
            total += sum((_net(line) for line in order.get("lines", [])), Decimal(0))
            total += sum((_decimal(charge.get("amount")) for charge in order.get("charges", [])), Decimal(0))
            total += (
                _decimal(order.get("tax")) + _decimal(order.get("rounding")) - _decimal(order.get("discount"))
            )
        return total


def billed_by_price(question: dict[str, Any]) -> dict[int, Decimal]:
    """Give what each line bills, in the units its price is for."""
    return {
        int(line["line"]): _decimal(line.get("price_quantity") or line.get("quantity"))
        / (_decimal(line.get("price_base")) or 1)
        for line in question.get("invoice", {}).get("lines", [])
    }


def _price(line: dict[str, Any]) -> Cell:
    base = _decimal(line.get("price_base"))
    notes = [_("per {quantity}").format(quantity=figures.quantity(base))] if base not in (0, 1) else []
    if line.get("price_unit"):
        notes.append(_("per {unit}").format(unit=line["price_unit"]))
    if _decimal(line.get("discount")):
        notes.append(_("less {amount}").format(amount=figures.money(_decimal(line["discount"]))))
    return Cell(figures.money(_decimal(line.get("unit_price"))), notes)


def _net(line: dict[str, Any]) -> Decimal:
    gross = (
        _decimal(line.get("quantity"))
        * _decimal(line.get("unit_price"))
        / (_decimal(line.get("price_base")) or 1)
    )
    charges = sum((_decimal(charge.get("amount")) for charge in line.get("charges", [])), Decimal(0))
    return (gross - _decimal(line.get("discount")) + charges).quantize(Decimal("0.01"))


def _sum_row(label: str, ordered: Decimal, billed: Decimal) -> SumRow:
    return SumRow(label, Cell(figures.money(ordered)), Cell(figures.money(billed)))


def _amounts(quantities: dict[str, Decimal]) -> str:
    return " + ".join(figures.quantity(amount, unit) for unit, amount in quantities.items() if amount)


def _add(sums: dict[str, Decimal], key: str, amount: Any) -> None:
    if amount is not None and _decimal(amount):
        sums[key] = sums.get(key, Decimal(0)) + _decimal(amount)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)

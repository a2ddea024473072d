"""What a case says line by line, for letters and confirmations: the billed line and its order line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciliation.models import ExceptionCase, PurchaseOrderLine


@dataclass(frozen=True)
class Line:
    """A billed line by the supplier's number, and which order line it means, if any."""

    line: int
    what: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    order: str
    order_line: int | None

    @property
    def is_linked(self) -> bool:
        return bool(self.order) and self.order_line is not None


def lines(case: ExceptionCase) -> list[Line]:
    """Read the lines as they were judged last."""
    verdicts = {int(row["line"]): row for row in case.decision.answer.get("lines", [])}
    asked = case.decision.question.get("invoice", {}).get("lines", [])
    return [_line(row, verdicts.get(int(row["line"]), {})) for row in asked]


def line_of(case: ExceptionCase, number: int) -> Line | None:
    return next((line for line in lines(case) if line.line == number), None)


def order_line(case: ExceptionCase, line: Line) -> PurchaseOrderLine | None:
    """Give the order line as it stands here now."""
    if line.order_line is None:
        return None
    rows = PurchaseOrderLine.objects.filter(order__company=case.company, order__number=line.order)
    found: PurchaseOrderLine | None = rows.filter(line=line.order_line).select_related("order").first()
    return found


def concerned(case: ExceptionCase, numbers: Iterable[int | None]) -> list[Line]:
    """Give these lines, or all of them where a finding speaks of the whole invoice only."""
    wanted = {number for number in numbers if number is not None}
    every = lines(case)
    return [line for line in every if line.line in wanted] or every


def _line(row: dict[str, Any], verdict: dict[str, Any]) -> Line:
    order_line = verdict.get("order_line") or row.get("order_line")
    return Line(
        line=int(row["line"]),
        what=row.get("description") or row.get("item") or "",
        quantity=Decimal(str(row.get("quantity") or 0)),
        unit=row.get("unit") or "",
        unit_price=Decimal(str(row.get("unit_price") or 0)),
        amount=Decimal(str(row.get("amount") or 0)),
        order=verdict.get("order") or row.get("order") or "",
        order_line=int(order_line) if order_line else None,
    )

"""Match cases in a few words: belts from NORD, billed as they came unless a test says else."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from reconciliation.matching import answer, case_from, match

Json = dict[str, Any]

ITEM = {"number": "BELT", "base_unit": "PCS", "rounding_precision": "0.001"}
VENDOR = {"number": "NORD", "family": "NORD", "blocked": ""}


def rule(check: str, *, upper: Json | None = None, lower: Json | None = None, **changes: Any) -> Json:
    return {"check": check, "upper": upper or {}, "lower": lower or {}, **changes}


def strict(*checks: str) -> list[Json]:
    """State rules that allow nothing above."""
    return [rule(check, upper={"percent": "0"}) for check in checks]


def order_line(line: int = 1, **changes: Any) -> Json:
    stated = {
        "line": line,
        "kind": "item",
        "item": "BELT",
        "description": "Drive belt",
        "quantity": "40",
        "unit": "PCS",
        "unit_price": "7.50",
    }
    return {**stated, **changes}


def order(*lines: Json, **changes: Any) -> Json:
    stated = {"number": "PO-77", "vendor": "NORD", "currency": "EUR", "date": "2026-03-02"}
    return {**stated, "lines": list(lines or [order_line()]), **changes}


def receipt_line(received: str, line: int = 1, **changes: Any) -> Json:
    return {"order_line": line, "received": received, "unit": "PCS", **changes}


def receipt(*lines: Json, **changes: Any) -> Json:
    return {"number": "GR-1", "order": "PO-77", "date": "2026-03-10", "lines": list(lines), **changes}


def return_(
    quantity: str, line: int = 1, *, rejected: str | None = None, unit: str = "PCS", **changes: Any
) -> Json:
    """Say what went back; without `rejected` nobody says how many of them were rejected ones."""
    stated = {"order_line": line, "quantity": quantity, "rejected": rejected, "unit": unit}
    return {"number": "RT-1", "order": "PO-77", "date": "2026-03-12", "lines": [stated], **changes}


def confirmation(line: int = 1, *, accepted: bool = True, number: str = "SC-1", **figures: Any) -> Json:
    return {
        "number": number,
        "order": "PO-77",
        "accepted": accepted,
        "lines": [{"order_line": line, **figures}],
    }


def invoice_line(line: int = 1, **changes: Any) -> Json:
    """Write a line; its amount is what its own figures make, unless given."""
    stated: Json = {
        "line": line,
        "order": "PO-77",
        "order_line": line,
        "item": "BELT",
        "quantity": "40",
        "unit": "PCS",
        "unit_price": "7.50",
        **changes,
    }
    return stated if "amount" in stated else {"amount": str(_amount(stated)), **stated}


def invoice(*lines: Json, **changes: Any) -> Json:
    """Write an invoice; its total is what its own figures make, unless given."""
    stated: Json = {
        "number": "R-900",
        "type": "invoice",
        "vendor": "NORD",
        "date": "2026-03-20",
        "currency": "EUR",
        "order": "PO-77",
        "lines": list(lines or [invoice_line()]),
        **changes,
    }
    return {"total": str(_total(stated)), **stated}


def question(**parts: Any) -> Json:
    """Ask about a clean invoice: 40 belts ordered, received and billed; `parts` replace parts of it."""
    stated: Json = {
        "ledger_currency": "EUR",
        "items": [ITEM],
        "vendors": [VENDOR],
        "orders": [order()],
        "receipts": [receipt(receipt_line("40"))],
        "invoice": invoice(),
    }
    rules, levels, options = parts.pop("rules", []), parts.pop("levels", []), parts.pop("options", {})
    stated["policy"] = {"levels": levels, "rules": rules, "options": options}
    return copy.deepcopy({**stated, **parts})


def ask(**parts: Any) -> Json:
    """Judge a case, from JSON to JSON."""
    return answer(match(case_from(question(**parts))))


def codes(given: Json) -> list[str]:
    return [finding["code"] for finding in given["findings"]]


def only(given: Json, code: str) -> Json:
    """Give the one finding of a code."""
    [found] = [finding for finding in given["findings"] if finding["code"] == code]
    return found


def figures(finding: Json) -> tuple[str | None, ...]:
    """Give a finding's arithmetic: base, actual, variance, percent, amount."""
    return tuple(finding[name] for name in ("base", "actual", "variance", "percent", "amount"))


def _charges(stated: Json) -> Decimal:
    return sum((Decimal(charge["amount"]) for charge in stated.get("charges", [])), Decimal(0))


def _amount(line: Json) -> Decimal:
    if line.get("unit_price") is None:
        return Decimal(0)
    measure = Decimal(line.get("price_quantity") or line["quantity"])
    gross = measure * Decimal(line["unit_price"]) / Decimal(line.get("price_base", "1"))
    return gross - Decimal(line.get("discount", "0")) + _charges(line)


def _total(stated: Json) -> Decimal:
    lines = sum((Decimal(line["amount"]) for line in stated["lines"]), Decimal(0))
    return (
        lines
        - Decimal(stated.get("discount", "0"))
        + _charges(stated)
        + Decimal(stated.get("tax", "0"))
        + Decimal(stated.get("rounding", "0"))
    )

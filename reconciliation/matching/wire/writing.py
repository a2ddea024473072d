"""Write a case and its decision as JSON of the agreed form."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any

from .. import facts
from ..exact import money, plain
from ..findings import BrokenLimit, CreditExpected, Decision, Finding, LineVerdict


def answer(decision: Decision) -> dict[str, Any]:
    """Write a decision in the agreed form: plain decimal strings, nothing left out."""
    return {
        "outcome": str(decision.outcome),
        "lines": [_line_json(line) for line in decision.lines],
        "findings": [_finding_json(finding) for finding in decision.findings],
        "payable": money(decision.payable),
        "retained": money(decision.retained),
        "credit_expected": [_credit_json(credit) for credit in decision.credit_expected],
        "engine": decision.engine,
    }


def _line_json(line: LineVerdict) -> dict[str, Any]:
    return {
        "line": line.line,
        "outcome": str(line.outcome),
        "order": line.order,
        "order_line": line.order_line,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    figure = plain if finding.unit is not None else money
    return {
        "code": str(finding.code),
        "line": finding.line,
        "subject": finding.subject,
        "effect": str(finding.effect),
        "check": None if finding.check is None else str(finding.check),
        "base": _maybe(finding.base, figure),
        "actual": _maybe(finding.actual, figure),
        "variance": _maybe(finding.variance, figure),
        "unit": finding.unit,
        "percent": _maybe(finding.percent, plain),
        "amount": _maybe(finding.amount, money),
        "broken": [_broken_json(limit) for limit in finding.broken],
        "released": finding.released,
        "sentence": finding.sentence,
    }


def _broken_json(limit: BrokenLimit) -> dict[str, Any]:
    return {"limit": limit.limit, "value": plain(limit.value), "rule": limit.rule}


def _credit_json(credit: CreditExpected) -> dict[str, Any]:
    return {
        "order": credit.order,
        "order_line": credit.order_line,
        "quantity": plain(credit.quantity),
        "unit": credit.unit,
        "amount": money(credit.amount),
    }


def _maybe(value: Decimal | None, write: Callable[[Decimal], str]) -> str | None:
    return None if value is None else write(value)


def question(case: facts.Case) -> dict[str, Any]:
    """Write a case in the agreed form; what is absent is left out."""
    written: dict[str, Any] = _written(case)
    return written


def particulars(case: facts.Case) -> dict[str, Any]:
    """Write what of a question is its own: all but the ground it shares with others."""
    return _fields(case, but=GROUND)


def policy_document(policy: facts.Policy) -> dict[str, Any]:
    """Write a policy alone, as it stands in a case."""
    written: dict[str, Any] = _written(policy)
    return written


def _written(value: Any) -> Any:
    return WRITERS[type(value)](value)


def _fields(value: Any, but: Collection[str] = ()) -> dict[str, Any]:
    names, told = NAMES[type(value)]
    return {
        name: WRITERS[type(content)](content)
        for name, content in zip(names, told(value), strict=True)
        if content is not None and (content or type(content) is not tuple) and name not in but
    }


def _figure(value: Decimal) -> str:
    written = str(value)
    return f"{value:f}" if "E" in written else written


GROUND = ("ledger_currency", "policy")
RENAMED: Mapping[str, str] = {"from_date": "from", "to_date": "to", "from_quantity": "from"}

# The fields of each fact: how they are written, and how they are taken off it all at once.
NAMES: Mapping[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {
    kind: (
        tuple(RENAMED.get(field.name, field.name) for field in dataclasses.fields(kind)),
        attrgetter(*(field.name for field in dataclasses.fields(kind))),
    )
    for kind in vars(facts).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}


class _Writers(dict[type, Callable[[Any], Any]]):
    """Tells how each kind is written; a choice becomes its text."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        if issubclass(kind, str):
            return str
        raise TypeError(f"A case holds no {kind.__name__}")


WRITERS = _Writers(
    {
        **dict.fromkeys(NAMES, _fields),
        str: str,
        int: int,
        bool: bool,
        Decimal: _figure,
        datetime.date: datetime.date.isoformat,
        tuple: lambda entries: [_written(entry) for entry in entries],
    }
)

"""The match cases that a bookkeeper can read: `cases/*.yaml`, each with story, figures and verdict.

They are worked out by hand from the rules. A case states what differs from the plain one of `asking.py`
(forty belts ordered at 7.50, received, billed) and every finding that it expects, no more and no fewer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciliation.matching import Code

from . import asking
from .asking import Json

FOLDER = Path(__file__).parent / "cases"
SIDES = {"inside", "at", "beyond"}  # of the limit, or of the rule where there is no limit
PARTS = {"name", "story", "of", "side", "given", "expected"}
TOPICS = {"retention", "prepayment", "credit memo", "release", "scope"}  # cases of no single reason


class Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose figures and dates stay the texts that were written; true, false, null and << mean more."""


KEPT = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> list[Json]:
    """Give a file's cases, each with what the file says for all of them."""
    document = yaml.load(path.read_text(), Plain)
    usual = document.get("given", {})
    return [{**case, "given": {**usual, **case.get("given", {})}} for case in document["cases"]]


CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in read(path)
]


def _lines(stated: Json, make: Callable[..., Json]) -> list[Json]:
    return [make(**line) for line in stated.pop("lines", [{}])]


def _receipt_line(received: str = "40", line: str = "1", **changes: Any) -> Json:
    return asking.receipt_line(received, line, **changes)  # type: ignore[arg-type]


def _return(quantity: str, line: str = "1", **changes: Any) -> Json:
    return asking.return_(quantity, line, **changes)  # type: ignore[arg-type]


def _document(stated: Json, make: Callable[..., Json], line: Callable[..., Json]) -> Json:
    changes = dict(stated)
    lines = _lines(changes, line)
    return make(*lines, **changes) if lines else make(**changes, lines=[])


def written_out(given: Json) -> Json:
    """Write a case in full: what is left unsaid is as in the plain case."""
    parts = dict(given)
    if "orders" in parts:
        parts["orders"] = [_document(each, asking.order, asking.order_line) for each in parts["orders"]]
    if "receipts" in parts:
        parts["receipts"] = [_document(each, asking.receipt, _receipt_line) for each in parts["receipts"]]
    if "returns" in parts:
        parts["returns"] = [_return(**each) for each in parts["returns"]]
    if "confirmations" in parts:
        parts["confirmations"] = [asking.confirmation(**each) for each in parts["confirmations"]]
    if "earlier" in parts:
        parts["earlier"] = [_document(each, asking.invoice, asking.invoice_line) for each in parts["earlier"]]
    if "invoice" in parts:
        parts["invoice"] = _document(parts["invoice"], asking.invoice, asking.invoice_line)
    return parts


def same(expected: Any, actual: Any) -> bool:
    """Compare figures as numbers, everything else as it is."""
    if isinstance(expected, str) and isinstance(actual, str):
        try:
            return Decimal(expected) == Decimal(actual)
        except InvalidOperation:
            return expected == actual
    if isinstance(expected, str) and isinstance(actual, int):
        return expected == str(actual)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(same(value, actual.get(name)) for name, value in expected.items())
    return bool(expected == actual)


def _place(finding: Json) -> tuple[str, str, str]:
    return finding["code"], str(finding.get("line") or ""), str(finding.get("subject") or "")


@pytest.mark.parametrize("case", CASES)
def test_the_case_ends_as_its_figures_demand(case):
    answered = asking.ask(**written_out(case["given"]))

    expected = case["expected"]
    found = sorted(answered["findings"], key=_place)
    wanted = sorted(expected.get("findings", []), key=_place)
    assert [_place(finding) for finding in found] == [_place(finding) for finding in wanted]
    for finding, stated in zip(found, wanted, strict=True):
        assert {name: finding[name] for name in stated if not same(stated[name], finding[name])} == {}, stated
    rest = {name: value for name, value in expected.items() if name != "findings"}
    assert {name: answered[name] for name in rest if not same(rest[name], answered[name])} == {}


def test_every_case_says_what_it_is_about():
    for param in CASES:
        [case] = param.values
        assert set(case) == PARTS, param.id
        assert case["of"] in {*Code, *TOPICS}, param.id
        assert case["side"] in SIDES, param.id
        assert case["story"].endswith("."), param.id
        told = {finding["code"] for finding in case["expected"].get("findings", [])}
        assert case["of"] in TOPICS or case["of"] in told or case["side"] != "beyond", param.id
    names = [param.id for param in CASES]
    assert len(names) == len(set(names))


def test_every_reason_has_cases_inside_at_and_beyond_its_limit():
    sides: dict[str, set[str]] = defaultdict(set)
    for param in CASES:
        [case] = param.values
        sides[case["of"]].add(case["side"])

    assert {code: SIDES - sides[code] for code in Code if SIDES - sides[code]} == {}

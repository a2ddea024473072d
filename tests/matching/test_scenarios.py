"""Every situation an invoice can be in is shown by cases, or it is said who judges it: `scenarios.yaml`.

`python -m tests.matching.test_scenarios` prints the table.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from reconciliation.matching import Code

from .asking import Json
from .test_cases import CASES, FOLDER, SIDES, TOPICS, read

ROOT = Path(__file__).parents[2]
SCENARIOS: dict[str, Json] = yaml.safe_load((FOLDER.parent / "scenarios.yaml").read_text())
NAMED = {f"{path.stem}: {case['name']}": case for path in FOLDER.glob("*.yaml") for case in read(path)}
PARTS = {"is", "limit", "reasons", "cases", "elsewhere"}


def shown_by(scenario: Json) -> dict[str, Json]:
    """Give the cases that show a scenario, by name."""
    reasons = set(scenario.get("reasons", ()))
    named = {name: NAMED[name] for name in scenario.get("cases", ())}
    return {name: case for name, case in NAMED.items() if case["of"] in reasons} | named


@pytest.mark.parametrize("key", SCENARIOS)
def test_a_scenario_is_shown_or_it_is_said_who_judges_it(key):
    scenario = SCENARIOS[key]
    cases = shown_by(scenario)

    assert set(scenario) <= PARTS
    assert cases or scenario.get("elsewhere")
    if scenario.get("limit"):
        assert {case["side"] for case in cases.values()} == SIDES
    for reason in scenario.get("reasons", ()):
        assert reason in {*Code, *TOPICS}


@pytest.mark.parametrize(
    "key", [key for key, row in SCENARIOS.items() if "tests/" in row.get("elsewhere", "")]
)
def test_what_is_judged_elsewhere_is_shown_there(key):
    path, _, _ = SCENARIOS[key]["elsewhere"].partition(":")

    assert (ROOT / path).is_file()


def test_every_reason_belongs_to_a_scenario():
    told = {
        finding["code"]
        for scenario in SCENARIOS.values()
        for case in shown_by(scenario).values()
        for finding in case["expected"].get("findings", ())
    }

    assert set(Code) - told == set()


def test_there_are_enough_cases_to_trust():
    assert len(CASES) >= 250


@pytest.mark.shared
def test_no_scenario_of_the_agreed_list_is_missing(shared_data):
    """The agreed list has a row per scenario, a letter and a number first; two may share a row."""
    agreed = (shared_data.parent / "ANCHORS.md").read_text()
    _, _, rest = agreed.partition("**Scenarios**")
    table, _, _ = rest.partition("**Resolution actions**")

    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    keys = {key for cell in cells for key in re.findall(r"\b([A-Z]\d{1,2})\b", cell)}

    assert keys - SCENARIOS.keys() == set()
    assert SCENARIOS.keys() - keys == set()


def table() -> str:
    """Write each scenario with its number of cases inside, at and beyond."""
    lines = [f"{'':5}{'situation':42}{'inside':>7}{'at':>4}{'beyond':>7}"]
    for key, scenario in SCENARIOS.items():
        sides = Counter(case["side"] for case in shown_by(scenario).values())
        counts = f"{sides['inside']:7}{sides['at']:4}{sides['beyond']:7}"
        lines.append(f"{key:5}{scenario['is']:42}{counts}  {scenario.get('elsewhere', '')}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")

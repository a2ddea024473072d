"""A company's year over 100,000 further masters, a part of it under way, rehearsed; the real run agrees."""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path
from typing import Any

import pytest

from integration import delivery, opening, rehearsal, sync
from integration.rehearsal import standing
from integration.rehearsal.agreement import NOT_CAME
from reconciliation import reconcile
from tests.acceptance.adventureworks import UNIT, AdventureWorks
from tests.acceptance.pipe import at_the_sandbox_s_speed, bring_in_masters, send

from .underway import UnderWay

pytestmark = [pytest.mark.shared, pytest.mark.django_db(transaction=True)]

PART = 25_000


@pytest.mark.parametrize(
    ("limit", "further", "really"),
    [
        pytest.param(8, 0, None, id="slice"),
        pytest.param(None, 100_000, None, id="whole", marks=pytest.mark.slow),
        pytest.param(None, 100_000, 400, id="whole-and-a-tenth-for-real", marks=pytest.mark.slow),
    ],
)
def test_the_real_run_agrees_with_the_rehearsal(
    limit: int | None,
    further: int,
    really: int | None,
    sandbox: Any,
    shared_data: Path,
    tmp_path: Path,
    settings: Any,
) -> None:
    at_the_sandbox_s_speed(settings)
    company = AdventureWorks(shared_data, limit=limit)
    bring_in_masters(sandbox, company)
    for begin in range(0, further, PART):
        items = [
            {"number": f"SYN-{number}", "displayName": "Synthetic", "baseUnitOfMeasureCode": UNIT}
            for number in range(begin, begin + PART)
        ]
        sandbox.control.seed({"items": items})
    under_way = UnderWay(company)
    under_way.work(sandbox)
    balances = under_way.files(sandbox)
    events = list(under_way.events())
    export = tmp_path / "adventureworks.jsonl"
    export.write_text("".join(f"{json.dumps(each)}\n" for each in events))

    began = time.monotonic()
    kept = rehearsal.run(rehearsal.read(export), by="lead", balances=balances)
    print(_told(kept, time.monotonic() - began), flush=True)  # noqa: T201 - pytest -rP shows it

    assert (kept.opening.state, kept.opening.problems) == ("done", [])
    _take_over(balances)
    sent = [each for each in events if _order_of(each) in {order.number for order in company.orders[:really]}]
    _run_for_real(sent)

    found = rehearsal.compare(kept)
    apart = [(str(each.document), each.came, each.why) for each in found.differing if each.came != NOT_CAME]
    assert apart == []
    agreed = len(sent) + under_way.documents
    assert (found.agreed, len(found.differing)) == (agreed, len(events) - len(sent))
    if really is None:
        after = {each["currency"]: each["after"] for each in kept.totals}
        assert {each["currency"]: each["after"] for each in standing.beside({}, standing.read())} == after
    blocked = {row.number for row in kept.documents.filter(fate="blocked")}
    short = {number for number, _line in company.short_lines()}
    assert blocked == {number.replace("PO", "INV") for number in short}
    assert kept.masters >= further
    print(f"{len(sent)} events and {under_way.documents} balances for real: {found.agreed} as rehearsed")  # noqa: T201


def _told(kept: Any, seconds: float) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    rows = [f"{each.what}: {each.count} {each.fate_told}, {each.amount}" for each in rehearsal.by_kind(kept)]
    rows.append(f"{kept.opening.rows} rows of open balances; {kept.totals}")
    rows.append(f"{kept.events} events, {kept.masters} masters, {kept.calls} calls")
    return "\n".join([*rows, f"{seconds:.0f} s, {memory:.0f} MB"])


def _take_over(balances: dict[str, bytes]) -> None:
    run = opening.ask(sync.ensure_company(), balances, dry_run=False, by="lead")
    opening.run_asked()
    run.refresh_from_db()
    assert (run.state, run.problems) == ("done", [])


def _order_of(told: dict[str, Any]) -> str:
    """Name the order that an event is about, by the number they share."""
    return "PO-" + str(told["data"]["number"]).split("-")[1]


def _run_for_real(events: list[dict[str, Any]]) -> None:
    send(events, name="for real")
    while reconcile.match_due() or delivery.drain(until_idle=True).outcomes.total():
        pass

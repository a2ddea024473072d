"""A company's orders and receipts over 100,000 further masters, rehearsed; then the real run agrees."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration import delivery, rehearsal
from integration.rehearsal.agreement import NOT_CAME
from reconciliation import reconcile
from tests.acceptance.adventureworks import UNIT, AdventureWorks, event
from tests.acceptance.pipe import at_the_sandbox_s_speed, bring_in_masters, send

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
    events = list(_events(company))
    export = tmp_path / "adventureworks.jsonl"
    export.write_text("".join(f"{json.dumps(each)}\n" for each in events))

    began = time.monotonic()
    kept = rehearsal.run(rehearsal.read(export), by="lead")
    print(_told(kept, time.monotonic() - began), flush=True)  # noqa: T201 - pytest -rP shows it

    sent = [each for each in events if _order_of(each) in {order.number for order in company.orders[:really]}]
    _run_for_real(sent)

    found = rehearsal.compare(kept)
    apart = [(str(each.document), each.came, each.why) for each in found.differing if each.came != NOT_CAME]
    assert apart == []
    assert (found.agreed, len(found.differing)) == (len(sent), len(events) - len(sent))
    blocked = {row.number for row in kept.documents.filter(fate="blocked")}
    short = {number for number, _line in company.short_lines()}
    assert blocked == {number.replace("PO", "INV") for number in short}
    assert kept.masters >= further
    print(f"{len(sent)} events for real: {found.agreed} went as rehearsed")  # noqa: T201


def _told(kept: Any, seconds: float) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    rows = [f"{each.what}: {each.count} {each.fate_told}, {each.amount}" for each in rehearsal.by_kind(kept)]
    rows.append(f"{kept.events} events, {kept.masters} masters, {kept.calls} calls")
    return "\n".join([*rows, f"{seconds:.0f} s, {memory:.0f} MB"])


def _order_of(told: dict[str, Any]) -> str:
    """Name the order that an event is about, by the number they share."""
    return "PO-" + str(told["data"]["number"]).split("-")[1]


def _events(company: AdventureWorks) -> Iterator[dict[str, Any]]:
    yield from company.order_events()
    yield from company.receipt_events()
    for order in company.orders:
        lines = [
            {
                "line": line.number,
                "order": order.number,
                "order_line": line.number,
                "item": line.item,
                "description": line.description,
                "quantity": str(line.ordered),
                "unit": UNIT,
                "unit_price": str(line.price),
                "charges": [],
                "amount": str(line.ordered * line.price),
            }
            for line in order.lines
        ]
        billed = event(
            "supplier_invoice.received.v1",
            number=order.number.replace("PO", "INV"),
            vendor=order.vendor,
            invoice_date=max(line.due_on for line in order.lines),
            currency="USD",
            purchase_order=order.number,
            lines=lines,
            charges=[],
            total=str(sum(line.ordered * line.price for line in order.lines)),
        )
        billed["data"]["type"] = "invoice"
        yield billed


def _run_for_real(events: list[dict[str, Any]]) -> None:
    send(events, name="for real")
    while reconcile.match_due() or delivery.drain(until_idle=True).outcomes.total():
        pass

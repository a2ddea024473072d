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
from reconciliation import reconcile
from tests.acceptance.adventureworks import UNIT, AdventureWorks, event
from tests.acceptance.pipe import at_the_sandbox_s_speed, bring_in_masters, send

pytestmark = [pytest.mark.shared, pytest.mark.django_db(transaction=True)]

PART = 25_000


@pytest.mark.parametrize(
    ("limit", "further"),
    [
        pytest.param(8, 0, id="slice"),
        pytest.param(None, 100_000, id="whole", marks=pytest.mark.slow),
    ],
)
def test_the_real_run_agrees_with_the_rehearsal(
    limit: int | None, further: int, sandbox: Any, shared_data: Path, tmp_path: Path, settings: Any
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
    took = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    _run_for_real(events)

    found = rehearsal.compare(kept)
    assert [(str(each.document), each.came, each.why) for each in found.differing] == []
    assert found.agreed == len(events)
    blocked = {row.number for row in kept.documents.filter(fate="blocked")}
    short = {number for number, _line in company.short_lines()}
    assert blocked == {number.replace("PO", "INV") for number in short}
    assert kept.masters >= further
    for each in rehearsal.by_kind(kept):
        print(f"{each.what}: {each.count} {each.fate_told}, {each.amount}")  # noqa: T201 - pytest -rP shows it
    print(f"{len(events)} events, {kept.masters} masters, {took:.0f} s, {memory:.0f} MB")  # noqa: T201


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

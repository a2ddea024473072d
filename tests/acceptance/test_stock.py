"""Orders, receipts, stock movements and what work orders used, through faults: the stock is the source's.

`pytest -m slow -k whole tests/acceptance/test_stock.py` is all of it; with PART=3/10 the third of ten parts.
The parts together are the whole, and each has to come to its own sums.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration import connections
from integration.models import Message

from .adventureworks import AdventureWorks, Part
from .pipe import EVERY_TENTH_POST_IS_LOST, at_the_sandbox_s_speed, bring_in_masters, deliver, send
from .stock import Stock

pytestmark = [pytest.mark.shared, pytest.mark.django_db(transaction=True)]

SLICE = 40
MOVEMENTS = 600


@pytest.fixture(autouse=True)
def _at_the_sandbox_s_speed(settings: Any) -> None:
    at_the_sandbox_s_speed(settings)


@pytest.mark.parametrize(
    ("orders", "movements"),
    [
        pytest.param(SLICE, MOVEMENTS, id="slice"),
        pytest.param(None, None, id="whole", marks=pytest.mark.slow),
    ],
)
def test_the_stock_of_every_item_is_the_source_s(
    orders: int | None,
    movements: int | None,
    sandbox: Any,
    shared_data: Path,
    tmp_path: Path,
    record_property: Any,
) -> None:
    began = time.monotonic()
    part = Part() if orders else Part.read(os.environ.get("PART", ""))
    company = AdventureWorks(shared_data, limit=orders, part=part)
    stock = Stock(company, limit=movements)
    bring_in_masters(sandbox, company)
    sandbox.control.set_faults(EVERY_TENTH_POST_IS_LOST)

    send([*company.order_events(), *company.receipt_events()])
    send(stock.movement_events(), name="stock")
    send(stock.consumption_events(), name="work orders")
    sent = time.monotonic()
    deliver(tmp_path, kill_one=True)

    states = Counter(Message.objects.values_list("state", flat=True))
    assert set(states) == {"done"}
    totals, entries = _ledger()
    assert totals == stock.totals()
    assert entries == stock.entries()
    assert _lost() > 0
    figures = {
        "orders": len(company.orders),
        "movements": len(stock.movements),
        "days_of_work_orders": len(stock.used),
        "messages": states["done"],
        "entries": entries,
        "items_and_stores": len(totals),
        "sending_seconds": round(sent - began),
        "seconds": round(time.monotonic() - began),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(figures)  # noqa: T201 - the figures are the point of the run; pytest shows them with -rP


def _ledger() -> tuple[dict[tuple[str, str], Decimal], int]:
    """Add up BC's item ledger by item and store, read as anyone reads it."""
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    count = 0
    for row in connections.client().rows(
        "itemLedgerEntryDetails", select=("itemNumber", "locationCode", "quantity"), app=True
    ):
        totals[row["itemNumber"], row["locationCode"]] += Decimal(row["quantity"])
        count += 1
    return {place: quantity for place, quantity in totals.items() if quantity}, count


def _lost() -> int:
    """How many deliveries were found in BC after their answer had been lost."""
    return Message.objects.filter(tries__outcome="adopted").distinct().count()

"""Thousands of orders, from the CAFM's events to BC's posted invoices, with the answer known beforehand."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration import sync
from integration.models import Message
from reconciliation import reconcile
from reconciliation.models import ExceptionCase, Finding, GoodsReceipt, PurchaseOrder, SupplierInvoice

from .adventureworks import STEP, AdventureWorks
from .pipe import EVERY_TENTH_POST_IS_LOST, at_the_sandbox_s_speed, bring_in_masters, deliver, send

pytestmark = [pytest.mark.shared, pytest.mark.django_db(transaction=True)]

SLICE = 120


@pytest.fixture(autouse=True)
def _at_the_sandbox_s_speed(settings: Any) -> None:
    at_the_sandbox_s_speed(settings)


@pytest.mark.parametrize("faults", [False, True], ids=["fair", "faulty"])
@pytest.mark.parametrize(
    "limit", [pytest.param(SLICE, id="slice"), pytest.param(None, id="whole", marks=pytest.mark.slow)]
)
def test_only_what_was_not_accepted_is_blocked(
    limit: int | None, faults: bool, sandbox: Any, shared_data: Path, tmp_path: Path, record_property: Any
) -> None:
    began = time.monotonic()
    company = AdventureWorks(shared_data, limit=limit)
    bring_in_masters(sandbox, company)
    if faults:
        sandbox.control.set_faults(EVERY_TENTH_POST_IS_LOST)

    send([*company.order_events(), *company.receipt_events()])
    deliver(tmp_path, kill_one=faults)

    carried = len(company.orders) + sum(order.accepted_anything for order in company.orders)
    assert GoodsReceipt.objects.count() == len(company.orders)
    assert _states() == {"done": carried}
    _check_orders_and_receipts(sandbox, company)

    sandbox.control.clear_faults()
    sandbox.control.seed({"purchaseInvoices": company.invoices(_bc_numbers())})
    if faults:
        sandbox.control.set_faults(EVERY_TENTH_POST_IS_LOST)
    sync.pull_entity("invoices")
    while reconcile.match_due():
        pass

    assert _blocked_lines() == company.short_lines()

    deliver(tmp_path, kill_one=False)

    blocked = {number for number, _line in company.short_lines()}
    clean = {order.number.replace("PO", "INV") for order in company.orders if order.number not in blocked}
    posted = [row for row in sandbox.control.dump("purchaseInvoices") if row["status"] != "Draft"]
    assert Counter(row["vendorInvoiceNumber"] for row in posted) == Counter(clean)
    assert ExceptionCase.objects.open().count() == len(blocked)
    assert _states() == {"done": carried + len(clean)}
    record_property("orders", len(company.orders))
    record_property("blocked_lines", len(company.short_lines()))
    record_property("seconds", round(time.monotonic() - began))
    print(  # noqa: T201 - the figures are the point of the run; pytest shows them with -rP
        f"{len(company.orders)} orders, {sum(len(o.lines) for o in company.orders)} lines, "
        f"{len(company.short_lines())} blocked lines on {len(blocked)} invoices, {len(clean)} posted, "
        f"{time.monotonic() - began:.0f} s, faults={faults}"
    )


def _states() -> dict[str, int]:
    return dict(Counter(Message.objects.values_list("state", flat=True)))


def _bc_numbers() -> dict[str, str]:
    return dict(PurchaseOrder.objects.values_list("number", "bc_number"))


def _check_orders_and_receipts(sandbox: Any, company: AdventureWorks) -> None:
    """Each order and each receipt stands in BC exactly once, line by line."""
    numbers = _bc_numbers()
    orders = {row["number"]: row for row in sandbox.control.dump("purchaseOrders")}
    assert sorted(numbers.values()) == sorted(orders)
    for order in company.orders:
        stored = orders[numbers[order.number]]["purchaseOrderLines"]
        by_sequence = {line["sequence"]: line for line in stored if line["lineType"] == "Item"}
        assert {sequence: Decimal(str(line["quantity"])) for sequence, line in by_sequence.items()} == {
            line.number * STEP: line.ordered for line in order.lines
        }
        assert {
            sequence: Decimal(str(line["receivedQuantity"])) for sequence, line in by_sequence.items()
        } == {line.number * STEP: line.accepted for line in order.lines}
    receipts = Counter(row["orderNumber"] for row in sandbox.control.dump("purchaseReceipts"))
    assert receipts == Counter(numbers[order.number] for order in company.orders if order.accepted_anything)


def _blocked_lines() -> set[tuple[str, int]]:
    found = Finding.objects.filter(effect="block", case__status__in=ExceptionCase.OPEN_STATUSES)
    lines = {
        (row.case.invoice_id, row.line): None for row in found.select_related("case") if row.line is not None
    }
    assert not found.filter(line=None).exists()
    known = {
        (invoice.pk, line.line): (line.order_number, line.order_line)
        for invoice in SupplierInvoice.objects.prefetch_related("lines")
        for line in invoice.lines.all()
    }
    return {known[key] for key in lines}

"""Open balances and the events that follow them are rehearsed in one run, and the real run agrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration import opening, rehearsal
from integration.models import InboxEvent, Message, OpeningRun
from integration.rehearsal import standing
from reconciliation.models import ExceptionCase, GoodsReceipt, PurchaseOrder, SupplierInvoice

from . import exports, midway
from .real_run import run_for_real

SENT = [event for event, _fate in midway.EVENTS]


@pytest.fixture
def midway_house(house: Any) -> Any:
    midway.work(house.sandbox)
    return house


def _rehearse(tmp_path: Path, **changed: bytes) -> Any:
    path = exports.write(tmp_path / "export.jsonl", SENT)
    files = midway.files(with_the_closed_one=True) | changed
    return rehearsal.run(rehearsal.read(path), by="lead", balances=files)


def _take_over(house: Any, *, with_the_closed_one: bool) -> OpeningRun:
    files = midway.files(with_the_closed_one=with_the_closed_one)
    asked = opening.ask(house.company, files, dry_run=False, by="lead")
    opening.run_asked()
    asked.refresh_from_db()
    return asked


def test_what_follows_is_predicted_on_top_of_what_was_received_and_billed_before(
    midway_house: Any, tmp_path: Path
) -> None:
    kept = _rehearse(tmp_path)

    told = dict(kept.documents.filter(source="/cafm/site-a").values_list("number", "fate"))
    assert told == {event["data"]["number"]: fate for event, fate in midway.EVENTS}
    taken_over = kept.documents.filter(kind="open_balances.orders").values_list("number", "fate")
    assert dict(taken_over) == {number: "kept" for number, *_rest in midway.OPEN} | {"PO-106": "refused"}
    sentences = dict(kept.documents.values_list("number", "sentence"))
    assert "has 2 PCS open, but 5 were accepted" in sentences["GR-102"]
    assert "has posted HI-7 with the number R-107 of this vendor" in sentences["R-107"]
    assert "Business Central has no open order HO-6" in sentences["PO-106"]
    causes = {each.what: (each.owner, each.count) for each in rehearsal.by_cause(kept)}
    assert causes["The open balances are wrong (orders, bc_number)"] == ("CAFM", 1)
    assert causes["Its order is not taken over"] == ("CAFM", 1)
    assert causes["Vendor V2 blocked"][1] == 1
    assert (kept.opening.state, kept.opening.is_dry_run) == ("refused", True)


def test_nothing_of_it_stays(midway_house: Any, tmp_path: Path) -> None:
    midway_house.sandbox.control.forget_requests()
    before = midway_house.dump("purchaseOrders")

    _rehearse(tmp_path)

    kept = (PurchaseOrder, GoodsReceipt, SupplierInvoice, Message, InboxEvent, ExceptionCase)
    assert [model._default_manager.count() for model in kept] == [0] * len(kept)
    assert midway_house.dump("purchaseOrders") == before
    calls = midway_house.sandbox.control.requests()["counts"]
    assert {call.split(" ")[0] for call in calls} == {"GET"}


def test_the_real_run_agrees_line_by_line_and_in_its_totals(midway_house: Any, tmp_path: Path) -> None:
    kept = _rehearse(tmp_path)
    expected = {each["currency"]: each["after"] for each in kept.totals}
    assert _take_over(midway_house, with_the_closed_one=True).state == "refused"  # as was predicted

    assert _take_over(midway_house, with_the_closed_one=False).state == "done"
    run_for_real(midway_house.company, SENT)

    found = rehearsal.compare(kept)
    assert [(str(each.document), each.came, each.why) for each in found.differing] == []
    assert found.agreed == len(midway.EVENTS) + len(midway.OPEN) + 4  # a receipt, an invoice, two left out
    after = standing.beside({}, standing.read())
    assert {each["currency"]: each["after"] for each in after} == expected


def test_what_remains_of_open_orders_is_told_before_and_after(midway_house: Any, tmp_path: Path) -> None:
    (told,) = _rehearse(tmp_path).totals

    # Six orders of ten at 12.50; 3 + 2 + 10 + 6 are still to come, and 2 + 6 + 4 + 6 are not billed yet.
    assert told["before"] == {"orders": 6, "ordered": "750.00", "to_come": "262.50", "to_bill": "225.00"}
    # PO-101 came and was billed in full, as PO-201 is: both are gone from there.
    assert told["after"] == {"orders": 5, "ordered": "625.00", "to_come": "225.00", "to_bill": "200.00"}


def test_an_order_that_stands_otherwise_in_the_file_is_left_out_with_what_hangs_on_it(
    midway_house: Any, tmp_path: Path
) -> None:
    orders = midway.files(with_the_closed_one=False)["orders"].replace(b",7,5\n", b",6,5\n")

    kept = _rehearse(tmp_path, orders=orders)

    told = dict(kept.documents.values_list("number", "fate"))
    assert (told["PO-101"], told["GR-1"], told["HI-1"]) == ("refused", "refused", "refused")
    assert (told["GR-101"], told["PO-102"]) == ("waits", "kept")


def test_a_file_that_cannot_be_read_hides_nothing_of_the_rest(midway_house: Any, tmp_path: Path) -> None:
    kept = _rehearse(tmp_path, orders=b"number,price\nPO-101,1\n")

    told = dict(kept.documents.values_list("number", "fate"))
    assert (told["GR-101"], told["PO-201"]) == ("waits", "posts")
    assert kept.documents.get(kind="open_balances.orders").sentence.startswith("Row 1: The file lacks")


def test_the_command_takes_the_files_beside_the_export(
    midway_house: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(exports.write(tmp_path / "export.jsonl", SENT))]
    for name, content in midway.files(with_the_closed_one=False).items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
        given += [f"--{name}", str(path)]

    with pytest.raises(CommandError, match="Something would need somebody"):
        call_command("rehearse", *given, "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["totals"][0]["after"]["to_come"] == "225.00"
    run = OpeningRun.objects.get(pk=told["open_balances"])
    assert (run.state, run.is_dry_run, run.rows) == ("done", True, 8)


def test_the_command_says_which_file_cannot_be_read(midway_house: Any, tmp_path: Path) -> None:
    path = exports.write(tmp_path / "export.jsonl", SENT)

    with pytest.raises(CommandError, match=r"orders\.csv cannot be read: No such file"):
        call_command("rehearse", str(path), "--orders", str(tmp_path / "orders.csv"))

"""`manage.py sync`: each list by name or all, with counts, and an exit code that a script can trust."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration import connections, sync
from integration.bc import Client
from integration.errors import ConflictError, NotSentError
from integration.models import SyncPlace, SyncRun, SyncState
from integration.sync import runs
from integration.sync.entities import ENTITIES
from masterdata.models import Item, Vendor

pytestmark = pytest.mark.django_db

FILLED = {
    "units": 2,
    "currencies": 1,
    "exchange-rates": 1,
    "locations": 1,
    "dimensions": 1,
    "dimension-values": 1,
    "fixed-assets": 1,
    "payment-terms": 1,
    "item-categories": 1,
    "item-variants": 1,
    "accounts": 1,
    "vendors": 2,
    "items": 2,
    "item-units": 3,
}


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command; returns what it printed and its exit code."""

    def run(*arguments: str) -> tuple[str, int]:
        code = 0
        try:
            call_command("sync", *arguments)
        except CommandError as error:
            code = error.returncode
        return capsys.readouterr().out, code

    return run


@pytest.mark.parametrize("name", sync.MASTERS)
def test_each_list_can_be_pulled_by_its_name(filled, out, name: str) -> None:
    first, code = out(name, "--json")
    again, _ = out(name, "--json")

    told = json.loads(first)["runs"]
    assert code == 0
    assert [(each["entity"], each["kind"], each["new"]) for each in told] == [(name, "full", FILLED[name])]
    assert [each["unchanged"] for each in json.loads(again)["runs"]] == [FILLED[name]]
    needed = {link.to for link in ENTITIES[name].links}
    assert set(SyncRun.objects.values_list("entity", flat=True)) >= {name} | needed


def test_all_are_every_master_list_once_in_the_order_of_need(filled, out) -> None:
    printed, code = out("items", "all", "--json")

    told = json.loads(printed)
    assert (code, told["ok"]) == (0, True)
    assert [each["entity"] for each in told["runs"]] == list(sync.MASTERS)
    assert {each["entity"]: each["new"] for each in told["runs"]} == FILLED
    assert not SyncRun.objects.filter(entity="invoices").exists()


def test_invoices_are_pulled_when_they_are_named(filled, out) -> None:
    draft = {"vendorNumber": "V1", "vendorInvoiceNumber": "R-1", "invoiceDate": "2026-05-04"}
    lines = [{"lineObjectNumber": "FILTER", "quantity": 10, "unitCost": "12.5"}]
    filled.control.seed({"purchaseInvoices": [draft | {"purchaseInvoiceLines": lines}]})

    printed, code = out("invoices", "--json")

    assert (code, json.loads(printed)["runs"][0]["new"]) == (0, 1)


def test_a_person_reads_a_line_for_each_list(filled, out) -> None:
    printed, code = out("vendors", "items")

    assert code == 0
    assert printed.splitlines() == [
        "vendors: 2 read, 2 new, 0 changed, 0 deleted, 0 failed",
        "items: 2 read, 2 new, 0 changed, 0 deleted, 0 failed",
    ]


def test_a_record_that_was_skipped_is_named_and_fails_the_command(filled, out) -> None:
    filled.control.seed({"currencyExchangeRates": [{"currencyCode": "USD", "startingDate": "2026-02-01"}]})

    printed, code = out("exchange-rates")

    assert code == 1
    assert "1 new" in printed
    assert "USD 2026-02-01: 0 USD for 0 is no rate." in printed


def test_one_list_that_fails_does_not_hold_up_the_others(filled, out) -> None:
    filled.control.seed({"unitsOfMeasure": [{"code": f"U{number}"} for number in range(30)]})
    out("units")
    filled.control.reset()
    filled.control.seed({"vendors": [{"number": "V9"}]})

    printed, code = out("units", "vendors", "--full", "--json")

    told = json.loads(printed)
    assert (code, told["ok"]) == (1, False)
    assert [(each["entity"], each["state"]) for each in told["runs"]] == [
        ("units", "failed"),
        ("vendors", "done"),
    ]
    assert "32 of 32 units are missing" in told["runs"][0]["error"]
    assert Vendor.objects.get().number == "V9"


def test_a_list_that_somebody_else_is_pulling_is_said_and_left_alone(filled, out) -> None:
    other = runs.start(sync.ensure_company(), "items")

    printed, code = out("items")

    assert code == 1
    assert "items are being pulled already" in printed
    other.refresh_from_db()
    assert other.state == "running"


def test_a_full_pull_reads_everything_again(filled, out) -> None:
    out("items")

    delta, full = json.loads(out("items", "--json")[0]), json.loads(out("items", "--full", "--json")[0])

    assert [told["runs"][0]["kind"] for told in (delta, full)] == ["delta", "full"]


def test_many_deletions_need_a_word(sandbox, out) -> None:
    units = [{"code": f"U{number}"} for number in range(30)]
    sandbox.control.seed({"unitsOfMeasure": units})
    out("units")
    sandbox.control.reset()

    refused = out("units", "--full")
    accepted = out("units", "--full", "--accept-deletions")

    assert refused[1] == 1
    assert "30 of 30 units are missing" in refused[0]
    assert accepted == ("units: 0 read, 0 new, 0 changed, 30 deleted, 0 failed\n", 0)


@pytest.mark.parametrize("words", [["items"], ["--entity", "items"]])
def test_one_record_is_pulled_by_its_number(filled, out, words: list[str]) -> None:
    out("units")

    printed, code = out(*words, "--record", "FILTER", "--json")

    run = json.loads(printed)["runs"][0]
    assert (code, run["kind"], run["read"], run["new"]) == (0, "records", 1, 1)
    assert Item.objects.get().number == "FILTER"


@pytest.mark.parametrize(
    "arguments",
    [["items", "--record", "4711"], ["items", "vendors", "--record", "1"], ["invoices", "--record", "1"]],
)
def test_a_record_that_cannot_be_pulled_fails_the_command(filled, out, arguments: list[str]) -> None:
    assert out(*arguments) == ("", 1)
    assert not SyncRun.objects.exists()


def test_an_unknown_name_stops_everything_before_it_begins(filled, out) -> None:
    assert out("items", "tools") == ("", 1)
    assert not SyncRun.objects.exists()


def test_a_missing_connection_is_said(settings) -> None:
    settings.BC_BASE_URL = ""

    with pytest.raises(CommandError, match="BC_BASE_URL"):
        call_command("sync")


# Where a pull goes on


def test_a_pull_that_broke_off_is_gone_on_with_at_the_page_where_it_stopped(filled, monkeypatch) -> None:
    fill_three_pages(filled, monkeypatch)
    filled.control.set_faults([{"fault": "unavailable", "method": "GET", "path": "skiptoken"}])
    impatient = Client(connections.connection(), pause=lambda seconds: None)
    with pytest.raises(NotSentError):
        sync.pull_one(impatient, sync.ensure_company(), "items")
    assert Item.objects.count() == 5
    assert not SyncState.objects.filter(entity="items").exists()
    filled.control.clear_faults()

    run = sync.pull_entity("items")[0]

    assert (run.kind, run.rows_read, run.rows_new, run.rows_unchanged) == ("full", 7, 7, 0)
    assert not SyncPlace.objects.exists()


def test_a_pull_begins_again_when_bcs_page_mark_died(filled, monkeypatch) -> None:
    fill_three_pages(filled, monkeypatch)
    filled.control.set_faults([{"fault": "dead_skip_token", "path": "/items", "every": 2, "times": 1}])

    run = sync.pull_entity("items")[0]

    assert (run.state, run.rows_read, run.rows_new, run.rows_unchanged) == ("done", 22, 12, 10)
    assert Item.objects.count() == 12
    assert not SyncPlace.objects.exists()


def test_a_pull_whose_page_marks_keep_dying_fails_and_keeps_what_it_read(filled, monkeypatch) -> None:
    fill_three_pages(filled, monkeypatch)
    filled.control.set_faults([{"fault": "dead_skip_token", "path": "/items"}])

    with pytest.raises(ConflictError):
        sync.pull_entity("items")

    assert filled.control.faults()[0]["hits"] == 3
    assert SyncRun.objects.get(entity="items").state == "failed"
    assert not SyncPlace.objects.exists()
    assert not SyncState.objects.filter(entity="items").exists()
    assert Item.objects.count() == 5
    filled.control.clear_faults()
    assert sync.pull_entity("items")[0].state == "done"


def fill_three_pages(filled, monkeypatch) -> None:
    """Give the sandbox twelve items, to be read five at a time."""
    filled.control.seed(
        {"items": [{"number": f"N{number}", "baseUnitOfMeasureCode": "PCS"} for number in range(10)]}
    )
    monkeypatch.setattr("integration.sync.masters.PAGE_SIZE", 5)

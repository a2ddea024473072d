"""A removed field pauses only what uses it, says so where it is seen, and what waits goes on by itself."""

from __future__ import annotations

import datetime
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone

from integration import connections, outbox, sync, tasks
from integration.bc import FieldType, Metadata
from integration.contract import Paused, checking
from integration.mapping import Row, defaults
from integration.models import (
    Attempt,
    ContractFinding,
    ContractReading,
    Message,
    SyncRun,
)
from tests import mappings
from tests.contract.conftest import with_field, without
from tests.delivery.house import DAY, House, states
from tests.delivery.test_invoices import of_bc
from tests.messages import bring

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tenant: Any) -> House:
    from tests.delivery.house import prepare_house

    house = prepare_house(tenant())
    mappings.add_row(defaults.ORDER, Row("", "shipToName", "constant", {"value": "Store"}))
    return house


@pytest.fixture
def offered(house: House) -> Metadata:
    checking.check()
    return connections.client().metadata()


def settle(offered: Metadata) -> checking.Checked:
    return checking.settle(offered, expects_app=True)


def paused(checked: checking.Checked) -> list[str]:
    return [each.feature.key for each in checked.standings if each.state == "paused"]


def test_a_removed_mapped_field_lets_orders_wait_and_nothing_else(house: House, offered: Metadata):
    order, movement = house.order(), house.consumption()
    checked = settle(without(offered, "purchaseOrders", "shipToName"))

    house.drain()

    order.refresh_from_db(), movement.refresh_from_db()
    assert paused(checked) == ["purchase_order"]
    assert (order.state, movement.state) == ("waiting", "done")
    assert order.waiting_for.startswith(
        "Business Central no longer has purchaseOrders.shipToName, which the mapping purchase order → BC "
        "writes. Posting purchase orders is paused until"
    )
    assert house.dump("purchaseOrders") == []


def test_what_comes_in_while_it_is_paused_waits_too(house: House, offered: Metadata):
    settle(without(offered, "purchaseOrders", "shipToName"))

    house.order("PO-9")
    house.drain()

    assert states() == ["waiting"]


def test_what_waited_is_posted_by_itself_when_the_field_is_back(house: House, offered: Metadata):
    house.order()
    settle(without(offered, "purchaseOrders", "shipToName"))
    house.drain()

    checked = checking.check()  # the sandbox never lost it
    house.drain()

    assert (checked.ok, paused(checked)) == (True, [])
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1
    assert ContractFinding.objects.get().resolved_at is not None


def test_changing_the_mapping_ends_the_pause_without_asking_bc(house: House, offered: Metadata):
    house.order()
    doctored = with_field(
        without(offered, "purchaseOrders", "shipToName"),
        "purchaseOrders",
        FieldType("deliverToName", "Edm.String", 100),
    )
    settle(doctored)
    finding = ContractFinding.objects.open().get()
    assert finding.successor == "deliverToName"

    mappings.change_row(defaults.ORDER, "shipToName", target=finding.successor)
    house.sandbox.control.forget_requests()
    checked = checking.rejudge()

    assert checked is not None
    assert checked.ok
    assert house.sandbox.control.requests()["total"] == 0


def test_orders_that_bc_refused_for_the_missing_field_wait_like_the_others(house: House, offered: Metadata):
    order = house.order()
    bring(
        order,
        to="dead",
        error_code="BadRequest_NotFound",
        error_detail="Could not find a property named 'shipToName' on type 'Microsoft.NAV.purchaseOrder'.",
    )
    other = house.order("PO-2")
    bring(other, to="dead", error_code="Internal_ServerError")

    settle(without(offered, "purchaseOrders", "shipToName"))

    assert states() == ["waiting", "dead"]


def test_a_wrong_mapping_is_found_by_its_first_refusal_and_mended_without_losing_an_order(house: House):
    checking.check()
    mappings.change_row(defaults.ORDER, "postingDate", target="dateOfPosting")
    order = house.order()
    house.drain()
    order.refresh_from_db()
    assert (order.state, order.error_code) == ("rejected", "BadRequest_NotFound")

    tasks.check_contract()  # as the schedule wakes it

    order.refresh_from_db()
    assert (order.state, order.error) == ("waiting", "")
    assert order.waiting_for == (
        "Business Central does not have purchaseOrders.dateOfPosting, which the mapping purchase order → BC "
        "writes. Posting purchase orders is paused until it is there, or the mapping is changed. Perhaps it "
        "is called postingDate now."
    )

    successor = ContractFinding.objects.open().get().successor
    mappings.change_row(defaults.ORDER, "dateOfPosting", target=successor)
    tasks.check_contract()
    house.drain()

    assert states() == ["done"]
    assert [each["postingDate"] for each in house.dump("purchaseOrders")] == [DAY.isoformat()]


@pytest.mark.parametrize(
    ("entity_set", "field", "app", "waiting"),
    [
        ("purchaseInvoices", "dueDate", False, ["R-2"]),  # only the mapping writes it
        ("purchaseInvoices", "discountAmount", False, ["R-2", "R-3"]),
        ("purchaseOrderHeaders", "documentDate", True, ["R-1"]),
        ("purchaseInvoices", "vendorInvoiceNumber", False, ["R-1", "R-2", "R-3"]),
        ("items", "unitCost", False, []),
    ],
)
def test_each_way_of_posting_invoices_pauses_alone(
    house: House, offered: Metadata, entity_set: str, field: str, app: bool, waiting: list[str]
):
    house.order(), house.receipt()
    house.drain()
    house.bill(number="R-1")
    house.invoice("R-2")
    of_bc(house, number="R-3")
    outbox.enqueue_cleared_invoices()

    settle(without(offered, entity_set, field, app=app))
    house.drain()

    invoices = Message.objects.filter(document_kind="supplier_invoice").order_by("document_number")
    assert [each.document_number for each in invoices if each.state == "waiting"] == waiting
    assert {each.state for each in invoices if each.document_number not in waiting} <= {"done"}


def test_what_may_have_reached_bc_is_still_looked_for(house: House, offered: Metadata):
    order = house.order()
    now = timezone.now()
    bring(order, to="verifying", unknown_since=now, next_attempt_at=now)

    settle(without(offered, "purchaseOrders", "shipToName"))

    assert states() == ["verifying"]


def test_a_removed_field_of_a_list_stops_its_pull_and_no_other(house: House, offered: Metadata):
    settle(without(offered, "vendors", "currencyCode"))
    client, company = connections.client(), house.company

    items = sync.pull_one(client, company, "items")
    with pytest.raises(Paused) as stopped:
        sync.pull_one(client, company, "vendors")

    run = SyncRun.objects.get(entity="vendors")
    assert items.state == "done"
    assert run.state == "failed"
    assert run.error == str(stopped.value)
    assert run.error.startswith(
        "Business Central no longer has vendors.currencyCode, which the mapping BC → vendors reads. "
        "Pulling vendors is paused until it is there, or the mapping is changed."
    )

    with pytest.raises(Paused, match=r"vendors\.currencyCode"):
        sync.pull_one(client, company, "vendors")
    tasks.pull(entity="all")
    assert list(SyncRun.objects.filter(entity="vendors")) == [run]  # told once
    assert SyncRun.objects.filter(entity="items", state="done").count() == 2

    checking.check()

    assert sync.pull_one(client, company, "vendors").state == "done"


def test_the_same_finding_is_told_once_however_often_it_is_checked(house: House, offered: Metadata, caplog):
    doctored = without(offered, "vendors", "currencyCode")
    for _ in range(3):
        settle(doctored)

    assert ContractFinding.objects.count() == 1
    assert [each.levelname for each in caplog.records if "vendors.currencyCode" in each.message] == ["ERROR"]
    assert ContractReading.objects.count() == 2


def test_a_tenant_that_shows_nothing_we_know_is_a_wrong_address_and_pauses_nothing(
    house: House, offered: Metadata, settings: Any
):
    settings.BC_BASE_URL = settings.BC_APP_URL

    with pytest.raises(CommandError, match=r"Check that the address ends in /api/v2\.0") as failed:
        call_command("check_contract", stdout=StringIO())

    assert failed.value.returncode == 2
    assert not ContractFinding.objects.exists()


def test_the_command_says_what_is_wrong_with_its_exit_code(house: House, monkeypatch: pytest.MonkeyPatch):
    out = StringIO()
    call_command("check_contract", "--json", stdout=out)
    whole = json.loads(out.getvalue())
    mappings.change_row(defaults.ORDER, "requestedReceiptDate", target="receiptDateRequested")

    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("check_contract", "--json", stdout=out)
    broken = json.loads(out.getvalue())

    assert (whole["ok"], whole["level"], whole["findings"]) == (True, "app", [])
    assert (broken["ok"], failed.value.returncode) == (False, 1)
    assert [(each["entity_set"], each["name"], each["mapping"]) for each in broken["findings"]] == [
        ("purchaseOrders", "receiptDateRequested", "purchase order → BC")
    ]
    assert broken["findings"][0]["successor"] == "requestedReceiptDate"
    assert [each["key"] for each in broken["features"] if each["state"] == "paused"] == ["purchase_order"]


def test_it_is_checked_at_night_and_not_again_the_same_night(house: House):
    tasks.check_contract()
    reading = ContractReading.objects.get()
    first = reading.last_seen_at
    tasks.check_contract()
    reading.refresh_from_db()
    assert reading.last_seen_at == first

    ContractReading.objects.update(
        first_seen_at=first - datetime.timedelta(days=2), last_seen_at=first - datetime.timedelta(days=2)
    )
    tasks.check_contract()

    reading.refresh_from_db()
    assert reading.last_seen_at > first


def test_a_failure_by_our_own_fault_is_cause_to_check_at_once(house: House):
    message = house.order()
    tasks.check_contract()
    reading = ContractReading.objects.get()
    now = timezone.now()
    Attempt.objects.create(
        message=message, number=1, fence=1, started_at=now, ended_at=now, outcome=Attempt.Outcome.BUG
    )

    tasks.check_contract()

    assert ContractReading.objects.get().last_seen_at > reading.last_seen_at


def test_set_up_tells_the_owner_and_goes_on_without_bc(house: House, settings: Any, caplog):
    from integration import installation

    house.sandbox.control.set_faults([{"fault": "unavailable", "path": "$metadata"}])

    installed = installation.set_up()

    assert installed.company == house.company
    assert not ContractReading.objects.exists()
    assert "The contract with Business Central was not checked" in caplog.text


def test_an_administrator_reads_what_is_paused_and_why(house: House, offered: Metadata):
    from reconciliation import roles
    from tests.desk.reading import words
    from tests.factories import person

    roles.apply_roles()
    settle(without(offered, "purchaseOrders", "shipToName"))
    browser = Browser()
    browser.force_login(person(roles.INTEGRATION_ADMIN))

    shown = words(browser.get("/admin/integration/contractfinding/"))

    assert "Business Central offers: with the Tieout app." in shown
    assert "Pulling vendors standard works" in shown
    assert "Posting purchase orders standard paused Business Central no longer has" in shown


def test_home_warns_those_who_run_the_integration_and_nobody_else(house: House, offered: Metadata):
    from reconciliation import roles
    from tests.desk.reading import words
    from tests.factories import person

    roles.apply_roles()
    settle(without(offered, "vendors", "currencyCode"))
    shown = {}
    for role in (roles.INTEGRATION_ADMIN, roles.AP_CLERK):
        browser = Browser()
        browser.force_login(person(role))
        shown[role] = words(browser.get("/"))

    sentence = (
        "Business Central no longer has vendors.currencyCode, which the mapping BC → vendors reads. "
        "Pulling vendors is paused until it is there"
    )
    assert sentence in shown[roles.INTEGRATION_ADMIN]
    assert sentence not in shown[roles.AP_CLERK]

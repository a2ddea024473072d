"""The nightly look for documents that Business Central has more than once, planted by hand in the sandbox."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from integration import delivery, doubles, escalation, installation, outbox, tasks
from integration.models import (
    Channel,
    DoubledDocument,
    DoublesLook,
    EscalationRule,
    Incident,
    Message,
    Notification,
)
from reconciliation import roles
from reconciliation.models import PurchaseOrder
from tests.delivery.house import D, House, item_line
from tests.delivery.planting import bought, look, plant_order, plant_receipt
from tests.factories import person

DAY = datetime.timedelta(days=1)


@pytest.fixture
def told(house: House) -> None:
    """Somebody is told at once of what is there twice."""
    channel = Channel.objects.create(name="Integration", recipients="ines@example.com")
    EscalationRule.objects.create(name="Doubled", subject="doubled", channel=channel)


def test_an_order_that_is_there_twice_is_found_with_both_named_and_somebody_is_paged(
    house: House, told: None
) -> None:
    twice = bought(house)
    house.order("PO-2", vendor="V1")
    house.drain()
    planted = plant_order(house, twice)

    found = look()
    for _ in range(2):
        escalation.watch(now=timezone.now())
        escalation.write_due(now=timezone.now())

    assert found == [
        f"purchase order PO-1 is in Business Central 2 times: {twice.bc_number}, {planted['number']}."
    ]
    incident = Incident.objects.get(subject="doubled")
    assert incident.sentence == f"{found[0]} {DoubledDocument.objects.get().next_step}"
    assert (incident.count, incident.worth) == (2, D(125))
    assert escalation.matter(incident) == incident.sentence
    assert Notification.objects.get().incident == incident


def test_a_look_that_comes_again_finds_the_same_one(house: House, told: None) -> None:
    plant_order(house, bought(house))

    first = look()
    escalation.watch(now=timezone.now())
    again = look(DAY)
    escalation.watch(now=timezone.now())

    assert again == first
    assert DoubledDocument.objects.count() == Incident.objects.filter(subject="doubled").count() == 1


def test_a_third_one_is_added_to_what_was_found(house: House) -> None:
    order = bought(house)
    plant_order(house, order)
    look()

    third = plant_order(house, order)

    assert "3 times" in look(DAY)[0]
    assert DoubledDocument.objects.get().numbers[-1] == third["number"]


def test_a_doubled_order_is_found_though_the_first_one_was_not_changed_of_late(house: House) -> None:
    order = bought(house)
    now = timezone.now()
    doubles.look(now=now)
    DoublesLook.objects.update(up_to=now + 2 * DAY + datetime.timedelta(seconds=1))
    planted = plant_order(house, order)
    later = (now + DAY).isoformat()
    house.sandbox.control.seed({"purchaseOrders": [{"id": planted["id"], "lastModifiedDateTime": later}]})

    assert look(DAY)[0].endswith(f"2 times: {order.bc_number}, {planted['number']}.")


def test_two_receipts_of_one_order_that_are_alike_are_no_double(house: House) -> None:
    bought(house)

    assert len(house.dump("purchaseReceipts")) == 2
    assert look() == []


def test_a_receipt_like_one_of_ours_that_is_none_is_found(house: House) -> None:
    bought(house)
    first = Message.objects.get(document_number="GR-1")
    plant_receipt(house, first, "PR-AGAIN")

    assert look() == [f"goods receipt GR-1 is in Business Central 2 times: {first.bc_number}, PR-AGAIN."]


@pytest.mark.parametrize(
    "values",
    [
        {"postingDate": "2026-11-09"},
        {"purchaseReceiptLines": [{"sequence": 10000, "lineType": "Item", "quantity": 2}]},
    ],
)
def test_what_somebody_received_there_besides_is_no_double(house: House, values: dict[str, Any]) -> None:
    bought(house)
    plant_receipt(house, Message.objects.get(document_number="GR-1"), "PR-OTHER", **values)

    assert look() == []


def test_an_invoice_is_known_by_its_number_within_its_vendor(house: House) -> None:
    outbox.enqueue("supplier_invoice", house.invoice("r-77"))
    house.drain()
    seed = house.sandbox.control.seed
    other = {"vendorInvoiceNumber": "R-77", "invoiceDate": "2026-11-02"}
    seed({"purchaseInvoices": [other | {"vendorNumber": "V2"}]})
    before = look()
    known = {row["id"] for row in house.dump("purchaseInvoices")}

    seed({"purchaseInvoices": [other | {"vendorNumber": "V1", "status": "Draft"}]})

    (planted,) = (row["number"] for row in house.dump("purchaseInvoices") if row["id"] not in known)
    ours = Message.objects.get().bc_number
    assert before == []
    assert look() == [
        f"supplier invoice r-77 of vendor V1 is in Business Central 2 times: "
        f"{', '.join(sorted([ours, planted]))}."
    ]


def test_a_cancelled_invoice_leaves_its_number_to_another(house: House) -> None:
    outbox.enqueue("supplier_invoice", house.invoice("R-77"))
    house.drain()
    cancelled = {"vendorInvoiceNumber": "R-77", "vendorNumber": "V1", "status": "Canceled"}
    house.sandbox.control.seed({"purchaseInvoices": [cancelled]})

    assert look() == []


def test_an_asset_is_known_by_its_serial_number(house: House) -> None:
    house.asset("A-1")
    house.drain()
    seed = house.sandbox.control.seed
    others = [("FA-8", "SN-8"), ("FA-9", ""), ("FA-10", "SN-8"), ("FA-11", "")]
    seed({"fixedAssets": [{"number": number, "serialNumber": serial} for number, serial in others]})
    before = look()

    seed({"fixedAssets": [{"number": "FA-7", "serialNumber": "SN-7"}]})

    assert before == []  # SN-8 is nobody's from here
    assert look() == [
        "asset notice A-1 with the serial number SN-7 is in Business Central 2 times: A-1, FA-7."
    ]


def test_a_movement_is_held_against_the_ledger(house: House) -> None:
    house.consumption("C-1")
    house.consumption("C-2", quantity=3)
    house.drain()
    entry = next(row for row in house.dump("itemLedgerEntries") if row["documentNumber"] == "C-1")
    before = look()

    fields = ("itemNumber", "postingDate", "entryType", "documentNumber", "quantity", "locationCode")
    again = {name: entry[name] for name in fields} | {"entryNumber": 900}
    house.sandbox.control.seed({"itemLedgerEntries": [again]})

    assert before == []
    assert look() == [
        f"inventory movement C-1 is in Business Central 2 times: C-1 (entry {entry['entryNumber']}), "
        "C-1 (entry 900)."
    ]


def test_what_else_was_posted_under_a_movements_number_is_no_double(house: House) -> None:
    house.consumption("C-1")
    house.drain()
    other = {"itemNumber": "FILTER", "documentNumber": "C-1", "entryNumber": 900, "quantity": 2}
    house.sandbox.control.seed({"itemLedgerEntries": [other]})

    assert look() == []


# What follows is held back, and a person settles it


def test_what_follows_a_doubled_order_waits_and_other_orders_do_not(house: House) -> None:
    plant_order(house, bought(house))
    ready = house.receipt("GR-3", accepted=D(1))
    look()
    ready.refresh_from_db()
    later = house.receipt("GR-4", accepted=D(1))
    house.order("PO-2", item_line())
    house.drain()

    assert (ready.state, later.state) == ("waiting", "waiting")
    assert ready.waits_for.endswith("It goes on once somebody has settled that under Dead letters.")
    assert Message.objects.get(document_number="PO-2").state == "done"
    assert len(house.dump("purchaseReceipts")) == 2


def test_a_message_that_is_claimed_when_it_is_found_is_put_off_and_costs_no_attempt(house: House) -> None:
    plant_order(house, bought(house))
    ready = house.receipt("GR-3", accepted=D(1))
    look()
    Message.objects.filter(pk=ready.pk).update(state="ready", next_attempt_at=timezone.now())
    delivery.drain()

    ready.refresh_from_db()
    assert (ready.state, ready.attempts) == ("waiting", 0)


def settle(house: House, kept: str, **values: Any) -> DoubledDocument:
    doubled = DoubledDocument.objects.standing().get()
    by = values.pop("by", None) or person(roles.INTEGRATION_ADMIN)
    doubles.settle(doubled, kept=kept, by=by, **{"reason": "the other was deleted"} | values)
    doubled.refresh_from_db()
    return doubled


def test_while_another_is_there_only_who_is_certain_settles(house: House) -> None:
    order = bought(house)
    planted = plant_order(house, order)
    look()
    ines = person(roles.INTEGRATION_ADMIN)

    with pytest.raises(doubles.DoublesError, match=f"{planted['number']} is still in Business Central"):
        settle(house, order.bc_number, by=ines)
    with pytest.raises(doubles.DoublesError, match="Say why"):
        settle(house, order.bc_number, by=ines, reason=" ")
    with pytest.raises(doubles.DoublesError, match="Choose"):
        settle(house, "106999", by=ines)
    settled = settle(house, order.bc_number, by=ines, is_certain=True)

    assert (settled.kept, settled.settled_by) == (order.bc_number, ines)
    assert look(DAY) == []  # the same two are not found anew
    with pytest.raises(doubles.DoublesError, match="has settled it already"):
        doubles.settle(settled, kept=order.bc_number, by=ines, reason="again", is_certain=True)


def test_what_was_held_back_goes_to_the_order_that_stays(house: House) -> None:
    order = house.order("PO-1")
    house.drain()
    line = {"sequence": 10000, "lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 10}
    planted = plant_order(house, order, line)
    receipt = house.receipt("GR-1")
    look()

    settle(house, planted["number"], is_certain=True)
    outbox.refill()
    house.drain()

    receipt.refresh_from_db()
    assert PurchaseOrder.objects.get().bc_number == planted["number"]
    assert receipt.state == "done"
    assert [row["orderNumber"] for row in house.dump("purchaseReceipts")] == [planted["number"]]
    order.refresh_from_db()
    assert f"{planted['number']} stays: the other was deleted" in order.tries.order_by("-pk")[0].sentence


# Who sees it


def test_the_desk_says_it_and_takes_the_decision(house: House) -> None:
    order = bought(house)
    planted = plant_order(house, order)
    house.receipt("GR-3", accepted=D(1))
    look()
    doubled = DoubledDocument.objects.get()
    client = Client()
    client.force_login(person(roles.INTEGRATION_ADMIN))

    page = client.get("/dead-letters/").content.decode()
    refused = client.post(
        f"/dead-letters/doubled/{doubled.pk}/", {"kept": order.bc_number, "reason": "a copy"}
    )
    done = client.post(
        f"/dead-letters/doubled/{doubled.pk}/",
        {"kept": order.bc_number, "reason": "a copy", "certain": "on"},
    )

    assert order.bc_number in page
    assert planted["number"] in page
    assert doubled.next_step in page
    assert "1 message is held back" in page
    assert "Nothing is stuck" not in page
    assert refused.status_code == 422
    assert "is still in Business Central" in refused.content.decode()
    assert done.status_code == 302
    assert DoubledDocument.objects.standing().count() == 0
    assert "Nothing is stuck" in client.get("/dead-letters/").content.decode()


def test_who_may_not_replay_sees_it_and_cannot_settle(house: House) -> None:
    plant_order(house, bought(house))
    look()
    doubled = DoubledDocument.objects.get()
    client = Client()
    client.force_login(person(roles.FINANCE_CONTROLLER))

    page = client.get("/dead-letters/").content.decode()
    refused = client.post(f"/dead-letters/doubled/{doubled.pk}/", {"kept": doubled.numbers[0], "reason": "x"})

    assert doubled.numbers[0] in page
    assert "Settle it" not in page
    assert refused.status_code == 403
    assert DoubledDocument.objects.standing().count() == 1


def test_the_figures_tell_how_many_there_are_and_when_was_looked(house: House, settings: Any) -> None:
    settings.METRICS_KEY = "a-key-of-prometheus"
    plant_order(house, bought(house))
    look()

    told = Client().get("/metrics", headers={"Authorization": "Bearer a-key-of-prometheus"}).content.decode()

    assert 'tieout_doubled_documents{company="CRONUS"} 1.0' in told
    assert 'tieout_doubles_look_age_seconds{company="CRONUS"} NaN' not in told


def test_the_command_is_a_gate_for_a_release(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    order = bought(house)
    call_command("doubles")
    clean = capsys.readouterr().out
    plant_order(house, order)

    with pytest.raises(CommandError) as failed:
        call_command("doubles", "--json")

    assert clean == "Nothing is in Business Central more than once.\n"
    assert failed.value.returncode == 1
    (found,) = json.loads(capsys.readouterr().out)["doubled"]
    assert found["number"] == "PO-1"


# Each night once, and not in silence


def test_the_clock_looks_once_a_night(house: House, settings: Any) -> None:
    installation.install_schedules(settings.TIEOUT_SCHEDULES)
    order = bought(house)
    name = "Look for doubled documents"
    tasks.look_for_doubles.apply(kwargs={"schedule": name}, task_id="one")
    plant_order(house, order)
    tasks.look_for_doubles.apply(kwargs={"schedule": name}, task_id="two")

    assert DoublesLook.objects.exclude(looked_at=None).count() == 5
    assert DoubledDocument.objects.count() == 0


def test_a_kind_that_cannot_be_read_says_so_and_the_others_are_looked_through(house: House) -> None:
    plant_order(house, bought(house))
    house.faults({"fault": "bad_gateway", "method": "GET", "path": "$filter=orderNumber"})

    found = look()

    failed = DoublesLook.objects.exclude(error="").get()
    assert len(found) == 1
    assert (failed.kind, failed.looked_at) == ("goods_receipt", None)


def test_without_the_app_movements_are_not_looked_for(house: House, settings: Any) -> None:
    settings.BC_APP_URL = ""

    assert look() == []
    assert not DoublesLook.objects.filter(kind="inventory_movement").exists()

"""What only a tenant can answer, asked of the sandbox with its quirks switched on and off."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration import connections
from integration.contract import probes
from integration.contract.probes import Probed, Verdict
from tests.delivery.house import House, prepare_house

pytestmark = pytest.mark.django_db

READS = [
    "company",
    "offer",
    "rights",
    "language",
    "paging",
    "replica",
    "changes",
    "choices",
    "lines",
    "currency",
    "order look-up",
    "proposed receipts",
    "receipt lines",
    "invoice links",
    "batches",
    "due dates",
]
WRITES = ["order with lines", "line numbers", "versions", "quantity to invoice", "snapshot batch"]


@pytest.fixture
def house(tenant: Any) -> House:
    return prepare_house(tenant())


def run(*options: str) -> tuple[int, list[Probed]]:
    """Call the command; give its exit code and answers."""
    out, code = StringIO(), 0
    try:
        call_command("probe_tenant", "--json", *options, stdout=out)
    except CommandError as error:
        code = error.returncode
    told = json.loads(out.getvalue())["probes"]
    return code, [Probed(**each) for each in told]


def differing(probed: list[Probed]) -> list[str]:
    return [each.name for each in probed if each.verdict == Verdict.DIFFERS]


def test_reading_probes_answer_and_change_nothing(house: House):
    house.order()
    house.receipt()
    house.drain()
    house.sandbox.control.forget_requests()

    code, told = run()

    assert [each.name for each in told] == READS
    assert (code, differing(told)) == (0, [])
    calls = house.sandbox.control.requests()["counts"]
    assert {call.partition(" ")[0] for call in calls} <= {"GET", "POST"}
    assert {call for call in calls if call.startswith("POST")} <= {"POST $batch"}


def test_an_empty_tenant_differs_in_nothing_and_says_what_it_could_not_prove(tenant: Any):
    sandbox = tenant("standard")
    sandbox.control.reset()
    tenant("standard")

    code, told = run()

    assert (code, differing(told)) == (0, [])
    assert [each.name for each in told if each.verdict == Verdict.UNPROVED] == [
        "paging",
        "changes",
        "choices",
        "order look-up",
        "proposed receipts",
        "receipt lines",
        "invoice links",
        "due dates",
    ]
    assert "Waiting for the Tieout app: Pulling item units, Posting inventory movements, " in told[1].found


@pytest.mark.parametrize(
    ("quirk", "name", "said"),
    [
        ({"no_read": ["purchaseReceipts"]}, "rights", "purchaseReceipts: "),
        ({"needs_data_upgrade": ["purchaseReceiptLines"]}, "rights", "purchaseReceiptLines: "),
    ],
)
def test_a_tenant_that_differs_is_told_what_to_do(house: House, quirk: dict[str, Any], name: str, said: str):
    house.sandbox.control.settings(**quirk)

    code, told = run()

    assert (code, differing(told)) == (1, [name])
    (found,) = [each for each in told if each.name == name]
    assert found.found.startswith(said)
    assert found.do == "Give the permission set of the set-up guide to the application's card in BC."


def test_a_switched_off_application_ends_the_probing_with_its_reason(house: House):
    house.sandbox.control.settings(client_enabled=False)

    code, told = run()

    assert (code, [each.name for each in told]) == (1, ["company"])
    assert told[0].verdict == Verdict.DIFFERS
    assert "Business Central" in told[0].found


def test_a_company_given_by_name_is_better_given_by_its_id(house: House, settings: Any):
    settings.BC_COMPANY = house.sandbox.companies[0].name

    _, told = run()

    assert told[0].do.startswith(f"Set BC_COMPANY to {house.sandbox.company_id}")


def test_nothing_is_written_without_the_companys_name(house: House):
    house.sandbox.control.forget_requests()

    for options in (["--write"], ["--write", "--company", "Another Ltd."], ["--post"]):
        with pytest.raises(CommandError):
            call_command("probe_tenant", *options, stdout=StringIO())

    assert house.sandbox.control.requests()["counts"].keys() <= {"GET companies"}


def test_writing_probes_try_a_draft_order_and_delete_it(house: House):
    code, told = run("--write", "--company", house.sandbox.companies[0].name, "--item", "FILTER")

    assert (code, differing(told)) == (0, [])
    assert [each.name for each in told] == [*READS, *WRITES]
    assert house.dump("purchaseOrders") == []


def test_a_draft_order_that_could_not_be_deleted_is_named(house: House):
    house.faults({"fault": "lock_conflict", "method": "DELETE", "path": "purchaseOrders("})

    code, error = refused("--item", "FILTER")

    (order,) = house.dump("purchaseOrders")
    assert code == 1
    assert error.startswith(f"The draft order {order['number']} of these probes may still be in Business")
    assert "by itself" not in error


@pytest.mark.parametrize(
    ("option", "said"),
    [("--vendor", "There is no vendor NOPE in"), ("--item", "There is no item NOPE in")],
)
def test_a_mistyped_vendor_or_item_is_named_and_nothing_is_written(house: House, option: str, said: str):
    code, error = refused(option, "NOPE")

    assert (code, house.dump("purchaseOrders")) == (1, [])
    assert error.startswith(said)
    assert error.endswith(f"Correct {option}.")


def test_a_draft_order_whose_answer_was_lost_can_be_found_by_its_comment(house: House):
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "purchaseOrders", "times": 1})

    code, error = refused("--item", "FILTER", "--vendor", "V1")

    (order,) = house.dump("purchaseOrders")
    (comment,) = [line for line in order["purchaseOrderLines"] if line["lineType"] == "Comment"]
    assert code == 1
    assert f"an order of vendor V1 with the comment '{comment['description']}', delete it" in error


def refused(*options: str) -> tuple[int, str]:
    """Call the command with its writing probes, which cannot go to the end; give exit code and sentence."""
    out = StringIO()
    company = connections.client().company()["name"]
    with pytest.raises(CommandError) as stopped:
        call_command("probe_tenant", "--json", "--write", "--company", company, *options, stdout=out)
    told = json.loads(out.getvalue())
    assert told == {"ok": False, "error": str(stopped.value)}
    return stopped.value.returncode, told["error"]


def test_the_posting_probe_leaves_a_receipt_and_says_how_to_undo_it(house: House):
    company = house.sandbox.companies[0].name

    code, told = run("--write", "--post", "--company", company, "--item", "FILTER", "--vendor", "V1")

    (order,) = house.dump("purchaseOrders")
    (receipt,) = house.dump("purchaseReceipts")
    assert (code, told[-1].name) == (0, "receipt alone")
    assert told[-1].found == f"Receipt {receipt['number']} was posted and nothing was invoiced."
    assert told[-1].do == f"Undo receipt {receipt['number']} in BC, then delete order {order['number']}."
    assert house.dump("purchaseInvoices") == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("lock_conflict", "The receipt was not posted. Business Central refused"),
        ("error_500_after_commit", "was posted, and yet answered with an error."),
    ],
)
def test_a_tenant_that_does_not_receive_or_does_not_say_so_is_found_out(house: House, fault: str, said: str):
    house.faults({"fault": fault, "path": "receiveAndInvoice"})
    client = connections.client()
    trial = probes.choose_trial(client, vendor="V1", item="FILTER")

    told = list(probes.probe_writing(client, trial, post=True))

    assert differing(told) == ["receipt alone"]
    assert said in told[-1].found
    assert bool(house.dump("purchaseOrders")) == bool(house.dump("purchaseReceipts"))

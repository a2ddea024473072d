"""Writing to a real server: once, by version, in BC's forms; and what is never written."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.bc import Client, Operation, odata, payloads
from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    NotSentError,
    PermanentError,
    ProgramError,
    SetupError,
    TemporaryError,
    UnknownOutcome,
)
from tests.bc.elsewhere import Reply

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.bc.conftest import Somewhere

SOME_ID = "00000000-0000-0000-0000-000000000001"
TAG = 'W/"1"'
LINES = "purchaseOrderLines"


def order(client: Client, *lines: dict[str, Any], **header: Any) -> dict[str, Any]:
    body = {"vendorNumber": "V1", "orderDate": "2026-05-04", LINES: list(lines)} | header
    return client.create("purchaseOrders", payloads.in_order("purchaseOrders", body))


def filters(quantity: str = "10") -> dict[str, Any]:
    return {
        "directUnitCost": Decimal("12.50"),
        "quantity": Decimal(quantity),
        "lineObjectNumber": "FILTER",
        "lineType": "Item",
    }


def line_of(client: Client, order_id: str) -> dict[str, Any]:
    return client.lines("purchaseOrders", order_id, LINES)[0]


def test_a_header_and_its_lines_are_created_in_one_call(sandbox: Running, client: Client) -> None:
    sandbox.control.forget_requests()

    created = order(client, {"lineType": "Comment", "description": "marker"}, filters("2.12345"))

    assert sandbox.control.requests()["counts"] == {"POST purchaseOrders": 1}
    comment, item = client.lines("purchaseOrders", created["id"], LINES)
    assert comment["description"] == "marker"
    assert (item["quantity"], item["directUnitCost"]) == (Decimal("2.12345"), Decimal("12.5"))


def test_a_change_names_its_version_and_brings_the_next(sandbox: Running, client: Client) -> None:
    line = line_of(client, order(client, filters())["id"])

    changed = client.update(LINES, line["id"], {"quantity": Decimal(11)}, etag=line["@odata.etag"])
    again = client.update(LINES, line["id"], {"quantity": Decimal(12)}, etag=changed["@odata.etag"])

    assert again["quantity"] == 12


def test_a_stale_version_is_a_conflict_and_changes_nothing(client: Client) -> None:
    order_id = order(client, filters())["id"]
    old = line_of(client, order_id)
    client.update(LINES, old["id"], {"quantity": Decimal(11)}, etag=old["@odata.etag"])

    with pytest.raises(ConflictError):
        client.update(LINES, old["id"], {"quantity": Decimal(12)}, etag=old["@odata.etag"])

    assert line_of(client, order_id)["quantity"] == 11


@pytest.mark.parametrize("etag", ["", "*"])
def test_any_version_is_never_named(client: Client, sandbox: Running, etag: str) -> None:
    sandbox.control.forget_requests()

    with pytest.raises(ProgramError, match="never any version"):
        client.update("items", SOME_ID, {"displayName": "x"}, etag=etag)
    with pytest.raises(ProgramError, match="never any version"):
        client.delete("items", SOME_ID, etag=etag)
    with pytest.raises(ProgramError, match="never any version"):
        client.act("purchaseOrders", SOME_ID, "receiveAndInvoice", etag=etag)
    with pytest.raises(ProgramError, match="never any version"):
        client.act("purchaseInvoices", SOME_ID, "POST")
    with pytest.raises(ProgramError, match="never any version"):
        client.batch([Operation("PATCH", f"items({SOME_ID})", {"displayName": "x"}, etag=etag)])

    assert sandbox.control.requests()["total"] == 0


def test_an_action_runs_on_the_version_it_was_judged_on(client: Client) -> None:
    created = order(client, filters())
    line = line_of(client, created["id"])
    client.update(LINES, line["id"], {"quantity": Decimal(11)}, etag=line["@odata.etag"])

    with pytest.raises(ConflictError):
        client.act("purchaseOrders", created["id"], "receiveAndInvoice", etag=created["@odata.etag"])

    assert line_of(client, created["id"])["receivedQuantity"] == 0


def test_goods_are_received_without_an_invoice(sandbox: Running, client: Client) -> None:
    created = order(client, filters())
    line = line_of(client, created["id"])
    tag = line["@odata.etag"]

    changed = client.update(LINES, line["id"], {"receiveQuantity": Decimal(4)}, etag=tag)
    client.update(LINES, line["id"], payloads.nothing_to_invoice(), etag=changed["@odata.etag"])
    fresh = client.get("purchaseOrders", created["id"], select=("id",))
    client.act("purchaseOrders", created["id"], "receiveAndInvoice", etag=fresh["@odata.etag"])

    line = line_of(client, created["id"])
    assert (line["receivedQuantity"], line["invoicedQuantity"]) == (4, 0)
    assert sandbox.control.dump("purchaseInvoices") == []


def test_an_action_is_sent_without_a_body(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(204, b"")

    somewhere.client().act("purchaseOrders", SOME_ID, "receiveAndInvoice", etag=TAG)

    (asked,) = somewhere.server.asked
    assert asked.path.endswith(f"/purchaseOrders({SOME_ID})/Microsoft.NAV.receiveAndInvoice")
    assert (asked.headers["If-Match"], asked.body) == (TAG, b"")


def test_a_draft_is_deleted_and_a_posted_invoice_is_not(sandbox: Running, client: Client) -> None:
    def invoice(number: str) -> dict[str, Any]:
        line = {"lineType": "Account", "lineObjectNumber": "6100", "quantity": 1, "unitCost": 5}
        body = {"vendorNumber": "V1", "vendorInvoiceNumber": number, "purchaseInvoiceLines": [line]}
        made = client.create("purchaseInvoices", payloads.in_order("purchaseInvoices", body))
        return client.get("purchaseInvoices", made["id"], select=("id", "status"))

    draft, posted = invoice("R-1"), invoice("R-2")
    client.act("purchaseInvoices", posted["id"], "post", etag=posted["@odata.etag"])
    posted = client.get("purchaseInvoices", posted["id"], select=("id", "status"))
    sandbox.control.forget_requests()

    client.delete("purchaseInvoices", draft["id"], etag=draft["@odata.etag"])
    with pytest.raises(ProgramError, match="not the draft it was"):
        client.delete("purchaseInvoices", posted["id"], etag=posted["@odata.etag"])

    assert sandbox.control.requests()["counts"]["DELETE purchaseInvoices"] == 1
    assert [each["vendorInvoiceNumber"] for each in sandbox.control.dump("purchaseInvoices")] == ["R-2"]


@pytest.mark.parametrize(
    "entity_set",
    [
        "purchaseReceipts",
        "purchaseReceiptLines",
        "purchaseInvoiceLines",
        "itemLedgerEntries",
        "generalLedgerEntries",
        "vendorPayments",
        "salesInvoices",
        "postedPurchaseInvoices",
        "PurchaseInvoices",
        "companies",
    ],
)
def test_posted_documents_cannot_be_deleted(client: Client, sandbox: Running, entity_set: str) -> None:
    sandbox.control.forget_requests()

    with pytest.raises(ProgramError):
        client.delete(entity_set, SOME_ID, etag=TAG)
    with pytest.raises(ProgramError):
        client.batch([Operation("DELETE", f"{entity_set}({SOME_ID})", etag=TAG)])

    assert sandbox.control.requests()["total"] == 0


@pytest.mark.parametrize("entity_set", ["items", "Items"])
@pytest.mark.parametrize("field", ["inventory", "Inventory"])
def test_stock_is_never_written_by_a_field(
    client: Client, sandbox: Running, entity_set: str, field: str
) -> None:
    body = {"displayName": "x", field: Decimal(5)}
    sandbox.control.forget_requests()

    with pytest.raises(ProgramError, match="never written"):
        client.update(entity_set, SOME_ID, body, etag=TAG)
    with pytest.raises(ProgramError, match="never written"):
        client.create(entity_set, body)
    with pytest.raises(ProgramError, match="never written"):
        client.batch([Operation("PATCH", f"{entity_set}({SOME_ID})", body, etag=TAG)])
    with pytest.raises(ProgramError, match="never written"):
        client.batch([Operation("POST", entity_set, body)])

    assert sandbox.control.requests()["total"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/items",
        f"items({SOME_ID})/",
        f"it%65ms({SOME_ID})",
        f"../../companies({SOME_ID})",
        f"purchaseOrders({SOME_ID})/Microsoft.NAV.receiveAndInvoice",
        f"purchaseOrders({SOME_ID})/microsoft.nav.RECEIVEANDINVOICE",
    ],
)
def test_a_batch_takes_no_path_that_the_rules_cannot_read(path: str) -> None:
    with pytest.raises(ProgramError):
        Operation("PATCH", path, {"inventory": 1}, etag=TAG)


WRITES = [
    lambda client: client.create("vendors", {"number": "V9"}),
    lambda client: client.create_line("purchaseOrders", SOME_ID, LINES, {"lineType": "Comment"}),
    lambda client: client.update("items", SOME_ID, {"displayName": "x"}, etag=TAG),
    lambda client: client.act("purchaseOrders", SOME_ID, "receiveAndInvoice", etag=TAG),
    lambda client: client.delete("items", SOME_ID, etag=TAG),
    lambda client: client.batch([Operation("POST", "vendors", {"number": "V9"})]),
]


@pytest.mark.parametrize("write", WRITES, ids=["create", "create_line", "update", "act", "delete", "batch"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (408, UnknownOutcome),
        (409, PermanentError),
        (429, NotSentError),
        (500, UnknownOutcome),
        (502, UnknownOutcome),
        (503, UnknownOutcome),
        (504, UnknownOutcome),
    ],
)
def test_a_write_is_sent_once_whatever_is_answered(
    somewhere: Somewhere, write: Any, status: int, kind: type[IntegrationError]
) -> None:
    somewhere.answer = lambda asked: Reply(status, b"<html/>", {"Retry-After": "0"})

    with pytest.raises(kind):
        write(somewhere.client())

    assert len(somewhere.server.asked) == 1


def test_a_refused_token_is_replaced_once_and_no_more(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(401, b"{}")

    with pytest.raises(IntegrationError) as told:
        somewhere.client().create("vendors", {"number": "V9"})

    assert told.value.status == 401
    assert len(somewhere.server.asked) == 2


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ({"vendorNumber": "V2"}, PermanentError, "the vendor is blocked"),
        ({"vendorNumber": "NOBODY"}, PermanentError, "does not exist there: .*vendor"),
        (
            {"vendorNumber": "V1", LINES: [{**filters(), "lineObjectNumber": "OLD"}]},
            PermanentError,
            "blocked",
        ),
        (
            {"vendorNumber": "V1", LINES: [{**filters(), "unitOfMeasureCode": "H"}]},
            PermanentError,
            "does not have this unit",
        ),
        ({"vendorNumber": "V1", "status": "Open"}, ProgramError, "did not understand us"),
        ({"vendorNumber": "V1", "nonsense": 1}, ProgramError, "did not understand us"),
        ({"vendorNumber": "V" * 21}, PermanentError, "longer than the field"),
        (
            {"vendorNumber": "V1", LINES: [{"lineType": "Comment", "description": "x" * 101}]},
            PermanentError,
            "longer than the field",
        ),
    ],
)
def test_what_bc_refuses_is_told_in_the_clerks_words(
    client: Client, body: dict[str, Any], kind: type[IntegrationError], says: str
) -> None:
    with pytest.raises(kind, match=says) as told:
        client.create("purchaseOrders", payloads.in_order("purchaseOrders", body))

    assert len(told.value.correlation_id) == 36


def test_a_duplicate_key_is_a_conflict(client: Client) -> None:
    with pytest.raises(ConflictError, match="exists there already"):
        client.create("items", {"number": "FILTER"})


@pytest.mark.parametrize("status", [400, 409])
def test_a_lock_is_waited_out_and_not_taken_for_a_stale_version(
    sandbox: Running, client: Client, status: int
) -> None:
    sandbox.control.set_faults([{"fault": "lock_conflict", "status": status, "times": 1}])

    with pytest.raises(TemporaryError, match="someone else is changing"):
        client.create("vendors", {"number": "V9"})


def test_more_than_is_open_cannot_be_received(client: Client) -> None:
    line = line_of(client, order(client, filters("4"))["id"])

    with pytest.raises(ConflictError, match="more was received"):
        client.update(LINES, line["id"], {"receiveQuantity": Decimal(5)}, etag=line["@odata.etag"])


# Batches


VENDORS = st.lists(st.sampled_from(["V1", "V2", "NOBODY"]), min_size=1, max_size=6)  # the last two refused


def orders_of(vendors: list[str]) -> list[Operation]:
    """Create an order for each, all of one day that no other test has."""
    body = {"orderDate": "2026-03-09", LINES: [filters()]}
    bodies = [payloads.in_order("purchaseOrders", {"vendorNumber": each} | body) for each in vendors]
    return [Operation("POST", "purchaseOrders", body) for body in bodies]


def written(client: Client) -> set[str]:
    found = client.find("purchaseOrders", filter="orderDate eq 2026-03-09", select=("id",))
    return {row["id"] for row in found}


@given(vendors=VENDORS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_snapshot_did_all_of_its_operations_or_says_none(client: Client, vendors: list[str]) -> None:
    before = written(client)

    answers = client.batch(orders_of(vendors))

    done = {answer.entity["id"] for answer in answers if answer.entity}
    assert written(client) - before == done
    assert len(done) == (len(vendors) if set(vendors) == {"V1"} else 0)
    assert [answer.done for answer in answers] == [bool(done)] * len(vendors)


@given(vendors=VENDORS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_without_a_snapshot_what_came_before_the_failure_stays(client: Client, vendors: list[str]) -> None:
    before = written(client)
    good = next((index for index, each in enumerate(vendors) if each != "V1"), len(vendors))

    answers = client.batch(orders_of(vendors), snapshot=False)

    assert [answer.done for answer in answers] == [True] * good + [False] * (len(vendors) - good)
    assert written(client) - before == {answer.entity["id"] for answer in answers if answer.entity}
    assert [type(answer.error) for answer in answers[good:]] == (
        [PermanentError] * (good < len(vendors)) + [NotSentError] * (len(vendors) - good - 1)
    )


def test_a_whole_hundred_fits_into_a_batch(client: Client) -> None:
    answers = client.batch([Operation("GET", "items?$select=id,number")] * 100)

    assert [len((answer.entity or {})["value"]) for answer in answers] == [2] * 100


def test_a_batchs_change_names_its_version(client: Client) -> None:
    line = line_of(client, order(client, filters())["id"])
    change = Operation("PATCH", f"{LINES}({line['id']})", {"quantity": Decimal(9)}, etag=line["@odata.etag"])

    (first,) = client.batch([change])
    (second,) = client.batch([change])

    assert (first.done, (first.entity or {})["quantity"]) == (True, 9)
    assert type(second.error) is ConflictError


def test_an_operation_that_depends_on_a_failed_one_was_not_tried(somewhere: Somewhere) -> None:
    answers = [{"id": "0", "status": 424, "body": {"error": {"code": "x", "message": "y"}}}]
    somewhere.answer = lambda asked: Reply(body=json.dumps({"responses": answers}).encode())

    (answer,) = somewhere.client().batch([Operation("POST", "items", {"number": "1"})], snapshot=False)

    assert type(answer.error) is NotSentError


def test_a_batch_is_one_call_of_relative_urls_in_one_snapshot(somewhere: Somewhere) -> None:
    answers = {"responses": [{"id": "1", "status": 204}, {"id": "0", "status": 201, "body": {"id": "x"}}]}
    somewhere.answer = lambda asked: Reply(body=json.dumps(answers).encode())

    created, changed = somewhere.client().batch(
        [Operation("POST", "items", {"number": "1"}), Operation("DELETE", f"items({SOME_ID})", etag=TAG)]
    )

    (asked,) = somewhere.server.asked
    assert asked.path.endswith("/api/v2.0/$batch")
    assert (asked.headers["Isolation"], asked.headers["Accept"]) == ("snapshot", "application/json")
    first, second = json.loads(asked.body)["requests"]
    assert first["url"] == f"companies({somewhere.connection.company})/items"
    assert (first["headers"]["Accept-Language"], second["headers"]["If-Match"]) == ("en-US", TAG)
    assert created.entity == {"id": "x"}
    assert changed.done


@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_bc_would_refuse_is_not_sent(client: Client, sandbox: Running, count: int) -> None:
    sandbox.control.forget_requests()

    with pytest.raises(ProgramError, match="1 to 100 operations"):
        client.batch([Operation("GET", "items")] * count)

    assert sandbox.control.requests()["total"] == 0


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"responses": 1}', b"<html/>", b'{"responses": [1]}'])
def test_a_batchs_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    somewhere: Somewhere, body: bytes
) -> None:
    somewhere.answer = lambda asked: Reply(200, body)

    with pytest.raises(UnknownOutcome):
        somewhere.client().batch([Operation("POST", "items", {"number": "1"})])
    with pytest.raises(TemporaryError):
        somewhere.client().batch([Operation("GET", "items")])


def test_a_snapshot_that_failed_did_nothing_whatever_its_parts_claim(somewhere: Somewhere) -> None:
    error = {"code": "Application_DialogException", "message": "There is nothing to post."}
    answers = [
        {"id": "0", "status": 201, "body": {"id": "never-existed"}},
        {"id": "1", "status": 400, "body": {"error": error}},
    ]
    somewhere.answer = lambda asked: Reply(body=json.dumps({"responses": answers}).encode())

    claimed, failed, untried = somewhere.client().batch(
        [Operation("POST", "items", {"number": str(each)}) for each in range(3)]
    )

    assert (claimed.done, claimed.entity, type(claimed.error)) == (False, None, TemporaryError)
    assert type(failed.error) is ConflictError
    assert type(untried.error) is NotSentError


def test_a_choice_and_a_blank_are_sent_in_bcs_form(client: Client) -> None:
    made = client.create(
        "items", {"number": "WORK", "displayName": "Work", "type": odata.escape_member("Non-Inventory")}
    )

    assert made["type"] == "Non_x002D_Inventory"


# What administrators of BC set up, or forgot to


def with_item(**traits: Any) -> dict[str, list[dict[str, Any]]]:
    card = {"number": "ODD", "displayName": "Odd", "baseUnitOfMeasureCode": "PCS"}
    return {"items": [card | traits]}


ODD = {**filters(), "lineObjectNumber": "ODD"}
SETUPS = [
    (with_item(purchasingBlocked=True), {}, ODD, PermanentError, "blocked for purchasing"),
    (with_item(baseUnitOfMeasureCode=""), {}, ODD, SetupError, "incomplete, Base Unit of Measure in Item"),
    (
        {"vendors": [{"number": "V3", "displayName": "Three", "postingGroup": ""}]},
        {"vendorNumber": "V3"},
        filters(),
        SetupError,
        "incomplete, Vendor Posting Group in Vendor",
    ),
    (
        {"vendors": [{"number": "V3", "displayName": "Three", "privacyBlocked": True}]},
        {"vendorNumber": "V3"},
        filters(),
        PermanentError,
        "the vendor is blocked",
    ),
    ({}, {"currencyCode": "SEK"}, filters(), SetupError, "no exchange rate"),
    (
        {"numberSeries": [{"code": "P-ORD", "lastNumber": 7, "endingNumber": 7}]},
        {},
        filters(),
        SetupError,
        "used up",
    ),
]


@pytest.mark.parametrize(("rows", "header", "line", "kind", "says"), SETUPS)
def test_what_stands_in_the_way_in_bc_is_told_when_an_order_is_sent(
    sandbox: Running,
    client: Client,
    rows: dict[str, Any],
    header: dict[str, Any],
    line: dict[str, Any],
    kind: type[IntegrationError],
    says: str,
) -> None:
    sandbox.control.seed(rows)

    with pytest.raises(kind, match=says):
        order(client, line, **header)


POSTING = [
    (with_item(tracked=True), ODD, SetupError, "a lot or serial number"),
    (with_item(postingSetupMissing=True), ODD, SetupError, "the General posting set-up lacks an account"),
    (with_item(variantMandatory=True), ODD, PermanentError, "a line lacks a required field"),
    (
        {"locations": [{"code": "WAREHOUSE", "requireReceive": True}]},
        filters(),
        SetupError,
        "works with warehouse documents",
    ),
    (
        {"generalLedgerSetup": [{"allowPostingFrom": "2030-01-01"}]},
        filters(),
        SetupError,
        "outside the open period",
    ),
    ({}, None, ConflictError, "nothing left to post"),
]


@pytest.mark.parametrize(("rows", "line", "kind", "says"), POSTING)
def test_what_stands_in_the_way_in_bc_is_told_when_a_receipt_is_posted(
    sandbox: Running,
    client: Client,
    rows: dict[str, Any],
    line: dict[str, Any] | None,
    kind: type[IntegrationError],
    says: str,
) -> None:
    if "generalLedgerSetup" in rows:
        key = sandbox.control.dump("generalLedgerSetup")[0]["id"]
        rows = {"generalLedgerSetup": [rows["generalLedgerSetup"][0] | {"id": key}]}
    sandbox.control.seed(rows)
    lines = [] if line is None else [line]
    if "locations" in rows:
        place = client.find("locations", filter="code eq 'WAREHOUSE'", select=("id",))[0]
        lines = [filters() | {"locationId": place["id"]}]
    created = order(client, *lines)
    fresh = client.get("purchaseOrders", created["id"], select=("id",))

    with pytest.raises(kind, match=says):
        client.act("purchaseOrders", created["id"], "receiveAndInvoice", etag=fresh["@odata.etag"])

    assert sandbox.control.dump("purchaseReceipts") == []


def test_a_table_that_we_may_not_write_is_named(sandbox: Running, client: Client) -> None:
    sandbox.control.settings(no_write=["vendors"])

    with pytest.raises(ConfigurationError, match=r"lacks the permission on .*Vendor"):
        client.create("vendors", {"number": "V9", "displayName": "Nine"})


def test_the_list_of_an_old_tenant_wants_its_upgrade_first(sandbox: Running, client: Client) -> None:
    sandbox.control.settings(needs_data_upgrade=["purchaseReceiptLines"])

    with pytest.raises(SetupError, match="must be upgraded there first"):
        client.find("purchaseReceiptLines", filter="")


def test_a_receipt_that_an_old_bc_denies_may_be_posted_all_the_same(sandbox: Running, client: Client) -> None:
    sandbox.control.settings(receipt_alone_answers_400=True)
    created = order(client, filters())
    line = line_of(client, created["id"])
    client.update(LINES, line["id"], payloads.nothing_to_invoice(), etag=line["@odata.etag"])
    fresh = client.get("purchaseOrders", created["id"], select=("id",))

    with pytest.raises(ConflictError, match="probably posted already"):
        client.act("purchaseOrders", created["id"], "receiveAndInvoice", etag=fresh["@odata.etag"])

    assert len(sandbox.control.dump("purchaseReceipts")) == 1


def test_errors_are_told_apart_in_english_whatever_the_tenant_speaks(
    sandbox: Running, client: Client
) -> None:
    sandbox.control.settings(language="es-ES")

    with pytest.raises(PermanentError, match="the vendor is blocked"):
        order(client, filters(), vendorNumber="V2")


def test_manual_numbers_where_the_series_takes_none_are_the_administrators(
    sandbox: Running, client: Client
) -> None:
    sandbox.control.seed({"numberSeries": [{"code": "ITEM", "manual": False}]})

    with pytest.raises(SetupError, match="takes no numbers from outside"):
        client.create("items", {"number": "1"})

"""The AL app's route: item units, requests posted once by key, links of invoice lines."""

import pytest
import requests

from integration.sandbox import launch
from tests.sandbox.conftest import Client, connect


def receipt_request(app: Client, order, *lines, **header):
    body = {
        "externalId": "GRN-1",
        "orderNumber": order["number"],
        "postingDate": "2026-05-06",
        "vendorShipmentNumber": "DN 77",
        "receiptRequestLines": list(lines),
    }
    return app.create("receiptRequests", body | header)


def movement(app: Client, kind: str, *lines, **header):
    body = {
        "externalId": f"MOVE-{kind}",
        "kind": kind,
        "postingDate": "2026-05-06",
        "inventoryRequestLines": [
            {"lineNumber": number, "itemNumber": "FILTER", "locationCode": "MAIN"} | line
            for number, line in enumerate(lines, start=1)
        ],
    }
    return app.create("inventoryRequests", body | header)


def process(app: Client, name: str, request):
    app.act(f"{name}({request['id']})/Microsoft.NAV.process")
    return app.get(f"{name}({request['id']})")


def test_item_units_show_the_conversion(app):
    units = app.rows("itemUnitsOfMeasure?$filter=itemNumber eq 'FILTER'")

    assert [(row["code"], row["qtyPerUnitOfMeasure"]) for row in units] == [("BOX", 12), ("PCS", 1)]


def test_a_receipt_request_posts_only_what_it_lists(bc, app):
    order = bc.order({"quantity": 10}, {"quantity": 5})
    request = receipt_request(app, order, {"orderLineSequence": 10000, "quantity": 4})

    posted = process(app, "receiptRequests", request)

    assert (posted["status"], posted["resultDocumentNumber"]) == ("Posted", "107001")
    assert [line["receivedQuantity"] for line in bc.order_lines(order)] == [4, 0]
    assert bc.rows("purchaseInvoices") == []
    receipt = bc.running.control.dump("purchaseReceipts")[0]
    assert (receipt["postingDate"], receipt["vendorShipmentNumber"]) == ("2026-05-06", "DN 77")


def test_processing_twice_posts_once(bc, app):
    order = bc.order({"quantity": 10})
    request = receipt_request(app, order, {"orderLineSequence": 10000, "quantity": 4})

    first = process(app, "receiptRequests", request)
    second = process(app, "receiptRequests", request)

    assert first == second
    assert len(bc.rows("purchaseReceipts")) == 1
    assert len(bc.rows("itemLedgerEntries")) == 1


def test_the_same_key_is_taken_once(bc, app):
    order = bc.order({"quantity": 10})
    receipt_request(app, order, {"orderLineSequence": 10000, "quantity": 4})

    again = app.refuse(
        "POST", "receiptRequests", json={"externalId": "GRN-1", "orderNumber": order["number"]}
    )

    assert again[:2] == (409, "Internal_EntityWithSameKeyExists")
    assert len(app.rows("receiptRequests?$filter=externalId eq 'GRN-1'")) == 1


def test_another_unit_is_converted_to_the_unit_of_the_line(bc, app):
    order = bc.order({"quantity": 24})
    line = {"orderLineSequence": 10000, "quantity": 2, "unitOfMeasureCode": "BOX"}

    process(app, "receiptRequests", receipt_request(app, order, line))

    assert bc.order_lines(order)[0]["receivedQuantity"] == 24


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"orderLineSequence": 10000, "quantity": 11}, "You cannot receive more than 10 units."),
        ({"orderLineSequence": 99, "quantity": 1}, "The Purchase Line does not exist."),
        ({"orderLineSequence": 10000, "quantity": -1}, "A received quantity must not be negative."),
        ({"orderLineSequence": 10000, "quantity": 0}, "There is nothing to post."),
    ],
)
def test_a_refused_request_keeps_the_reason_and_posts_nothing(bc, app, line, message):
    request = receipt_request(app, bc.order({"quantity": 10}), line)

    refused = app.refuse("POST", f"receiptRequests({request['id']})/Microsoft.NAV.process")

    failed = app.get(f"receiptRequests({request['id']})")
    assert refused[2].startswith(message)
    assert (failed["status"], failed["errorText"]) == ("Failed", refused[2])
    assert bc.rows("purchaseReceipts") == []


def test_a_failed_request_can_be_processed_again(bc, app):
    order = bc.order({"quantity": 10})
    request = receipt_request(app, order, {"orderLineSequence": 10000, "quantity": 4})
    bc.running.control.seed({"items": [{"number": "FILTER", "blocked": True}]})
    app.refuse("POST", f"receiptRequests({request['id']})/Microsoft.NAV.process")
    bc.running.control.seed({"items": [{"number": "FILTER", "blocked": False}]})

    posted = process(app, "receiptRequests", request)

    assert (posted["status"], posted["errorText"]) == ("Posted", "")


def test_a_posted_request_cannot_change(bc, app):
    order = bc.order({"quantity": 10})
    request = receipt_request(app, order, {"orderLineSequence": 10000, "quantity": 4})
    process(app, "receiptRequests", request)

    refused = app.refuse(
        "PATCH",
        f"receiptRequests({request['id']})",
        json={"postingDate": "2026-05-07"},
        headers={"If-Match": "*"},
    )

    assert refused[2] == "The request has been posted and can no longer be modified."


@pytest.mark.parametrize(
    ("kind", "quantity", "entries"),
    [
        ("Consumption", 3, [("Negative_x0020_Adjmt_x002E_", -3, "MAIN")]),
        ("Consumption", -3, [("Positive_x0020_Adjmt_x002E_", 3, "MAIN")]),
        ("Adjustment", 2.5, [("Positive_x0020_Adjmt_x002E_", 2.5, "MAIN")]),
        ("Adjustment", -2, [("Negative_x0020_Adjmt_x002E_", -2, "MAIN")]),
        ("Transfer", 4, [("Transfer", -4, "MAIN"), ("Transfer", 4, "VAN")]),
    ],
)
def test_a_movement_writes_the_item_ledger(app, kind, quantity, entries):
    target = {"newLocationCode": "VAN"} if kind == "Transfer" else {}

    posted = process(app, "inventoryRequests", movement(app, kind, {"quantity": quantity} | target))

    written = app.running.control.dump("itemLedgerEntries")
    assert [(row["entryType"], row["quantity"], row["locationCode"]) for row in written] == entries
    assert {row["documentNumber"] for row in written} == {posted["resultDocumentNumber"]} == {"IJ000001"}
    assert {row["externalDocumentNumber"] for row in written} == {f"MOVE-{kind.upper()}"}


def test_the_bridge_shows_where_a_movement_came_from(app):
    line = {"quantity": 1, "unitOfMeasureCode": "BOX", "accountNumber": "6100"}
    request = movement(app, "Consumption", line, documentNumber="wo-1", reasonCode="USE")
    process(app, "inventoryRequests", request)

    entry = app.rows("itemLedgerEntryDetails?$filter=externalDocumentNumber eq 'MOVE-CONSUMPTION'")[0]

    assert (entry["documentNumber"], entry["quantity"], entry["reasonCode"]) == ("WO-1", -12, "USE")
    assert (entry["accountNumber"], entry["unitOfMeasureCode"]) == ("6100", "BOX")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"itemNumber": "OLD"}, "Blocked must be equal to 'No'"),
        ({"itemNumber": "NONE"}, "The field No. of table Item Journal Line contains a value (NONE)"),
        ({"locationCode": "MOON"}, "The field Location Code of table Item Journal Line"),
        ({"unitOfMeasureCode": "H"}, "The field Unit of Measure Code of table Item Journal Line"),
        ({"accountNumber": "6000"}, "Account Type must be equal to 'Posting'"),
        ({"dimensions": "PROJECT=X"}, "The field Dimension Code of table Dimension Set Entry"),
        ({"dimensions": "PROJECT"}, "The dimensions 'PROJECT' are not of the form"),
    ],
)
def test_a_movement_with_unknown_master_data_fails_as_a_whole(app, line, message):
    request = movement(app, "Adjustment", {"quantity": 1}, {"quantity": 1} | line)

    refused = app.refuse("POST", f"inventoryRequests({request['id']})/Microsoft.NAV.process")

    assert refused[2].startswith(message)
    assert app.running.control.dump("itemLedgerEntries") == []


def test_stock_cannot_go_below_zero_where_the_company_prevents_it(app):
    app.running.control.settings(prevent_negative_inventory=True)
    request = movement(app, "Consumption", {"quantity": 1})

    refused = app.refuse("POST", f"inventoryRequests({request['id']})/Microsoft.NAV.process")

    assert refused[2] == "You have insufficient quantity of Item FILTER on inventory."


def test_known_dimensions_are_taken(app):
    dimension = {"dimensions": [{"code": "PROJECT"}]}
    app.running.control.seed(dimension | {"dimensionValues": [{"dimensionCode": "PROJECT", "code": "X"}]})

    line = {"quantity": 1, "dimensions": "project=x"}

    assert process(app, "inventoryRequests", movement(app, "Consumption", line))["status"] == "Posted"


def test_invoice_lines_are_linked_to_order_lines(bc, app):
    order = bc.order({"quantity": 5})
    lines = [
        {"lineObjectNumber": "FILTER", "quantity": 5, "unitCost": 13, "receiptNumber": "107001"},
        {"sequence": 30000, "lineObjectNumber": "FILTER", "orderLineSequence": 10000, "quantity": 1},
    ]
    seeded = {"vendorNumber": "V1", "orderNumber": order["number"], "purchaseInvoiceLines": lines}
    bc.running.control.seed({"purchaseInvoices": [seeded | {"status": "Open"}]})
    invoice = bc.rows("purchaseInvoices")[0]

    links = app.rows(f"purchaseInvoiceLineLinks?$filter=invoiceNumber eq '{invoice['number']}'")

    assert {row["invoiceId"] for row in links} == {invoice["id"]}
    assert [(row["sequence"], row["orderNumber"], row["orderLineSequence"]) for row in links] == [
        (10000, order["number"], 10000),
        (30000, order["number"], 10000),
    ]
    assert links[0]["receiptNumber"] == "107001"


def test_a_standard_tenant_has_no_such_route(tmp_path):
    with launch.start(tmp_path, level="standard") as running:
        client = connect(running)
        route = running.base_url.replace("/api/v2.0", "/api/tieout/bridge/v1.0")

        assert running.app_url is None
        assert client.refuse("GET", f"{route}/$metadata")[:2] == (404, "BadRequest_ResourceNotFound")
        assert client.rows("items") == []
        assert isinstance(client.session, requests.Session)


def test_an_order_header_takes_the_number_of_the_vendors_invoice(bc, app):
    order = bc.order({"quantity": 10})
    header = app.rows(f"purchaseOrderHeaders?$filter=number eq '{order['number']}'")[0]
    dates = {"documentDate": "2026-05-04", "postingDate": "2026-05-06"}

    app.change(f"purchaseOrderHeaders({order['id']})", {"vendorInvoiceNumber": "r-1"} | dates)
    bc.act(f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")

    assert (header["id"], header["vendorInvoiceNumber"]) == (order["id"], "")
    (invoice,) = bc.rows("purchaseInvoices")
    assert (invoice["vendorInvoiceNumber"], invoice["orderNumber"]) == ("R-1", order["number"])
    assert (invoice["invoiceDate"], invoice["postingDate"]) == ("2026-05-04", "2026-05-06")


def test_a_released_order_takes_the_number_and_once_reopened_a_price(bc, app):
    order = bc.order({"quantity": 10})
    (line,) = (line for line in bc.order_lines(order) if line["lineType"] == "Item")
    app.act(f"purchaseOrderHeaders({order['id']})/Microsoft.NAV.release")
    price = {"directUnitCost": 13}
    app.change(f"purchaseOrderHeaders({order['id']})", {"vendorInvoiceNumber": "R-1"})

    refused = bc.refuse("PATCH", f"purchaseOrderLines({line['id']})", json=price, headers={"If-Match": "*"})
    app.act(f"purchaseOrderHeaders({order['id']})/Microsoft.NAV.reopen")
    changed = bc.change(f"purchaseOrderLines({line['id']})", price)

    assert refused[2].startswith("Status must be equal to 'Open'")
    assert changed["directUnitCost"] == 13


def test_an_order_under_approval_is_neither_released_nor_reopened(bc, app):
    order = bc.order({"quantity": 1})
    bc.running.control.seed({"purchaseOrders": [{"number": order["number"], "status": "In_x0020_Review"}]})
    path = f"purchaseOrderHeaders({order['id']})/Microsoft.NAV"

    assert "approval process" in app.refuse("POST", f"{path}.release")[2]
    assert "approval process" in app.refuse("POST", f"{path}.reopen")[2]


def order_with_key(app: Client, key: str = "PO-1", **values):
    return app.create("purchaseOrderHeaders", {"externalId": key, "vendorNumber": "V1"} | values)


def test_an_order_is_created_once_under_its_external_id(bc, app):
    made = order_with_key(app, documentDate="2026-05-04")

    again = app.refuse("POST", "purchaseOrderHeaders", json={"externalId": "PO-1", "vendorNumber": "V1"})
    without = app.refuse("POST", "purchaseOrderHeaders", json={"vendorNumber": "V1"})
    bc.call("DELETE", f"purchaseOrders({made['id']})")
    still = app.refuse("POST", "purchaseOrderHeaders", json={"externalId": "PO-1", "vendorNumber": "V1"})

    assert (made["externalId"], made["status"], made["documentDate"]) == ("PO-1", "Open", "2026-05-04")
    assert again[:2] == still[:2] == (409, "Internal_EntityWithSameKeyExists")
    assert without[1] == "Application_FieldValidationException"
    assert bc.rows("purchaseOrders") == []


@pytest.mark.parametrize("change", [{"externalId": "PO-2"}, {"vendorNumber": "V2"}])
def test_key_and_vendor_of_an_order_stay(app, change):
    made = order_with_key(app)

    refused = app.refuse(
        "PATCH", f"purchaseOrderHeaders({made['id']})", json=change, headers={"If-Match": "*"}
    )

    assert "cannot be modified" in refused[2]


def test_a_released_order_shows_its_own_status(bc, app):
    order = bc.order({"quantity": 1})
    path = f"purchaseOrderHeaders({order['id']})"
    app.act(f"{path}/Microsoft.NAV.release")

    assert app.get(path)["status"] == "Released"
    assert bc.get(f"purchaseOrders({order['id']})")["status"] == "Open"
    assert app.rows("purchaseOrderHeaders?$filter=status eq 'Released'")[0]["number"] == order["number"]


def test_the_row_version_is_an_exact_cursor(bc, app):
    units = app.rows("itemUnitsOfMeasure")
    last = max(row["rowVersion"] for row in units)

    bc.running.control.seed(
        {"itemUnitsOfMeasure": [{"itemNumber": "FILTER", "code": "BOX", "qtyPerUnitOfMeasure": 10}]}
    )

    changed = app.rows(f"itemUnitsOfMeasure?$filter=rowVersion gt {last}")
    assert [(row["code"], row["qtyPerUnitOfMeasure"]) for row in changed] == [("BOX", 10)]


def test_receipt_lines_tell_what_was_invoiced_of_them(bc, app):
    order = bc.order({"quantity": 10})
    for number, quantity in (("GRN-1", 4), ("GRN-2", 3)):
        line = {"orderLineSequence": 10000, "quantity": quantity}
        process(app, "receiptRequests", receipt_request(app, order, line, externalId=number))
    seeded = {"vendorNumber": "V1", "orderNumber": order["number"], "status": "Open"}
    lines = [{"lineObjectNumber": "FILTER", "quantity": 5}]
    bc.running.control.seed({"purchaseInvoices": [seeded | {"purchaseInvoiceLines": lines}]})

    details = app.rows(f"receiptLineDetails?$filter=orderNumber eq '{order['number']}'")

    told = [(row["quantity"], row["invoicedQuantity"], row["receivedNotInvoicedQuantity"]) for row in details]
    assert told == [(4, 4, 0), (3, 1, 2)]
    assert {row["vendorShipmentNumber"] for row in details} == {"DN 77"}
    assert {row["orderLineSequence"] for row in details} == {10000}


def test_lines_of_orders_and_of_draft_invoices_are_one_list(bc, app):
    order = bc.order({"quantity": 2})
    draft = {"vendorNumber": "V1", "orderNumber": order["number"]}
    lines = [{"lineObjectNumber": "FILTER", "quantity": 1, "receiptNumber": "107001"}]
    bc.running.control.seed({"purchaseInvoices": [draft | {"purchaseInvoiceLines": lines}]})

    links = app.rows("purchaseOrderLinks")

    assert sorted((row["documentType"], row["orderNumber"], row["receiptNumber"]) for row in links) == [
        ("Invoice", order["number"], "107001"),
        ("Order", "", ""),
    ]


def test_stock_is_summed_by_location(app):
    for key, place, quantity in (("A", "MAIN", 5), ("B", "VAN", 3), ("C", "MAIN", -2)):
        request = movement(app, "Adjustment", {"quantity": quantity, "locationCode": place}, externalId=key)
        posted = process(app, "inventoryRequests", request)

    stock = app.rows("stockByLocation?$filter=itemNumber eq 'FILTER'")

    assert [(row["locationCode"], row["quantity"]) for row in stock] == [("MAIN", 3), ("VAN", 3)]
    assert posted["resultEntryNumber"] == 3


def posted_invoice(bc: Client, **header):
    lines = [{"lineType": "Account", "lineObjectNumber": "6100", "quantity": 1, "unitCost": 100}]
    body = {"vendorNumber": "V1", "vendorInvoiceNumber": "R-9", "purchaseInvoiceLines": lines}
    return bc.create("purchaseInvoices", body | header)


def test_a_hold_on_a_draft_goes_along_into_the_ledger(bc, app):
    draft = posted_invoice(bc)
    app.act(f"purchaseInvoiceHeaders({draft['id']})/Microsoft.NAV.setHold")
    held = app.get(f"purchaseInvoiceHeaders({draft['id']})")
    bc.act(f"purchaseInvoices({draft['id']})/Microsoft.NAV.post")
    (entry,) = app.rows("vendorLedgerEntries?$filter=externalDocumentNumber eq 'R-9'")
    app.act(f"vendorLedgerEntries({entry['id']})/Microsoft.NAV.clearHold")

    assert (held["onHold"], entry["onHold"], entry["open"], entry["amount"]) == ("TIE", "TIE", True, -119)
    assert app.get(f"vendorLedgerEntries({entry['id']})")["onHold"] == ""
    assert app.rows("purchaseInvoiceHeaders") == []


def test_a_hold_that_somebody_else_set_is_theirs(bc, app):
    draft = posted_invoice(bc)
    bc.running.control.seed(
        {"purchaseInvoices": [{"id": draft["id"], "vendorNumber": "V1", "onHold": "ABC"}]}
    )

    refused = app.refuse("POST", f"purchaseInvoiceHeaders({draft['id']})/Microsoft.NAV.clearHold")

    assert "is on hold by others (ABC)" in refused[2]


def test_deletions_are_noted(bc, app):
    old = bc.rows("items?$filter=number eq 'OLD'")[0]
    bc.call("DELETE", f"items({old['id']})")

    (note,) = app.rows(f"deletedRecords?$filter=recordId eq {old['id']}")

    assert (note["tableNumber"], note["tableName"], note["recordNumber"]) == (27, "Item", "OLD")


def test_posting_periods_are_shown(bc, app):
    bc.running.control.seed({"accountingPeriods": [{"startingDate": "2026-05-01", "name": "May"}]})

    assert [(row["startingDate"], row["closed"]) for row in app.rows("postingPeriods")] == [
        ("2026-05-01", False)
    ]

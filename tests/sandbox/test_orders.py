"""Purchase orders: defaults, checks, receipts, invoices from orders, and the order that vanishes."""

import pytest

from tests.sandbox.conftest import Client


def only_item_line(bc: Client, order):
    return next(line for line in bc.order_lines(order) if line["lineType"] == "Item")


def receive(bc: Client, order, **quantities: float):
    """Set the quantities the safe way, in two PATCHes per line, and post."""
    for line in bc.order_lines(order):
        wanted = quantities.get(f"line{line['sequence']}", 0)
        if line["lineType"] != "Comment":
            bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": wanted})
            bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    bc.act(f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")


def test_an_order_gets_its_number_dates_and_vendor_from_bc(bc):
    order = bc.order({"quantity": 2, "directUnitCost": 10})

    assert order["number"] == "106001"
    assert order["status"] == "Draft"
    assert order["vendorName"] == order["payToName"] == "Kontor & Söhne"
    assert order["currencyCode"] == "EUR"
    assert (order["totalAmountExcludingTax"], order["totalTaxAmount"]) == (20, 3.8)
    assert order["totalAmountIncludingTax"] == 23.8


def test_a_line_is_filled_from_its_item(bc):
    line = bc.order_lines(bc.order({"quantity": 3}))[0]

    assert (line["sequence"], line["description"], line["directUnitCost"]) == (10000, "Air filter", 12.5)
    assert (line["unitOfMeasureCode"], line["receiveQuantity"], line["invoiceQuantity"]) == ("PCS", 3, 3)
    assert (line["receivedQuantity"], line["invoicedQuantity"]) == (0, 0)


def test_a_line_without_a_type_is_a_comment(bc):
    order = bc.order()
    line = bc.create(f"purchaseOrders({order['id']})/purchaseOrderLines", {"description": "ref 4711"})

    assert (line["lineType"], line["description"], line["quantity"]) == ("Comment", "ref 4711", 0)


def test_a_bigger_unit_carries_its_price(bc):
    order = bc.order({"unitOfMeasureCode": "box", "quantity": 2})

    assert bc.order_lines(order)[0]["directUnitCost"] == 150
    assert order["totalAmountExcludingTax"] == 300


def test_discounts_lower_the_amounts(bc):
    line = bc.order_lines(bc.order({"quantity": 3, "directUnitCost": 9.99, "discountPercent": 10}))[0]

    assert (line["discountAmount"], line["amountExcludingTax"], line["netAmount"]) == (3, 26.97, 26.97)


def test_an_invoice_discount_is_spread_over_the_lines(bc):
    order = bc.order({"quantity": 1, "directUnitCost": 100}, {"quantity": 1, "directUnitCost": 200})

    changed = bc.change(f"purchaseOrders({order['id']})", {"discountAmount": 10})

    assert [line["invoiceDiscountAllocation"] for line in bc.order_lines(order)] == [3.33, 6.67]
    assert changed["totalAmountExcludingTax"] == 290


def test_sequences_are_given_or_chosen_and_never_used_twice(bc):
    order = bc.order({"quantity": 1, "sequence": 25000}, {"quantity": 1})
    path = f"purchaseOrders({order['id']})/purchaseOrderLines"

    refused = bc.refuse("POST", path, json={"sequence": 25000})

    assert [line["sequence"] for line in bc.order_lines(order)] == [25000, 35000]
    assert refused[:2] == (409, "Internal_EntityWithSameKeyExists")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"vendorNumber": ""}, 'A "vendorNumber" or a "vendorId" must be provided.'),
        ({"vendorNumber": "NOBODY"}, "The buy-from vendor cannot be found."),
        (
            {"vendorNumber": "V2"},
            "You cannot create this type of document when Vendor V2 is blocked with type All",
        ),
        ({"currencyCode": "XXX"}, 'The "currencyCode" does not match to a Currency.'),
        (
            {"currencyCode": "SEK"},
            "There is no Currency Exchange Rate within the filter."
            " Filters: Currency Code: SEK, Starting Date: 0D..2026-05-04",
        ),
        (
            {"currencyCode": "USD", "orderDate": "2025-12-31"},
            "There is no Currency Exchange Rate within the filter."
            " Filters: Currency Code: USD, Starting Date: 0D..2025-12-31",
        ),
    ],
)
def test_a_header_that_bc_would_refuse_is_refused(bc, header, message):
    body = {"vendorNumber": "V1", "orderDate": "2026-05-04"} | header

    assert bc.refuse("POST", "purchaseOrders", json=body)[2] == message
    assert bc.rows("purchaseOrders") == []


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ({"lineObjectNumber": "NONE"}, "Application_DialogException", "Item does not exist."),
        (
            {"lineObjectNumber": "OLD"},
            "Application_FieldValidationException",
            "Blocked must be equal to 'No'  in Item: No.=OLD. Current value is 'Yes'.",
        ),
        (
            {"lineObjectNumber": "FILTER", "unitOfMeasureCode": "H"},
            "Internal_InvalidTableRelation",
            "The field Unit of Measure Code of table Purchase Line contains a value (H)"
            " that cannot be found in the related table (Item Unit of Measure).",
        ),
        (
            {"lineType": "Account", "lineObjectNumber": "6000"},
            "Application_FieldValidationException",
            "Account Type must be equal to 'Posting'  in G/L Account: No.=6000. Current value is 'Heading'.",
        ),
        (
            {"lineObjectNumber": "FILTER", "quantity": 5, "receiveQuantity": 6},
            "Application_DialogException",
            "You cannot receive more than 5 units.",
        ),
        (
            {"lineType": "Charge", "lineObjectNumber": "FREIGHT"},
            "Application_DialogException",
            "The sandbox does not imitate lines of type 'Charge'.",
        ),
    ],
)
def test_a_line_that_bc_would_refuse_takes_the_whole_order_with_it(bc, line, code, message):
    body = {"vendorNumber": "V1", "purchaseOrderLines": [{"lineType": "Item"} | line]}

    assert bc.refuse("POST", "purchaseOrders", json=body) == (400, code, message)
    assert bc.rows("purchaseOrders") == []
    assert bc.order()["number"] == "106001"


def test_the_receive_quantity_resets_the_invoice_quantity(bc):
    line = only_item_line(bc, bc.order({"quantity": 10}))
    path = f"purchaseOrderLines({line['id']})"

    together = bc.change(path, {"receiveQuantity": 4, "invoiceQuantity": 0})
    then = bc.change(path, {"invoiceQuantity": 0})

    assert (together["receiveQuantity"], together["invoiceQuantity"]) == (4, 4)
    assert (then["receiveQuantity"], then["invoiceQuantity"]) == (4, 0)


def test_a_receipt_without_invoice_posts_exactly_what_came(bc):
    order = bc.order({"quantity": 10}, {"quantity": 2})

    receive(bc, order, line10000=4)

    receipt = bc.rows(
        f"purchaseReceipts?$filter=orderNumber eq '{order['number']}'&$expand=purchaseReceiptLines"
    )
    assert [each["number"] for each in receipt] == ["107001"]
    lines = [(line["sequence"], line["quantity"]) for line in receipt[0]["purchaseReceiptLines"]]
    assert lines == [(10000, 4), (20000, 0)]
    after = bc.order_lines(order)
    assert [line["receivedQuantity"] for line in after] == [4, 0]
    assert [line["receiveQuantity"] for line in after] == [6, 2]
    assert [line["invoiceQuantity"] for line in after] == [10, 2]
    assert bc.rows("purchaseInvoices") == []


def test_a_receipt_writes_the_item_ledger_in_base_units(bc):
    receive(bc, bc.order({"quantity": 2, "unitOfMeasureCode": "BOX"}), line10000=2)

    entry = bc.rows("itemLedgerEntries?$filter=documentNumber eq '107001'")[0]
    assert (entry["itemNumber"], entry["quantity"], entry["entryType"]) == ("FILTER", 24, "Purchase")
    assert entry["documentType"] == "Purchase_x0020_Receipt"
    assert bc.rows("items?$filter=number eq 'FILTER'")[0]["inventory"] == 24


def test_stock_moves_without_touching_the_item(bc):
    before = bc.rows("items?$filter=number eq 'FILTER'")[0]

    receive(bc, bc.order({"quantity": 2}), line10000=2)

    after = bc.rows("items?$filter=number eq 'FILTER'")[0]
    assert after["inventory"] == 2
    assert after["lastModifiedDateTime"] == before["lastModifiedDateTime"]
    assert after["@odata.etag"] == before["@odata.etag"]


def test_more_than_ordered_cannot_be_received(bc):
    line = only_item_line(bc, bc.order({"quantity": 10}))

    refused = bc.refuse(
        "PATCH", f"purchaseOrderLines({line['id']})", json={"receiveQuantity": 11}, headers={"If-Match": "*"}
    )

    assert refused[1:] == ("Application_DialogException", "You cannot receive more than 10 units.")


def test_zero_quantities_leave_nothing_to_post(bc):
    order = bc.order({"quantity": 10})
    line = only_item_line(bc, order)
    bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": 0})

    refused = bc.refuse("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")

    assert refused[2] == "There is nothing to post."
    assert bc.rows("purchaseReceipts") == []


def test_invoicing_without_the_vendors_number_posts_nothing(bc):
    order = bc.order({"quantity": 10})

    refused = bc.refuse("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")

    assert refused[2].startswith("You need to enter the document number of the document from the vendor")
    assert bc.rows("purchaseReceipts") == []
    assert bc.rows("itemLedgerEntries") == []


def test_a_finished_order_vanishes_and_leaves_receipt_and_invoice(bc):
    order = bc.order({"quantity": 10, "directUnitCost": 2})
    seeded = {"number": order["number"], "vendorInvoiceNumber": "R-1"}
    bc.running.control.seed({"purchaseOrders": [seeded]})

    bc.act(f"purchaseOrders({order['id']})/microsoft.nav.RECEIVEANDINVOICE")

    invoice = bc.rows(
        f"purchaseInvoices?$filter=orderNumber eq '{order['number']}'&$expand=purchaseInvoiceLines"
    )
    assert bc.rows("purchaseOrders") == []
    assert bc.refuse("GET", f"purchaseOrders({order['id']})")[:2] == (404, "Internal_RecordNotFound")
    assert [row["orderNumber"] for row in bc.rows("purchaseReceipts")] == [order["number"]]
    assert (invoice[0]["status"], invoice[0]["vendorInvoiceNumber"]) == ("Open", "R-1")
    assert invoice[0]["orderId"] == order["id"]
    assert invoice[0]["totalAmountIncludingTax"] == 23.8
    assert [line["sequence"] for line in invoice[0]["purchaseInvoiceLines"]] == [10000]
    assert bc.rows("vendors?$filter=number eq 'V1'")[0]["balance"] == 23.8


def test_a_released_order_takes_quantities_to_receive_and_nothing_else(bc):
    order = bc.order({"quantity": 10})
    line = only_item_line(bc, order)
    bc.running.control.seed({"purchaseOrders": [{"number": order["number"], "status": "Open"}]})

    refused = bc.refuse(
        "PATCH", f"purchaseOrderLines({line['id']})", json={"quantity": 5}, headers={"If-Match": "*"}
    )
    taken = bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": 5})

    assert refused[1] == "Application_FieldValidationException"
    assert refused[2].startswith("Status must be equal to 'Open'  in Purchase Header")
    assert taken["receiveQuantity"] == 5


def test_an_order_under_approval_cannot_be_posted(bc):
    order = bc.order({"quantity": 1})
    bc.running.control.seed({"purchaseOrders": [{"number": order["number"], "status": "In_x0020_Review"}]})

    refused = bc.refuse("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")

    assert refused[2] == "This document can only be released when the approval process is complete."


def test_nothing_is_posted_outside_the_allowed_dates(bc):
    order = bc.order({"quantity": 1}, postingDate="2026-04-30")
    line = only_item_line(bc, order)
    bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    bc.running.control.seed({"generalLedgerSetup": [{"allowPostingFrom": "2026-05-01"}]})
    path = f"purchaseOrders({order['id']})"

    refused = bc.refuse("POST", f"{path}/Microsoft.NAV.receiveAndInvoice")
    bc.change(path, {"postingDate": "2026-05-01"})
    bc.act(f"{path}/Microsoft.NAV.receiveAndInvoice")

    assert refused[2].startswith("Posting Date is not within your range of allowed posting dates")
    assert bc.rows("purchaseReceipts")[0]["postingDate"] == "2026-05-01"


def test_a_stale_tag_stops_a_posting(bc):
    order = bc.order({"quantity": 1})
    line = only_item_line(bc, order)
    bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})

    refused = bc.refuse(
        "POST",
        f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice",
        headers={"If-Match": order["@odata.etag"]},
    )

    assert refused[:2] == (409, "Request_EntityChanged")
    assert bc.rows("purchaseReceipts") == []


def test_keys_of_a_line_cannot_be_changed(bc):
    line = only_item_line(bc, bc.order({"quantity": 1}))

    for change in ({"sequence": 5}, {"lineObjectNumber": "OLD"}, {"documentId": line["id"]}):
        refused = bc.refuse(
            "PATCH", f"purchaseOrderLines({line['id']})", json=change, headers={"If-Match": "*"}
        )
        assert "cannot be modified" in refused[2]


def test_an_order_with_receipts_cannot_be_deleted(bc):
    order = bc.order({"quantity": 2})
    receive(bc, order, line10000=1)

    assert "not yet invoiced" in bc.refuse("DELETE", f"purchaseOrders({order['id']})")[2]


def test_an_action_takes_no_parameters_and_must_exist(bc):
    order = bc.order({"quantity": 1})

    path = f"purchaseOrders({order['id']})/Microsoft.NAV."

    assert bc.refuse("POST", f"{path}release")[0] == 404
    assert bc.refuse("POST", f"{path}receiveAndInvoice", json={"force": True})[0] == 400
    assert bc.refuse("GET", f"{path}receiveAndInvoice")[0] == 405

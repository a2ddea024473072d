"""Purchase invoices: drafts, posting, duplicates, and invoices made in BC from an order."""

import pytest

from tests.sandbox.conftest import Client


def draft(bc: Client, **header):
    body = {
        "vendorNumber": "V1",
        "invoiceDate": "2026-05-10",
        "postingDate": "2026-05-11",
        "vendorInvoiceNumber": "r-2026/7",
        "purchaseInvoiceLines": [
            {"lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 3, "unitCost": 9.5},
            {"lineType": "Account", "lineObjectNumber": "6100", "quantity": 1, "unitCost": 5},
        ],
    }
    return bc.create("purchaseInvoices", body | header)


def post(bc: Client, invoice):
    bc.act(f"purchaseInvoices({invoice['id']})/Microsoft.NAV.post")
    return bc.get(f"purchaseInvoices({invoice['id']})")


def test_a_draft_works_out_its_amounts(bc):
    invoice = draft(bc)

    lines = bc.rows(f"purchaseInvoices({invoice['id']})/purchaseInvoiceLines")

    assert (invoice["number"], invoice["status"]) == ("108001", "Draft")
    assert invoice["vendorInvoiceNumber"] == "R-2026/7"
    assert [line["amountExcludingTax"] for line in lines] == [28.5, 5]
    assert [line["netAmount"] for line in lines] == [28.5, 5]
    assert (invoice["totalAmountExcludingTax"], invoice["totalTaxAmount"]) == (33.5, 6.37)
    assert invoice["totalAmountIncludingTax"] == 39.87


def test_posting_keeps_the_id_and_changes_the_number(bc):
    invoice = draft(bc)

    posted = post(bc, invoice)

    assert (posted["id"], posted["number"], posted["status"]) == (invoice["id"], "208001", "Open")
    assert bc.rows("purchaseInvoices?$filter=status eq 'Draft'") == []
    assert bc.rows("itemLedgerEntries")[0]["documentNumber"] == "208001"
    assert bc.rows("vendors?$filter=number eq 'V1'")[0]["balance"] == 39.87


def test_a_posted_invoice_cannot_change(bc):
    invoice = post(bc, draft(bc))
    line = bc.rows(f"purchaseInvoices({invoice['id']})/purchaseInvoiceLines")[0]
    path = f"purchaseInvoices({invoice['id']})"

    on_header = bc.refuse("PATCH", path, json={"dueDate": "2026-06-01"}, headers={"If-Match": "*"})
    on_line = bc.refuse(
        "PATCH", f"purchaseInvoiceLines({line['id']})", json={"quantity": 1}, headers={"If-Match": "*"}
    )

    assert on_header[2] == on_line[2] == "The invoice has been posted and can no longer be modified."
    assert bc.refuse("DELETE", path)[2].startswith("You cannot delete posted purchase documents")
    assert bc.refuse("POST", f"{path}/Microsoft.NAV.post")[2] == (
        "The action can be applied to a draft invoice only."
    )


def test_posting_needs_the_vendors_number(bc):
    invoice = draft(bc, vendorInvoiceNumber="")

    refused = bc.refuse("POST", f"purchaseInvoices({invoice['id']})/Microsoft.NAV.post")

    assert refused[2].startswith("You need to enter the document number of the document from the vendor")


def test_the_same_vendor_number_is_posted_once(bc):
    post(bc, draft(bc))
    second = draft(bc)

    refused = bc.refuse("POST", f"purchaseInvoices({second['id']})/Microsoft.NAV.post")

    assert refused[2] == "Purchase Invoice R-2026/7 already exists for this vendor."
    assert bc.get(f"purchaseInvoices({second['id']})")["status"] == "Draft"


def test_an_invoice_without_quantities_has_nothing_to_post(bc):
    invoice = draft(bc, purchaseInvoiceLines=[{"description": "only a note"}])

    assert bc.refuse("POST", f"purchaseInvoices({invoice['id']})/Microsoft.NAV.post")[2] == (
        "There is nothing to post."
    )


@pytest.mark.parametrize("field", ["orderId", "orderNumber"])
def test_the_order_of_an_invoice_cannot_be_written(bc, field):
    value = "106001" if field == "orderNumber" else "11111111-1111-1111-1111-111111111111"

    refused = bc.refuse("POST", "purchaseInvoices", json={"vendorNumber": "V1", field: value})

    assert refused[1:] == ("BadRequest_InvalidOperation", f"Control '{field}' is read-only.")


def test_an_invoice_made_in_bc_from_an_order_can_be_seeded_and_posted(bc):
    order = bc.order({"quantity": 5}, {"quantity": 1, "lineObjectNumber": "FILTER"})
    for line in bc.order_lines(order):
        bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    bc.act(f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")
    seeded = {
        "vendorNumber": "V1",
        "vendorInvoiceNumber": "R-9",
        "invoiceDate": "2026-05-20",
        "orderNumber": order["number"],
        "purchaseInvoiceLines": [
            {"sequence": 10000, "lineObjectNumber": "FILTER", "quantity": 5, "unitCost": "12.50"}
        ],
    }
    bc.running.control.seed({"purchaseInvoices": [seeded]})

    invoice = bc.rows(f"purchaseInvoices?$filter=orderNumber eq '{order['number']}'")[0]
    posted = post(bc, invoice)

    assert (invoice["status"], invoice["orderId"]) == ("Draft", order["id"])
    assert invoice["totalAmountExcludingTax"] == 62.5
    assert posted["status"] == "Open"
    assert [line["invoicedQuantity"] for line in bc.order_lines(order)] == [5, 0]


def test_a_seeded_invoice_can_be_posted_from_the_start(bc):
    order = bc.order({"quantity": 5})
    seeded = {
        "vendorNumber": "V1",
        "vendorInvoiceNumber": "R-10",
        "status": "Open",
        "orderNumber": order["number"],
        "purchaseInvoiceLines": [{"lineObjectNumber": "FILTER", "quantity": 5, "unitCost": 13}],
    }

    assert bc.running.control.seed({"purchaseInvoices": [seeded]}) == {"purchaseInvoices": 1}

    invoice = bc.rows("purchaseInvoices?$expand=purchaseInvoiceLines")[0]
    assert (invoice["number"], invoice["status"]) == ("208001", "Open")
    assert [line["sequence"] for line in invoice["purchaseInvoiceLines"]] == [10000]

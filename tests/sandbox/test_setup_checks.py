"""What an administrator of BC forgot, or set up so that only BC itself can go on."""

import pytest


def receive(bc, order, *, invoicing: bool = False):
    if not invoicing:
        for line in bc.order_lines(order):
            bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    return bc.call("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")


@pytest.mark.parametrize(
    ("change", "code", "fragment"),
    [
        (
            {"purchasingBlocked": True},
            "Application_DialogException",
            "because the Purchasing Blocked check box",
        ),
        ({"blocked": True}, "Application_FieldValidationException", "Blocked must be equal to 'No'"),
        (
            {"baseUnitOfMeasureCode": ""},
            "Application_FieldValidationException",
            "Base Unit of Measure must have a value in Item: No.=FILTER",
        ),
    ],
)
def test_an_item_that_cannot_be_bought_is_refused_on_the_line(bc, change, code, fragment):
    bc.running.control.seed({"items": [{"number": "FILTER"} | change]})
    body = {
        "vendorNumber": "V1",
        "purchaseOrderLines": [{"lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 1}],
    }

    refused = bc.refuse("POST", "purchaseOrders", json=body)

    assert refused[:2] == (400, code)
    assert fragment in refused[2]
    assert bc.rows("purchaseOrders") == []


@pytest.mark.parametrize(
    ("change", "code", "fragment"),
    [
        ({"privacyBlocked": True}, "Application_DialogException", "blocked for privacy"),
        ({"postingGroup": ""}, "Application_FieldValidationException", "must have a value in Vendor: No.=V1"),
        ({"blocked": "All"}, "Application_DialogException", "is blocked with type All"),
    ],
)
def test_a_vendor_that_looks_fine_may_still_be_refused(bc, change, code, fragment):
    bc.running.control.seed({"vendors": [{"number": "V1"} | change]})

    refused = bc.refuse("POST", "purchaseOrders", json={"vendorNumber": "V1"})

    assert refused[:2] == (400, code)
    assert fragment in refused[2]


@pytest.mark.parametrize(
    ("rows", "fragment"),
    [
        ({"items": [{"number": "FILTER", "tracked": True}]}, "You must assign a lot number"),
        (
            {"items": [{"number": "FILTER", "postingSetupMissing": True}]},
            "Account is missing in General Posting",
        ),
        ({"items": [{"number": "FILTER", "variantMandatory": True}]}, "Variant Code must have a value"),
        ({"locations": [{"code": "MAIN", "requireReceive": True}]}, "Warehouse handling is required"),
        ({"locations": [{"code": "MAIN", "binMandatory": True}]}, "The Bin does not exist"),
    ],
)
def test_what_needs_bc_itself_is_refused_at_posting_and_posts_nothing(bc, rows, fragment):
    main = bc.rows("locations?$filter=code eq 'MAIN'")[0]["id"]
    order = bc.order({"quantity": 2, "locationId": main})
    bc.running.control.seed(rows)

    refused = receive(bc, order)

    assert refused.status_code == 400
    assert fragment in refused.json()["error"]["message"]
    assert bc.rows("purchaseReceipts") == bc.rows("itemLedgerEntries") == []
    assert bc.order_lines(order)[0]["receivedQuantity"] == 0


def test_a_variant_belongs_to_its_item(bc):
    item = bc.rows("items?$filter=number eq 'FILTER'")[0]
    other = bc.create("items", {"displayName": "Other", "baseUnitOfMeasureCode": "PCS"})
    mine = bc.create(f"items({item['id']})/itemVariants", {"code": "blue"})
    theirs = bc.create("itemVariants", {"itemNumber": other["number"], "itemId": other["id"], "code": "RED"})

    order = bc.order({"quantity": 1, "itemVariantId": mine["id"]})
    refused = bc.refuse(
        "POST",
        f"purchaseOrders({order['id']})/purchaseOrderLines",
        json={"lineType": "Item", "lineObjectNumber": "FILTER", "itemVariantId": theirs["id"]},
    )

    assert (mine["code"], mine["itemNumber"]) == ("BLUE", "FILTER")
    assert refused[1] == "Application_DialogException"


def test_an_old_tenant_posts_a_receipt_and_answers_400(bc):
    bc.running.control.settings(receipt_alone_answers_400=True)
    order = bc.order({"quantity": 2})

    refused = receive(bc, order)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "Internal_DataNotFoundFilter")
    assert "There is no Purch. Inv. Header" in refused.text
    assert [row["orderNumber"] for row in bc.rows("purchaseReceipts")] == [order["number"]]


def test_some_tenants_want_the_vendor_s_number_for_a_receipt(bc):
    bc.running.control.settings(receipt_wants_vendor_invoice_number=True)

    refused = receive(bc, bc.order({"quantity": 2}))

    assert "You need to enter the document number of the document from the vendor" in refused.text
    assert bc.rows("purchaseReceipts") == []


def test_a_tenant_may_have_nothing_to_receive_by_default(bc):
    bc.running.control.settings(default_quantity_to_receive="Blank")

    line = bc.order_lines(bc.order({"quantity": 2}))[0]

    assert (line["receiveQuantity"], line["invoiceQuantity"]) == (0, 0)


def test_quantities_may_be_set_in_one_patch_where_the_reset_is_switched_off(bc):
    bc.running.control.settings(receive_resets_invoice_quantity=False)
    line = bc.order_lines(bc.order({"quantity": 5}))[0]

    changed = bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0, "receiveQuantity": 2})

    assert (changed["receiveQuantity"], changed["invoiceQuantity"]) == (2, 0)


def test_a_stale_etag_may_be_412(bc):
    item = bc.rows("items")[0]
    bc.running.control.settings(stale_tag_status=412)
    bc.change(f"items({item['id']})", {"displayName": "New"})

    refused = bc.refuse(
        "PATCH", f"items({item['id']})", json={"displayName": "x"}, headers={"If-Match": item["@odata.etag"]}
    )

    assert refused[:2] == (412, "Request_EntityChanged")


def test_a_set_of_an_old_tenant_asks_for_its_data_upgrade(bc):
    bc.running.control.settings(needs_data_upgrade=["purchaseCreditMemos"])

    assert "You must run the data upgrade" in bc.refuse("GET", "purchaseCreditMemos")[2]
    assert bc.rows("purchaseInvoices") == []


def test_a_client_without_a_right_is_told_the_table(bc):
    bc.running.control.settings(no_read=["vendors"], no_write=["items"])

    read = bc.refuse("GET", "vendors")
    write = bc.refuse("POST", "items", json={"displayName": "New"})

    assert (read[0], write[0]) == (403, 403)
    assert "the current permissions prevented the action. (TableData Vendor Read" in read[2]
    assert "(TableData Item Insert" in write[2]
    assert len(bc.rows("items")) == 2

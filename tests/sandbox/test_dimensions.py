"""Dimensions on documents and lines, defaults of masters, and the check before posting."""

import pytest

DIMENSIONS = {
    "dimensions": [{"code": "COST"}, {"code": "AREA"}],
    "dimensionValues": [
        {"dimensionCode": "COST", "code": "100"},
        {"dimensionCode": "COST", "code": "200", "blocked": True},
        {"dimensionCode": "AREA", "code": "N"},
    ],
    "generalLedgerSetup": [{"shortcutDimension1Code": "COST"}],
}


@pytest.fixture(autouse=True)
def dimensions(bc):
    bc.running.control.seed(DIMENSIONS)


def ids(bc, name: str) -> dict[str, str]:
    return {row["code"]: row["id"] for row in bc.rows(name)}


def default(bc, master: str, number: str, rule: str, dimension: str = "COST", value: str = "100"):
    row = bc.rows(f"{master}?$filter=number eq '{number}'")[0]
    body = {"dimensionId": ids(bc, "dimensions")[dimension], "postingValidation": rule}
    if value:
        body["dimensionValueId"] = ids(bc, "dimensionValues")[value]
    return bc.create(f"{master}({row['id']})/defaultDimensions", body)


def receive(bc, order):
    return bc.call("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")


def only_receiving(bc, order):
    for line in bc.order_lines(order):
        bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    return order


def test_dimensions_are_nested_in_header_and_lines(bc):
    line = {"quantity": 1, "dimensionSetLines": [{"code": "AREA", "valueCode": "N"}]}
    order = bc.order(line, dimensionSetLines=[{"code": "COST", "valueCode": "100"}])

    on_header = bc.rows(f"purchaseOrders({order['id']})/dimensionSetLines")
    on_line = bc.rows(f"purchaseOrderLines({bc.order_lines(order)[0]['id']})/dimensionSetLines")

    assert [(row["code"], row["valueCode"], row["parentType"]) for row in on_header] == [
        ("COST", "100", "Purchase_x0020_Order")
    ]
    assert [(row["code"], row["valueCode"], row["parentType"]) for row in on_line] == [
        ("AREA", "N", "Purchase_x0020_Order_x0020_Line")
    ]
    assert on_line[0]["id"] == ids(bc, "dimensions")["AREA"]


def test_a_dimension_line_is_changed_and_removed_by_the_dimension_s_id(bc):
    order = bc.order({"quantity": 1}, dimensionSetLines=[{"code": "COST", "valueCode": "100"}])
    path = f"purchaseOrders({order['id']})/dimensionSetLines({ids(bc, 'dimensions')['COST']})"

    changed = bc.change(path, {"valueCode": "200"})
    deleted = bc.call("DELETE", path)

    assert (changed["valueCode"], deleted.status_code) == ("200", 204)
    assert bc.rows(f"purchaseOrders({order['id']})/dimensionSetLines") == []
    assert bc.get(f"purchaseOrders({order['id']})")["@odata.etag"] != order["@odata.etag"]


def test_dimension_lines_are_read_through_their_parent_only(bc):
    assert bc.refuse("GET", "dimensionSetLines")[:2] == (400, "Application_DialogException")


def test_the_same_dimension_twice_is_refused(bc):
    order = bc.order({"quantity": 1}, dimensionSetLines=[{"code": "COST", "valueCode": "100"}])

    refused = bc.refuse(
        "POST",
        f"purchaseOrders({order['id']})/dimensionSetLines",
        json={"code": "COST", "valueCode": "100"},
    )

    assert refused[:2] == (409, "Internal_EntityWithSameKeyExists")


@pytest.mark.parametrize(
    "body", [{"code": "NONE", "valueCode": "100"}, {"code": "AREA", "valueCode": "100"}, {}]
)
def test_a_dimension_that_does_not_exist_is_refused(bc, body):
    order = bc.order({"quantity": 1})

    assert bc.refuse("POST", f"purchaseOrders({order['id']})/dimensionSetLines", json=body)[0] == 400


def test_a_shortcut_code_must_be_a_value_of_its_dimension(bc):
    refused = bc.refuse("POST", "purchaseOrders", json={"vendorNumber": "V1", "shortcutDimension1Code": "N"})

    assert refused[1] == "Internal_InvalidTableRelation"
    assert "(Dimension Value)" in refused[2]
    assert bc.order(shortcutDimension1Code="100")["shortcutDimension1Code"] == "100"


def test_a_mandatory_dimension_is_asked_for_at_posting(bc):
    default(bc, "items", "FILTER", "Code_x0020_Mandatory", value="")
    order = only_receiving(bc, bc.order({"quantity": 1}))

    refused = receive(bc, order)
    line = bc.order_lines(order)[0]
    bc.create(f"purchaseOrderLines({line['id']})/dimensionSetLines", {"code": "COST", "valueCode": "100"})

    assert "Select a Dimension Value Code for the Dimension Code COST for Item FILTER" in refused.text
    assert receive(bc, order).status_code == 204


def test_a_default_value_is_taken_by_new_documents(bc):
    default(bc, "vendors", "V1", "Same_x0020_Code")

    order = only_receiving(bc, bc.order({"quantity": 1}))

    assert [row["valueCode"] for row in bc.rows(f"purchaseOrders({order['id']})/dimensionSetLines")] == [
        "100"
    ]
    assert receive(bc, order).status_code == 204


def test_a_blocked_value_is_refused_at_posting_only(bc):
    order = only_receiving(
        bc, bc.order({"quantity": 1}, dimensionSetLines=[{"code": "COST", "valueCode": "200"}])
    )

    refused = receive(bc, order)

    assert refused.status_code == 400
    assert "The dimensions used in" in refused.text
    assert "is blocked" in refused.text
    assert bc.rows("purchaseReceipts") == []


def test_a_released_order_keeps_its_dimensions(bc):
    order = bc.order({"quantity": 1})
    bc.running.control.seed(
        {"purchaseOrders": [{"number": order["number"], "vendorNumber": "V1", "status": "Open"}]}
    )

    refused = bc.refuse(
        "POST",
        f"purchaseOrders({order['id']})/dimensionSetLines",
        json={"code": "COST", "valueCode": "100"},
    )

    assert refused[1] == "Application_FieldValidationException"

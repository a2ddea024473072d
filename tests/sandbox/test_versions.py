"""Versions and levels: what a tenant has, what it lacks, and how its metadata says so."""

import re

import pytest

from integration.sandbox import entities, launch
from integration.sandbox.settings import VERSIONS
from tests.sandbox.conftest import connect


def app_url(bc) -> str:
    return bc.route.removesuffix(entities.STANDARD_ROUTE) + entities.APP_ROUTE


def analytics_url(bc) -> str:
    return bc.route.removesuffix(entities.STANDARD_ROUTE) + entities.ANALYTICS_ROUTE


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_serves_its_own_sets_and_no_later_ones(bc, version):
    bc.running.control.settings(version=version)

    served = {row["name"] for row in bc.get(bc.route)["value"]}

    late = {name for name, spec in entities.STANDARD_SETS.items() if spec.since}
    assert served == {
        name
        for name in entities.STANDARD_SETS
        if name not in late or entities.served("v2.0", version).get(name)
    }
    assert bc.get(f"{bc.route}/companies")["value"][0]["systemVersion"].startswith(version)


@pytest.mark.parametrize(("version", "status"), [("24", 404), ("28.0", 404), ("28.4", 200), ("29", 200)])
def test_transfer_orders_came_with_28_4(bc, version, status):
    bc.running.control.settings(version=version)

    assert bc.call("GET", "transferOrders").status_code == status


def test_a_field_of_a_later_version_is_unknown_to_an_older_one(bc):
    bc.running.control.settings(version="24")

    row = bc.rows("generalLedgerSetup")[0]
    refused = bc.refuse("GET", "generalLedgerSetup?$select=shortcutDimension8Code")

    assert "shortcutDimension8Code" not in row
    assert refused[:2] == (400, "BadRequest_NotFound")
    assert "shortcutDimension8Code" not in bc.call("GET", f"{bc.route}/$metadata").text


@pytest.mark.parametrize(
    ("level", "analytics", "app"), [("standard", 404, 404), ("analytics", 200, 404), ("app", 200, 200)]
)
def test_a_level_has_its_routes_and_no_more(bc, level, analytics, app):
    bc.running.control.settings(level=level)

    statuses = [
        bc.call("GET", f"{route}/$metadata").status_code for route in (analytics_url(bc), app_url(bc))
    ]

    assert statuses == [analytics, app]


def test_analytics_tells_locations_and_received_quantities(bc):
    order = bc.order({"quantity": 5, "locationId": bc.rows("locations?$filter=code eq 'MAIN'")[0]["id"]})
    line = bc.order_lines(order)[0]
    bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": 2})
    bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    bc.act(f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")
    company = f"{analytics_url(bc)}/companies({bc.running.company_id})"

    entry = bc.get(f"{company}/itemLedgerEntries")["value"][0]
    open_line = bc.get(f"{company}/purchaseLines?$filter=orderNo eq '{order['number']}'")["value"][0]

    assert (entry["itemNo"], entry["locationCode"], entry["quantity"]) == ("FILTER", "MAIN", 2)
    assert (open_line["lineNo"], open_line["qtyReceived"], open_line["qtyRcdNotInvd"]) == (10000, 2, 2)
    assert bc.refuse("PATCH", f"{company}/purchaseLines({line['id']})", json={})[0] == 405


def test_a_field_of_an_extension_is_shown_only_to_who_does_not_select(bc):
    bc.running.control.settings(extension_fields=True)

    assert "somebodysField" in bc.rows("items")[0]
    assert set(bc.rows("items?$select=number")[0]) == {"@odata.etag", "number"}


def test_a_removed_field_is_unknown_everywhere(bc):
    assert "displayName" in bc.rows("vendors")[0]  # a body that is kept

    bc.running.control.settings(removed_fields=["vendors.displayName"])

    assert "displayName" not in bc.rows("vendors")[0]
    assert "displayName" in bc.rows("items")[0]
    assert bc.refuse("GET", "vendors?$select=displayName")[0] == 400
    assert bc.refuse("POST", "vendors", json={"displayName": "New"})[0] == 400
    assert properties(bc, "vendor").isdisjoint({"displayName"})


def test_a_renamed_field_is_read_found_and_written_by_its_new_name_only(bc):
    bc.running.control.settings(
        renamed_fields={"vendors.displayName": "name", "purchaseOrders.vendorNumber": "vendorNo"}
    )

    vendor = bc.create("vendors", {"name": "New"})
    order = bc.create("purchaseOrders", {"vendorNo": vendor["number"]})

    assert [row["name"] for row in bc.rows("vendors?$filter=name eq 'New'&$select=name")] == ["New"]
    assert "displayName" not in vendor
    assert (order["vendorNo"], order["vendorName"]) == (vendor["number"], "New")
    assert bc.refuse("POST", "vendors", json={"displayName": "Old"})[0] == 400
    assert properties(bc, "vendor") & {"displayName", "name"} == {"name"}


def test_lines_follow_their_document_by_a_renamed_field(bc):
    order = bc.order({"quantity": 5})
    bc.running.control.settings(renamed_fields={"purchaseOrderLines.documentId": "orderId"})

    assert [line["orderId"] for line in bc.order_lines(order)] == [order["id"]]


def test_a_shortened_field_takes_no_more_than_it_has(bc):
    bc.running.control.settings(shortened_fields={"vendors.displayName": 5})

    assert bc.create("vendors", {"displayName": "Fiver"})["displayName"] == "Fiver"
    assert (
        bc.refuse("POST", "vendors", json={"displayName": "Sixers"})[1] == "Application_StringExceededLength"
    )
    assert (
        'Name="displayName" Type="Edm.String" MaxLength="5"' in bc.call("GET", f"{bc.route}/$metadata").text
    )


def test_a_retyped_field_takes_and_tells_texts_and_nothing_else(bc):
    bc.running.control.settings(texted_fields=["items.unitCost", "purchaseOrders.requestedReceiptDate"])

    item = bc.create("items", {"displayName": "Pump", "unitCost": "12.50"})
    vendor = bc.create("vendors", {"displayName": "New"})
    order = bc.create(
        "purchaseOrders", {"vendorNumber": vendor["number"], "requestedReceiptDate": "2026-05-04"}
    )

    assert (item["unitCost"], order["requestedReceiptDate"]) == ("12.5", "2026-05-04")
    assert bc.refuse("POST", "items", json={"unitCost": 12.5})[0] == 400
    assert 'Name="unitCost" Type="Edm.String"' in bc.call("GET", f"{bc.route}/$metadata").text


@pytest.mark.parametrize("name", ["vendors.nonsense", "nothing.displayName", "vendors.id", "vendors"])
def test_a_field_that_nothing_shows_cannot_change(bc, name):
    with pytest.raises(RuntimeError, match="400"):
        bc.running.control.settings(removed_fields=[name])


@pytest.mark.parametrize(
    "change",
    [
        {"renamed_fields": {"vendors.displayName": "number"}},
        {"renamed_fields": {"vendors.displayName": ""}},
        {"shortened_fields": {"vendors.displayName": "five"}},
    ],
)
def test_a_field_cannot_become_what_makes_no_sense(bc, change):
    with pytest.raises(RuntimeError, match="400"):
        bc.running.control.settings(**change)


def properties(bc, entity: str) -> set[str]:
    document = bc.call("GET", f"{bc.route}/$metadata").text
    start = document.index(f'<EntityType Name="{entity}">')
    return set(
        re.findall(r'<Property Name="(\w+)"', document[start : document.index("</EntityType>", start)])
    )


def test_version_and_level_are_chosen_at_the_start_and_outlive_a_reset(tmp_path):
    with launch.start(tmp_path, level="standard", version="28.0", limits=True) as running:
        running.control.settings(version="29", level="app")
        running.control.reset()
        bc = connect(running)

        kept = running.control.settings()
        assert (kept["version"], kept["level"]) == ("28.0", "standard")
        assert (kept["requests_per_window"], kept["concurrent_requests"]) == (6000, 5)
        assert bc.call("GET", "transferOrders").status_code == 404
        assert running.app_url is None

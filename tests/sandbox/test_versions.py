"""Versions and levels: what a tenant has, what it lacks, and how its metadata says so."""

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

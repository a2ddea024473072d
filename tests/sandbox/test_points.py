"""The fifteen things that a stand-in for Business Central must get right, one by one, over TLS.

The other files of this folder prove the details; here each point stands whole, so that none can be lost.
"""

import pytest
import requests

from integration.sandbox import entities
from integration.sandbox.settings import VERSIONS
from tests.sandbox.conftest import connect, token
from tests.sandbox.test_webhooks import Receiver, receiver, subscribe, subscriptions

__all__ = ["receiver"]

NOBODY = "00000000-0000-0000-0000-000000000001"


def item(bc, number: str = "FILTER"):
    return bc.rows(f"items?$filter=number eq '{number}'")[0]


def line_of(bc, order):
    return bc.order_lines(order)[0]


def set_quantities(bc, line, receive: float, invoice: float):
    """In two PATCHes: the first one resets what the second one sets."""
    bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": receive})
    bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": invoice})


def post(bc, order) -> requests.Response:
    return bc.call("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")


def message(reply: requests.Response) -> str:
    return str(reply.json()["error"]["message"])


def test_point_01_tokens_expire_have_an_audience_and_rights(bc):
    control = bc.running.control

    wrong_audience = bc.call("GET", "items", headers={"Authorization": f"Bearer {_token_for_graph(bc)}"})
    control.settings(no_read=["vendors"])
    forbidden = bc.refuse("GET", "vendors")
    control.settings(client_enabled=False)
    disabled = bc.refuse("GET", "items")
    control.settings(client_enabled=True, token_seconds=0)
    expired = connect(bc.running).refuse("GET", "items")

    assert bc.session.verify == bc.running.ca_bundle
    assert wrong_audience.status_code == 401
    assert disabled[:2] == expired[:2] == (401, "Authentication_InvalidCredentials")
    assert forbidden[0] == 403
    assert "current permissions prevented the action. (TableData Vendor Read" in forbidden[2]


def _token_for_graph(bc) -> str:
    return token(bc.running, scope="https://graph.microsoft.com/.default")


def test_point_02_a_user_has_limits_with_429_503_and_502(bc):
    control = bc.running.control
    control.settings(requests_per_window=1)
    control.call("DELETE", "limits")
    statuses = [bc.call("GET", "locations").status_code for _ in range(2)]
    throttled = bc.call("GET", "locations")
    control.settings(requests_per_window=0)
    control.set_faults([{"fault": "unavailable", "times": 1}, {"fault": "bad_gateway", "retry_after": 9}])
    unavailable, gateway = bc.call("GET", "locations"), bc.call("GET", "locations")

    assert statuses == [200, 429]
    assert throttled.json()["error"]["code"] == "Application_TooManyRequests"
    assert (unavailable.status_code, gateway.status_code) == (503, 502)
    assert gateway.headers["Retry-After"] == "9"


def test_point_03_pages_are_followed_by_their_link_and_top_has_none(bc):
    bc.running.control.seed({"items": [{"number": f"P{n}"} for n in range(5)]})
    first = bc.get("items?$select=number", headers={"Prefer": "odata.maxpagesize=4"})
    second = bc.get(first["@odata.nextLink"], headers={"Prefer": "odata.maxpagesize=4"})

    assert "aid=FIN&$skiptoken=" in first["@odata.nextLink"]
    assert (len(first["value"]), len(second["value"])) == (4, 3)
    assert "@odata.nextLink" not in second
    assert "@odata.nextLink" not in bc.get("items?$top=2")
    assert bc.call("GET", "items", headers={"Prefer": "odata.maxpagesize=20001"}).status_code == 413


def test_point_04_a_change_needs_the_tag_and_the_right_one(bc):
    before = item(bc)
    path = f"items({before['id']})"

    without = bc.refuse("PATCH", path, json={"displayName": "A"})
    changed = bc.change(path, {"displayName": "A"}, tag=before["@odata.etag"])
    stale = bc.refuse("PATCH", path, json={"displayName": "B"}, headers={"If-Match": before["@odata.etag"]})
    bc.change(path, {"displayName": "C"}, tag="*")

    assert before["@odata.etag"].startswith('W/"')
    assert without[:2] == (400, "BadRequest_InvalidToken")
    assert changed["@odata.etag"] != before["@odata.etag"]
    assert stale[:2] == (409, "Request_EntityChanged")
    assert item(bc)["displayName"] == "C"


def test_point_05_values_are_held_to_their_fields(bc):
    def refused(**body) -> tuple[int, str]:
        return bc.refuse("POST", "items", json=body)[:2]

    made = bc.create("items", {"number": "low-1", "type": "Non_x002D_Inventory", "itemCategoryId": None})
    vendor = bc.create("vendors", {"currencyCode": "EUR"})
    order = bc.order()

    assert refused(lastModifiedDateTime="2026-01-01T00:00:00Z") == (400, "BadRequest_InvalidOperation")
    assert refused(colour="red") == (400, "BadRequest_NotFound")
    assert refused(displayName="x" * 101) == (400, "Application_StringExceededLength")
    assert refused(type="Non-Inventory") == (400, "Application_EvaluateException")
    assert (made["number"], made["type"]) == ("LOW-1", "Non_x002D_Inventory")
    assert made["itemCategoryId"] == "00000000-0000-0000-0000-000000000000"
    assert order["requestedReceiptDate"] == "0001-01-01"
    assert (vendor["currencyCode"], vendor["currencyId"]) == ("EUR", made["itemCategoryId"])
    assert vendor["blocked"] == "_x0020_"


def test_point_06_numbers_come_from_series_that_may_be_closed(bc):
    bc.running.control.seed(
        {
            "numberSeries": [
                {"code": "VEND", "manual": False},
                {"code": "ITEM", "lastNumber": 9, "endingNumber": 9},
            ]
        }
    )

    assert bc.create("vendors", {})["number"] == "V10001"
    assert "You may not enter numbers manually" in bc.refuse("POST", "vendors", json={"number": "MINE"})[2]
    assert "You cannot assign new numbers" in bc.refuse("POST", "items", json={})[2]
    assert bc.refuse("POST", "purchaseOrders", json={"vendorNumber": "V1", "number": "1"})[1] == (
        "BadRequest_InvalidOperation"
    )


def test_point_07_statuses_release_and_the_order_that_vanishes(bc):
    order = bc.order({"quantity": 2})
    seen = [order["status"]]
    for status in ("In_x0020_Review", "Open"):
        row = {"number": order["number"], "vendorNumber": "V1", "status": status}
        bc.running.control.seed({"purchaseOrders": [row | {"vendorInvoiceNumber": "R-1"}]})
        seen.append(bc.get(f"purchaseOrders({order['id']})")["status"])
    line = line_of(bc, order)
    released = bc.refuse(
        "PATCH", f"purchaseOrderLines({line['id']})", json={"quantity": 3}, headers={"If-Match": "*"}
    )
    posted = post(bc, order)
    lines = [{"lineType": "Account", "lineObjectNumber": "6100", "quantity": 1, "unitCost": 5}]
    draft = bc.create(
        "purchaseInvoices",
        {"vendorNumber": "V1", "vendorInvoiceNumber": "R-2", "purchaseInvoiceLines": lines},
    )
    bc.act(f"purchaseInvoices({draft['id']})/Microsoft.NAV.post")
    invoice = bc.get(f"purchaseInvoices({draft['id']})")

    assert seen == ["Draft", "In_x0020_Review", "Open"]
    assert "Status must be equal to 'Open'" in released[2]
    assert posted.status_code == 204
    assert bc.refuse("GET", f"purchaseOrders({order['id']})")[:2] == (404, "Internal_RecordNotFound")
    assert [row["orderNumber"] for row in bc.rows("purchaseReceipts")] == [order["number"]]
    assert bc.rows(f"purchaseInvoices?$filter=orderNumber eq '{order['number']}'")[0]["status"] == "Open"
    assert (draft["status"], invoice["status"]) == ("Draft", "Open")
    assert invoice["number"] != draft["number"]


def test_point_08_receiving_without_invoicing_has_its_quirks(bc):
    order = bc.order({"quantity": 10})
    line = line_of(bc, order)
    path = f"purchaseOrderLines({line['id']})"

    both = bc.change(path, {"invoiceQuantity": 0, "receiveQuantity": 4})
    mandatory = post(bc, order)
    set_quantities(bc, line, 4, 0)
    partial = post(bc, order)
    left = line_of(bc, order)
    too_much = bc.refuse("PATCH", path, json={"receiveQuantity": 7}, headers={"If-Match": "*"})
    set_quantities(bc, line, 0, 0)
    nothing = post(bc, order)

    assert (both["receiveQuantity"], both["invoiceQuantity"]) == (4, 4)
    assert "You need to enter the document number of the document from the vendor" in message(mandatory)
    assert partial.status_code == 204
    assert (left["receivedQuantity"], left["invoicedQuantity"], left["receiveQuantity"]) == (4, 0, 6)
    assert "You cannot receive more than 6 units" in too_much[2]
    assert "There is nothing to post" in message(nothing)
    assert bc.rows("purchaseInvoices") == []


@pytest.mark.parametrize("name", ["purchaseOrderLines", "purchaseInvoiceLines", "purchaseCreditMemoLines"])
def test_point_09_lines_cannot_be_read_flat(bc, name):
    refused = bc.refuse("GET", name)

    assert refused[:2] == (400, "Application_DialogException")
    assert bc.rows(f"{name}?$filter=documentId eq {NOBODY}") == []
    assert bc.rows("purchaseReceiptLines") == []


def test_point_10_batches_stop_go_on_roll_back_and_have_a_limit(bc):
    def send(*requests_sent, **headers) -> tuple[int, list[int]]:
        reply = bc.session.post(
            f"{bc.route}/$batch",
            json={"requests": [each | {"id": str(n)} for n, each in enumerate(requests_sent)]},
            headers={"Accept": "application/json"} | headers,
            timeout=20,
        )
        return reply.status_code, [each["status"] for each in reply.json().get("responses", [])]

    def count() -> int:
        return len(bc.rows("locations")) - 2

    url = f"companies({bc.running.company_id})/locations"
    good = [{"method": "POST", "url": url, "body": {"code": code}} for code in ("A", "B", "C", "D")]
    bad = {"method": "POST", "url": url, "body": {"code": ""}}

    assert (send(good[0], bad, good[1]), count()) == ((200, [201, 400]), 1)
    assert (send(bad, good[1], Prefer="odata.continue-on-error"), count()) == ((200, [400, 201]), 2)
    assert (send(good[2], bad, Isolation="snapshot"), count()) == ((200, [201, 400]), 2)
    assert (send(good[2], good[3], Isolation="snapshot"), count()) == ((200, [201, 201]), 4)
    assert (send(*[bad] * 101), count()) == ((500, []), 4)


def test_point_11_subscriptions_shake_hands_expire_and_end_on_404(bc, receiver: Receiver):
    bc.running.control.settings(webhook_life_seconds=0)
    subscribe(bc, receiver)
    expired = subscriptions(bc)
    bc.running.control.settings(webhook_life_seconds=259_200)
    subscribe(bc, receiver, "items")
    bc.running.control.seed({"items": [{"number": f"N{n}"} for n in range(1001)]})
    bc.running.control.settle()
    told = [row["changeType"] for row in receiver.notifications]
    receiver.statuses = [404]
    bc.create("items", {})
    bc.running.control.settle()

    assert len(receiver.handshakes) == 2
    assert expired == []
    assert told == ["collection"]
    assert subscriptions(bc) == []


def test_point_12_answers_get_lost_late_old_or_foreign(bc):
    control = bc.running.control
    vendor = {"displayName": "Fault"}

    def written() -> int:
        return len([row for row in control.dump("vendors") if row["displayName"] == "Fault"])

    control.set_faults([{"fault": "commit_then_drop"}])
    with pytest.raises(requests.ConnectionError):
        bc.call("POST", "vendors", json=vendor)
    dropped = written()
    control.set_faults([{"fault": "lock_conflict"}])
    locked = bc.refuse("POST", "vendors", json=vendor)
    control.set_faults([{"fault": "gateway_timeout_after_commit"}])
    late = bc.call("POST", "vendors", json=vendor).status_code
    control.set_faults([{"fault": "replica_lag", "seconds": 3600}])
    bc.create("vendors", vendor)
    path = "vendors?$filter=displayName eq 'Fault'"
    replica = bc.rows(path, headers={"Data-Access-Intent": "ReadOnly"})
    control.set_faults([{"fault": "language_switch"}])
    foreign = bc.refuse("GET", "items?$select=colour")

    assert (dropped, late, written()) == (1, 504, 3)
    assert locked[:2] == (409, "Internal_ServerError")
    assert (len(replica), len(bc.rows(path))) == (2, 3)
    assert foreign[1:] == ("BadRequest_NotFound", "Se produjo un error al procesar la solicitud.")


@pytest.mark.parametrize(
    ("rows", "line", "fragment"),
    [
        ({"items": [{"number": "FILTER", "blocked": True}]}, {}, "Blocked must be equal to 'No'"),
        ({"vendors": [{"number": "V1", "blocked": "All"}]}, {}, "is blocked with type All"),
        ({}, {"unitOfMeasureCode": "H"}, "(Item Unit of Measure)"),
        ({"vendors": [{"number": "V1", "currencyCode": "SEK"}]}, {}, "no Currency Exchange Rate"),
        ({}, {"dimensionSetLines": [{"code": "NONE", "valueCode": "1"}]}, "does not match to a Dimension"),
        (
            {"vendors": [{"number": "V1", "postingGroup": ""}]},
            {},
            "Posting Group must have a value in Vendor",
        ),
    ],
)
def test_point_13_what_is_blocked_or_missing_is_refused(bc, rows, line, fragment):
    bc.running.control.seed(rows)
    filled = {"lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 1} | line

    refused = bc.refuse("POST", "purchaseOrders", json={"vendorNumber": "V1", "purchaseOrderLines": [filled]})

    assert refused[0] == 400
    assert fragment in refused[2]
    assert bc.rows("purchaseOrders") == []


def test_point_13_a_closed_period_takes_no_posting(bc):
    order = bc.order({"quantity": 1}, postingDate="2026-05-04")
    set_quantities(bc, line_of(bc, order), 1, 0)
    bc.running.control.seed({"generalLedgerSetup": [{"allowPostingFrom": "2026-06-01"}]})

    assert "is not within your range of allowed posting dates" in message(post(bc, order))
    assert bc.rows("purchaseReceipts") == []


def test_point_14_masters_are_renamed_and_deleted(bc):
    order = bc.order({"quantity": 1})
    filter_item, old = item(bc), item(bc, "OLD")

    renamed = bc.change(f"items({filter_item['id']})", {"number": "filter-2"})
    kept = bc.refuse("DELETE", f"items({filter_item['id']})")
    deleted = bc.call("DELETE", f"items({old['id']})")

    assert (renamed["id"], renamed["number"]) == (filter_item["id"], "FILTER-2")
    assert line_of(bc, order)["lineObjectNumber"] == "FILTER-2"
    assert kept[1] == "Application_DialogException"
    assert deleted.status_code == 204
    assert bc.refuse("GET", f"items({old['id']})")[:2] == (404, "Internal_RecordNotFound")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", ["standard", "analytics", "app"])
def test_point_15_levels_and_versions_can_be_chosen(bc, version, level):
    bc.running.control.settings(version=version, level=level)
    base = bc.route.removesuffix(entities.STANDARD_ROUTE)

    def status(address: str) -> int:
        return bc.call("GET", address).status_code

    assert status(f"{base}{entities.APP_ROUTE}") == (200 if level == "app" else 404)
    assert status(f"{base}{entities.ANALYTICS_ROUTE}") == (404 if level == "standard" else 200)
    assert status("purchaseQuotes") == (200 if version in ("28.4", "29") else 404)
    assert status("items") == 200

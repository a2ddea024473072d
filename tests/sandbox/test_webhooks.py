"""Webhooks: the handshake, what is told, what is lost, and how a subscription ends."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from integration.sandbox import tls


class Receiver:
    """An HTTPS listener that answers as it is told and keeps what it was sent."""

    def __init__(self, data_dir) -> None:
        receiver = self
        self.statuses: list[int] = []  # of the next notifications; 204 when there is none
        self.echo = True
        self.handshakes: list[str] = []
        self.notifications: list[dict] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
                self._answer(*receiver.answer(token, body))

            def _answer(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = tls.server_context(data_dir).wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/bc"

    def answer(self, token: str, body: bytes) -> tuple[int, bytes]:
        if token:
            self.handshakes.append(token)
            return 200, token.encode() if self.echo else b"hello"
        self.notifications += json.loads(body)["value"]
        return (self.statuses.pop(0) if self.statuses else 204), b""

    def told(self) -> list[tuple[str, str]]:
        """What it was told since it was last asked: (set, kind)."""
        rows, self.notifications = self.notifications, []
        return [(row["resource"].rpartition("/")[2].partition("(")[0], row["changeType"]) for row in rows]


@pytest.fixture
def receiver(sandbox) -> Iterator[Receiver]:
    own = Receiver(sandbox.data_dir)
    thread = threading.Thread(target=own.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield own
    own.server.shutdown()
    thread.join()
    own.server.server_close()


def subscription(bc, receiver, name: str = "vendors", **values):
    resource = f"/api/v2.0/companies({bc.running.company_id})/{name}"
    return {"notificationUrl": receiver.url, "resource": resource, "clientState": "secret"} | values


def subscribe(bc, receiver, name: str = "vendors"):
    reply = bc.call("POST", f"{bc.route}/subscriptions", json=subscription(bc, receiver, name))
    assert reply.status_code == 201, reply.text
    return reply.json()


def subscriptions(bc) -> list[dict]:
    return bc.get(f"{bc.route}/subscriptions")["value"]


def test_a_subscription_begins_with_a_handshake_and_lives_three_days(bc, receiver):
    made = subscribe(bc, receiver)

    assert len(receiver.handshakes) == 1
    assert (made["clientState"], made["notificationUrl"]) == ("secret", receiver.url)
    assert bc.running.control.settings()["webhook_life_seconds"] == 3 * 24 * 3600
    assert made["expirationDateTime"] > made["systemCreatedAt"]
    assert [row["subscriptionId"] for row in subscriptions(bc)] == [made["subscriptionId"]]


@pytest.mark.parametrize(
    "values",
    [
        {"notificationUrl": "http://localhost/bc"},
        {"notificationUrl": "https://localhost:1/bc"},
        {"resource": "/api/v2.0/vendors"},
        {"resource": "/api/v2.0/companies(x)/vendors"},
        {"clientState": "x" * 2049},
        {"expirationDateTime": "2030-01-01T00:00:00Z"},
        {"resource": ""},
    ],
)
def test_a_subscription_that_cannot_be_is_refused(bc, receiver, values):
    body = subscription(bc, receiver, **values)

    assert bc.refuse("POST", f"{bc.route}/subscriptions", json=body)[0] == 400
    assert subscriptions(bc) == []


def test_a_receiver_that_does_not_return_the_token_gets_no_subscription(bc, receiver):
    receiver.echo = False

    refused = bc.refuse("POST", f"{bc.route}/subscriptions", json=subscription(bc, receiver))

    assert refused[:2] == (400, "BadRequest_ValidationFailed")
    assert "it answered 200, but not with the token." in refused[2]
    assert subscriptions(bc) == []


@pytest.mark.parametrize("name", ["purchaseOrderLines", "attachments", "companies", "nothing"])
def test_some_sets_have_no_webhook(bc, receiver, name):
    supported = [
        row["resource"]
        for row in bc.get(
            bc.route.removesuffix("v2.0")
            + f"microsoft/runtime/beta/companies({bc.running.company_id})/webhookSupportedResources"
        )["value"]
    ]

    refused = bc.refuse("POST", f"{bc.route}/subscriptions", json=subscription(bc, receiver, name))

    assert refused[0] == 400
    assert subscription(bc, receiver, "vendors")["resource"] in supported
    assert subscription(bc, receiver, name)["resource"] not in supported


def test_changes_are_merged_and_told_without_data(bc, receiver):
    made = subscribe(bc, receiver)
    vendor = bc.create("vendors", {"displayName": "New"})
    bc.change(f"vendors({vendor['id']})", {"displayName": "Newer"})
    bc.create("locations", {"code": "UNSEEN"})

    assert bc.running.control.settle() == 1

    (row,) = receiver.notifications
    assert set(row) == {
        "subscriptionId",
        "clientState",
        "expirationDateTime",
        "resource",
        "changeType",
        "lastModifiedDateTime",
    }
    assert (row["subscriptionId"], row["clientState"]) == (made["subscriptionId"], "secret")
    assert row["changeType"] == "created"
    assert row["resource"] == f"api/v2.0/companies({bc.running.company_id})/vendors({vendor['id']})"


def test_updates_and_deletions_are_told(bc, receiver):
    subscribe(bc, receiver, "locations")
    rows = {row["code"]: row["id"] for row in bc.rows("locations")}
    bc.change(f"locations({rows['MAIN']})", {"displayName": "Main store"})
    bc.call("DELETE", f"locations({rows['VAN']})")

    bc.running.control.settle()

    assert receiver.told() == [("locations", "updated"), ("locations", "deleted")]


def test_a_change_of_a_line_is_one_of_its_document(bc, receiver):
    order = bc.order({"quantity": 1})
    subscribe(bc, receiver, "purchaseOrders")
    line = bc.order_lines(order)[0]
    bc.change(f"purchaseOrderLines({line['id']})", {"quantity": 2})

    bc.running.control.settle()

    assert receiver.told() == [("purchaseOrders", "updated")]


def test_more_than_a_thousand_changes_are_told_as_a_collection(bc, receiver):
    subscribe(bc, receiver, "items")
    bc.running.control.seed({"items": [{"number": f"N{n}"} for n in range(1001)]})

    bc.running.control.settle()

    (row,) = receiver.notifications
    assert row["changeType"] == "collection"
    assert "/items?$filter=lastDateTimeModified gt " in row["resource"]


def test_a_receiver_that_says_404_loses_its_subscription(bc, receiver):
    subscribe(bc, receiver)
    receiver.statuses = [404]
    bc.create("vendors", {"displayName": "New"})

    bc.running.control.settle()

    assert subscriptions(bc) == []


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_receiver_that_is_not_well_is_asked_again(bc, receiver, status):
    subscribe(bc, receiver)
    receiver.statuses = [status]
    bc.create("vendors", {"displayName": "New"})

    rounds = [bc.running.control.settle() for _ in range(3)]

    assert rounds == [1, 1, 0]
    assert receiver.told() == [("vendors", "created")] * 2
    assert len(subscriptions(bc)) == 1


def test_a_subscription_that_is_not_renewed_ends(bc, receiver):
    bc.running.control.settings(webhook_life_seconds=0)
    subscribe(bc, receiver)
    bc.create("vendors", {"displayName": "New"})

    bc.running.control.settle()

    assert receiver.told() == []
    assert subscriptions(bc) == []


def test_a_renewal_shakes_hands_again_and_needs_the_etag(bc, receiver):
    made = subscribe(bc, receiver)
    path = f"{bc.route}/subscriptions('{made['subscriptionId']}')"
    body = {"clientState": "other"}

    without = bc.refuse("PATCH", path, json=body)
    renewed = bc.call("PATCH", path, json=body, headers={"If-Match": made["@odata.etag"]}).json()
    stale = bc.refuse("PATCH", path, json=body, headers={"If-Match": made["@odata.etag"]})

    assert (without[1], stale[:2]) == ("BadRequest_InvalidToken", (409, "Request_EntityChanged"))
    assert renewed["expirationDateTime"] >= made["expirationDateTime"]
    assert len(receiver.handshakes) == 2


def test_a_subscription_is_deleted_with_its_etag(bc, receiver):
    made = subscribe(bc, receiver)
    path = f"{bc.route}/subscriptions('{made['subscriptionId']}')"

    assert bc.refuse("DELETE", path)[1] == "BadRequest_InvalidToken"
    assert bc.call("DELETE", path, headers={"If-Match": made["@odata.etag"]}).status_code == 204
    assert subscriptions(bc) == []


def test_notifications_get_lost_by_rate_and_seed(bc, receiver):
    subscribe(bc, receiver)

    def heard() -> list[bool]:
        heard = []
        for number in range(12):
            bc.create("vendors", {"displayName": f"New {number}"})
            bc.running.control.settle()
            heard.append(receiver.told() != [])
        return heard

    bc.running.control.settings(webhook_loss_rate=0.5, webhook_loss_seed=4)
    first = heard()
    bc.running.control.settings(webhook_loss_seed=5)
    other = heard()
    bc.running.control.settings(webhook_loss_seed=4)

    assert heard() == first != other
    assert {True, False} == set(first)


def test_the_same_subscription_twice_is_refused(bc, receiver):
    subscribe(bc, receiver)

    refused = bc.refuse("POST", f"{bc.route}/subscriptions", json=subscription(bc, receiver))

    assert refused[:2] == (409, "Internal_EntityWithSameKeyExists")


def test_a_subscription_does_not_become_another_one_that_is_there(bc, receiver):
    subscribe(bc, receiver, "items")
    vendors = subscribe(bc, receiver, "vendors")
    address = f"{bc.route}/subscriptions('{vendors['subscriptionId']}')"

    refused = bc.refuse(
        "PATCH",
        address,
        json=subscription(bc, receiver, "items"),
        headers={"If-Match": vendors["@odata.etag"]},
    )

    assert refused[:2] == (409, "Internal_EntityWithSameKeyExists")
    assert {row["resource"].rpartition("/")[2] for row in subscriptions(bc)} == {"items", "vendors"}

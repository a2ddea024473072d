"""A sandbox without Django, and a plain client that says what a test wants to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from integration.sandbox.launch import Running

SCOPE = "https://api.businesscentral.dynamics.com/.default"
MASTERS = {
    "unitsOfMeasure": [{"code": "PCS"}, {"code": "BOX"}, {"code": "H"}],
    "currencies": [{"code": "USD"}, {"code": "SEK"}],
    "currencyExchangeRates": [
        {
            "currencyCode": "USD",
            "startingDate": "2026-01-01",
            "exchangeRateAmount": 1,
            "relationalExchangeRateAmount": "0.9",
        }
    ],
    "locations": [{"code": "MAIN"}, {"code": "VAN"}],
    "accounts": [{"number": "6100", "directPosting": True}, {"number": "6000", "accountType": "Heading"}],
    "vendors": [
        {"number": "V1", "displayName": "Kontor & Söhne", "taxPercent": 19},
        {"number": "V2", "displayName": "Stopped", "blocked": "All"},
    ],
    "items": [
        {"number": "FILTER", "displayName": "Air filter", "baseUnitOfMeasureCode": "PCS", "unitCost": "12.5"},
        {"number": "OLD", "displayName": "Old part", "baseUnitOfMeasureCode": "PCS", "blocked": True},
    ],
    "itemUnitsOfMeasure": [{"itemNumber": "FILTER", "code": "BOX", "qtyPerUnitOfMeasure": 12}],
}


def token(running: Running, scope: str = SCOPE, client: tuple[str, str] | None = None) -> str:
    """Fetch a token the plain way."""
    client_id, secret = client or (running.client_id, running.client_secret)
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "scope": scope,
    }
    with requests.Session() as session:
        session.trust_env = False
        reply = session.post(f"{running.authority}/oauth2/v2.0/token", data=form, verify=running.ca_bundle)
    return str(reply.json()["access_token"])


@dataclass
class Client:
    """One session on one company; paths are relative to the company."""

    running: Running
    session: requests.Session
    route: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        address = path if path.startswith("https:") else f"{self.company}/{path}"
        return self.session.request(method, address, timeout=20, **options)

    @property
    def company(self) -> str:
        return f"{self.route}/companies({self.running.company_id})"

    def get(self, path: str, **options: Any) -> Any:
        reply = self.call("GET", path, **options)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        value: list[dict[str, Any]] = self.get(path, **options)["value"]
        return value

    def create(self, path: str, body: dict[str, Any]) -> Any:
        reply = self.call("POST", path, json=body)
        assert reply.status_code == 201, reply.text
        return reply.json()

    def change(self, path: str, body: dict[str, Any], tag: str = "*") -> Any:
        reply = self.call("PATCH", path, json=body, headers={"If-Match": tag})
        assert reply.status_code == 200, reply.text
        return reply.json()

    def act(self, path: str) -> None:
        reply = self.call("POST", path)
        assert reply.status_code == 204, reply.text
        assert reply.content == b""

    def refuse(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        """Status, code and message of an error; fails when the call goes through."""
        reply = self.call(method, path, **options)
        assert reply.status_code >= 400, reply.text
        error = reply.json()["error"]
        message, _, correlation = error["message"].partition("  CorrelationId:  ")
        assert correlation.endswith(".")
        return reply.status_code, error["code"], message

    def order(self, *lines: dict[str, Any], **header: Any) -> Any:
        """Create an order for V1 with these lines; a line is an item line of FILTER unless it says more."""
        filled = [{"lineType": "Item", "lineObjectNumber": "FILTER"} | line for line in lines]
        body = {"vendorNumber": "V1", "orderDate": "2026-05-04", "purchaseOrderLines": filled} | header
        return self.create("purchaseOrders", body)

    def order_lines(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        return self.rows(f"purchaseOrders({order['id']})/purchaseOrderLines")


@pytest.fixture
def sandbox(sandbox_process: Running) -> Running:
    """The sandbox of this run, emptied."""
    sandbox_process.control.reset()
    return sandbox_process


def connect(running: Running, route: str | None = None, *, client: tuple[str, str] | None = None) -> Client:
    session = requests.Session()
    session.trust_env = False  # REQUESTS_CA_BUNDLE would replace our own
    session.verify = running.ca_bundle
    session.headers["Authorization"] = f"Bearer {token(running, client=client)}"
    return Client(running, session, route or running.base_url)


@pytest.fixture
def bc(sandbox: Running) -> Client:
    """A client of the standard route, with a few masters."""
    sandbox.control.seed(MASTERS)
    return connect(sandbox)


@pytest.fixture
def app(bc: Client) -> Client:
    """A client of the AL app's route on the same sandbox."""
    assert bc.running.app_url
    return Client(bc.running, bc.session, bc.running.app_url)

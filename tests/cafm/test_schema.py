"""The interface's own description is whole: a CAFM's maker needs nothing else."""

from __future__ import annotations

import io

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from integration.cafm import events

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def described() -> dict:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_description_is_valid_and_free_of_warnings(described) -> None:
    assert described["openapi"].startswith("3.")
    assert set(described["paths"]) == {
        "/api/v1/events",
        "/api/v1/events/{event_id}",
        "/api/v1/items",
        "/api/v1/vendors",
        "/api/v1/units",
        "/api/v1/item-units",
        "/api/v1/item-categories",
        "/api/v1/item-variants",
        "/api/v1/payment-terms",
        "/api/v1/dimensions",
        "/api/v1/dimension-values",
        "/api/v1/fixed-assets",
        "/api/v1/accounts",
        "/api/v1/currencies",
        "/api/v1/exchange-rates",
        "/api/v1/locations",
    }


def test_every_kind_of_event_is_described_with_its_data(described) -> None:
    told = described["components"]["schemas"]
    kinds = told["Event"]["discriminator"]["mapping"]

    assert set(kinds) == set(events.TYPES)
    receipt = told[kinds["goods_receipt.recorded.v1"].rpartition("/")[2]]
    data = told[receipt["properties"]["data"]["$ref"].rpartition("/")[2]]
    assert {"number", "purchase_order", "received_on", "received_by", "lines"} <= set(data["required"])


def test_every_address_asks_for_a_key(described) -> None:
    calls = [call for path in described["paths"].values() for call in path.values()]

    assert [call["security"] for call in calls] == [[{"EntraId": []}, {"ApiKey": []}]] * len(calls)


def test_the_webhook_is_described_with_what_proves_that_it_is_ours(described) -> None:
    told = described["webhooks"]["masterdata.changed"]["post"]
    headers = [
        name for name in ("id", "timestamp", "signature") if f"`webhook-{name}`" in told["description"]
    ]

    assert described["openapi"].startswith("3.1")
    assert headers == ["id", "timestamp", "signature"]
    assert "MasterdataChanged" in described["components"]["schemas"]


def test_the_description_and_its_page_are_open_to_all() -> None:
    assert Client().get("/api/schema").status_code == 200
    assert Client().get("/api/docs").status_code == 200

"""A CAFM that follows a cursor learns of every row, once for each change."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integration.cafm import auth
from masterdata.batch import Pulled
from masterdata.models import Company, ExchangeRate, Item, Location, Vendor
from masterdata.upsert import mark_deleted, upsert

from .client import Cafm

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
ALL_LISTS = [
    "items",
    "vendors",
    "units",
    "item-units",
    "accounts",
    "currencies",
    "exchange-rates",
    "locations",
    "item-categories",
    "item-variants",
    "payment-terms",
    "dimensions",
    "dimension-values",
    "fixed-assets",
]


@pytest.fixture
def house() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


@pytest.fixture
def reader(house: Company) -> Cafm:
    return Cafm(auth.issue(house, "reader", ["masterdata"])[1])


def locations(house: Company, *codes: str, name: str = "") -> None:
    """Let the pull bring these locations; a code is always the same record."""
    ids = {code: uuid.uuid5(uuid.NAMESPACE_OID, code) for code in codes}
    upsert(
        house, Location, [Pulled(ids[code], MOMENT, {"code": code, "name": name or code}) for code in codes]
    )


def get(reader: Cafm, address: str, **asked: Any) -> dict[str, Any]:
    reply = reader.client.get(address if "/" in address else f"/api/v1/{address}", asked)
    assert reply.status_code == 200, reply.content
    told: dict[str, Any] = reply.json()
    return told


def test_paging_to_the_end_gives_every_row_once_and_then_nothing(house, reader) -> None:
    codes = [f"L{number}" for number in range(7)]
    locations(house, *codes)

    seen, address, pages = [], "/api/v1/locations?limit=3", 0
    while address:
        page = get(reader, address)
        seen += [row["code"] for row in page["results"]]
        address, pages = page["next"], pages + 1

    assert (sorted(seen), pages) == (codes, 3)
    assert get(reader, "locations", since=page["cursor"]) == {
        "results": [],
        "next": None,
        "cursor": page["cursor"],
    }


def test_rows_that_change_under_way_are_neither_lost_nor_told_twice(house, reader) -> None:
    locations(house, "A", "B", "C", "D")
    first = get(reader, "locations", limit=2)

    locations(house, "D", name="changed before it was told")
    locations(house, "E")
    second = get(reader, first["next"])
    locations(house, "A", name="changed after it was told")
    third = get(reader, second["next"])

    told = [(row["code"], row["name"]) for page in (first, second, third) for row in page["results"]]
    assert told == [
        ("A", "A"),
        ("B", "B"),
        ("C", "C"),
        ("D", "changed before it was told"),
        ("E", "E"),
        ("A", "changed after it was told"),
    ]
    assert third["next"] is None


def test_a_last_page_that_is_full_has_no_next(house, reader) -> None:
    locations(house, "A", "B")

    page = get(reader, "locations", limit=2)

    assert (len(page["results"]), page["next"]) == (2, None)


def test_an_empty_list_gives_a_cursor_that_finds_what_comes_later(house, reader) -> None:
    empty = get(reader, "locations")
    locations(house, "A")

    assert empty["results"] == []
    assert [row["code"] for row in get(reader, "locations", since=empty["cursor"])["results"]] == ["A"]


def test_what_is_blocked_renamed_or_deleted_comes_as_a_change(house, reader) -> None:
    filter_id, belt_id = uuid.uuid4(), uuid.uuid4()
    values = {"type": "Inventory", "base_unit": "PCS", "category": "", "unit_cost": Decimal("12.50")}

    def item(bc_id: uuid.UUID, number: str, *, blocked: bool = False) -> Pulled:
        return Pulled(bc_id, MOMENT, values | {"number": number, "name": "Part", "blocked": blocked})

    upsert(house, Item, [item(filter_id, "F1"), item(belt_id, "B1")])
    cursor = get(reader, "items")["cursor"]
    upsert(house, Item, [item(filter_id, "F2", blocked=True), item(belt_id, "B1")])
    mark_deleted(house, Item, [belt_id])

    renamed, deleted = get(reader, "items", since=cursor)["results"]

    assert (renamed["bc_id"], renamed["number"], renamed["blocked"]) == (str(filter_id), "F2", True)
    assert renamed["deleted_at"] is None
    assert (deleted["bc_id"], deleted["number"]) == (str(belt_id), "B1")
    assert deleted["deleted_at"] is not None


def test_how_far_a_vendor_is_blocked_is_told(house, reader) -> None:
    for number, blocked in (("V1", ""), ("V2", "payment"), ("V3", "all")):
        Vendor.objects.create(company=house, number=number, blocked=blocked, row_hash=b"")

    told = {row["number"]: row["blocked"] for row in get(reader, "vendors")["results"]}

    assert told == {"V1": "", "V2": "payment", "V3": "all"}


def test_numbers_are_exact_strings_and_dates_are_iso(house, reader) -> None:
    ExchangeRate.objects.create(
        company=house,
        currency="USD",
        starting_date="2026-01-02",
        exchange_amount=Decimal("1"),
        relational_amount=Decimal("0.90123457"),
        row_hash=b"",
    )

    rate = get(reader, "exchange-rates")["results"][0]

    assert rate.keys() == {
        "bc_id",
        "changed_at",
        "deleted_at",
        "filtered_at",
        "currency",
        "starting_date",
        "exchange_amount",
        "relational_amount",
        "relational_currency",
    }
    assert (rate["exchange_amount"], rate["relational_amount"]) == ("1.00000000", "0.90123457")
    assert rate["starting_date"] == "2026-01-02"


def test_a_key_reads_its_own_company_only(house, reader) -> None:
    locations(Company.objects.create(name="Other", ledger_currency="EUR"), "THEIRS")
    locations(house, "OURS")

    assert [row["code"] for row in get(reader, "locations")["results"]] == ["OURS"]


@pytest.mark.parametrize("name", ALL_LISTS)
def test_every_list_is_there_for_those_who_may_read_it(house, reader, name) -> None:
    sender = Cafm(auth.issue(house, "sender", ["events"])[1])

    assert get(reader, name)["results"] == []
    refused = sender.client.get(f"/api/v1/{name}")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert "no scope 'masterdata'" in refused.json()["detail"]
    stranger = Cafm("tieout_nobody").client.get(f"/api/v1/{name}")
    assert (stranger.status_code, stranger["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "ä",
        "a\x00b",
        base64.urlsafe_b64encode(b"locations/1/2/3").decode(),
        base64.urlsafe_b64encode(b"locations/x/2").decode(),
        base64.urlsafe_b64encode(b"locations/1/-2").decode(),
        base64.urlsafe_b64encode(b"locations/1/99999999999999999999").decode(),
        base64.urlsafe_b64encode(b"locations/99999999999999999999/1").decode(),
        base64.urlsafe_b64encode(b"items/1/2").decode(),
    ],
)
def test_a_cursor_that_the_list_never_gave_is_refused_with_a_sentence(reader, cursor) -> None:
    reply = reader.client.get("/api/v1/locations", {"since": cursor})

    assert (reply.status_code, reply.json()["code"]) == (400, "bad-cursor")
    assert "Send one" in reply.json()["detail"]


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many", "²", "9" * 5000, ""])
def test_a_limit_that_makes_no_page_is_refused(reader, limit) -> None:
    reply = reader.client.get("/api/v1/locations", {"limit": limit})

    assert (reply.status_code, reply.json()["code"]) == (400, "bad-limit")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"cursor": "bG9j"}, "This address takes since and limit, not cursor. Send the cursor as since."),
        ({"foo": "1", "limit": "3", "Since": "x"}, "This address takes since and limit, not foo, Since."),
        ({"a\x00b": "1"}, "This address takes since and limit, not a\x00b."),
    ],
)
def test_a_word_in_the_address_that_the_list_does_not_know_is_refused_by_name(reader, asked, told) -> None:
    reply = reader.client.get("/api/v1/locations", asked)

    assert (reply.status_code, reply.json()["code"]) == (400, "unknown-parameter")
    assert reply.json()["detail"] == told


def test_a_word_given_twice_is_refused(reader) -> None:
    reply = reader.client.get("/api/v1/locations?limit=1&limit=2")

    assert (reply.status_code, reply.json()["code"]) == (400, "repeated-parameter")
    assert reply.json()["detail"] == "This address takes limit once. Send the one that is meant."


def test_a_key_for_items_only_is_refused_vendors_with_a_sentence(company) -> None:
    key, secret = auth.issue(company, "storeman", ["masterdata"], lists=["items"])
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    items, vendors = client.get("/api/v1/items"), client.get("/api/v1/vendors")

    assert items.status_code == 200
    assert (vendors.status_code, vendors.json()["code"]) == (403, "list-not-allowed")
    assert vendors.json()["detail"] == (
        f"The key {key} may not read vendors, only items. Ask Tieout's administrator for a key that may."
    )


def test_a_key_for_a_list_that_there_is_not_is_not_made(company) -> None:
    with pytest.raises(ValueError, match="There is no list 'prices'"):
        auth.issue(company, "wrong", ["masterdata"], lists=["prices"])

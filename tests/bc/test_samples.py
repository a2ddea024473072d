"""The payloads that Microsoft documents: all of them go through the client's readers, exact and typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration.bc import reading
from integration.bc.exact_json import dumps, loads
from integration.mapping import columns
from integration.mapping import content as contents
from integration.mapping.apply import Engine
from integration.mapping.compiling import compile_rows
from integration.mapping.shipped import pull
from tests.bc import wire_types

pytestmark = [pytest.mark.shared, pytest.mark.usefixtures("shared_data")]
PAYLOADS = wire_types.CONTRACT.parents[1] / "data" / "bc-api-v2-samples" / "payloads"
FILES = sorted(PAYLOADS.glob("*.json"))
DOCUMENTED = 96

# Pages that the contract only lists.
LISTED_ONLY = {"agedaccountspayable", "vendorpurchase"}

# Fields that are younger than Microsoft's example. BC 24, the oldest that we speak with, has them.
YOUNGER = {
    "itemvariant": {"lastModifiedDateTime": "2024-10-01T08:00:00Z"},
    "purchaseinvoice": {"orderNumber": ""},
}


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The entities of a payload, as the client would hand them on."""
    body = loads(file.read_bytes())
    yield from body.get("value", [body])


def set_of(file: Path) -> str | None:
    """The entity set that a payload belongs to; None for the pages without a contract."""
    name = file.stem.partition("_")[0]
    told = wire_types.contract()
    names = {
        each.get("entity", each["entitySet"]).lower(): each["entitySet"]
        for each in told["entities"] + told["platformEntities"]
    }
    names["webhook"] = names["subscriptions"]
    names["company"] = "companies"
    return None if name in LISTED_ONLY else names[name]


def name_of(file: Any) -> str:
    return file.stem if isinstance(file, Path) else str(file)


def test_all_documented_payloads_are_here(shared_data: Path) -> None:
    assert len(FILES) == DOCUMENTED
    assert shared_data in PAYLOADS.parents


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_documented_payload_is_read_exactly_and_each_field_by_its_type(file: Path) -> None:
    entity_set = set_of(file)
    fields = wire_types.sets()[entity_set] if entity_set else {}
    known = 0

    for row in rows(file):
        assert loads(dumps(row)) == row
        assert not [name for name, value in row.items() if isinstance(value, float)]
        for name, value in row.items():
            if name in fields:
                read = wire_types.reader_of(fields[name]["type"])(value)
                known += 1
                assert read is None or type(read) is not float
    assert known or not entity_set


RECORDED = [
    (file, reading.RECORDS[name]) for file in FILES if (name := set_of(file) or "") in reading.RECORDS
]


@pytest.mark.parametrize(("file", "record"), RECORDED, ids=name_of)
def test_a_documented_payload_becomes_a_record(file: Path, record: type[Any]) -> None:
    younger = YOUNGER.get(file.stem.partition("_")[0], {})

    for row in rows(file):
        assert row.keys().isdisjoint(younger)
        read = reading.read(record, row | younger)

        assert type(read) is record
        assert float not in {type(getattr(read, each.name)) for each in dataclasses.fields(read)}


MAPPED = [
    (file, entity)
    for file in FILES
    for entity, (entity_set, _rows) in pull.PULL.items()
    if set_of(file) == entity_set
]


@pytest.mark.parametrize(("file", "entity"), MAPPED, ids=name_of)
def test_a_documented_payload_is_mapped_to_our_mirror(file: Path, entity: str) -> None:
    told = [YOUNGER.get(file.stem.partition("_")[0], {}) | row for row in rows(file)]

    turned = columns.turn(shipped(entity), told, {})

    assert turned.wrong == {}
    assert {len(column) for column in turned.columns.values()} == {len(told)}
    assert float not in {type(value) for column in turned.columns.values() for value in column}


def shipped(entity: str) -> Engine:
    content = contents.of_table(pull.PULL[entity][1], pull.VALUE_MAPS)
    return compile_rows(content.rows, content.value_maps)


def test_a_field_that_an_example_lacks_is_younger_than_it_and_older_than_what_we_support() -> None:
    sets = {each["entity"].lower(): each["fields"] for each in wire_types.contract()["entities"]}

    since = [
        int(field["since"].partition(".")[0])
        for entity, names in YOUNGER.items()
        for field in sets[entity]
        if field["name"] in names
    ]

    assert len(since) == sum(map(len, YOUNGER.values()))
    assert all(17 < version <= 24 for version in since)


def test_each_set_that_we_read_has_a_documented_payload() -> None:
    read = {record for _file, record in RECORDED}
    mapped = {entity for _file, entity in MAPPED}

    assert set(reading.RECORDS.values()) - read == set()
    assert pull.PULL.keys() - mapped == {"item-units"}, "only the Tieout app shows these"


def test_what_a_record_says_is_what_the_document_says() -> None:
    line = reading.read(reading.PurchaseOrderLine, next(rows(PAYLOADS / "purchaseorderline_get.json")))
    item = columns.turn(shipped("items"), list(rows(PAYLOADS / "item_get.json")), {}).columns
    rate_rows = list(rows(PAYLOADS / "currencyexchangerate_get.json"))
    rate = columns.turn(shipped("exchange-rates"), rate_rows, {}).columns

    assert (item["number"], item["type"], item["category"], item["unit_cost"]) == (
        ["1896-S"],
        ["Inventory"],
        ["TABLE"],
        [Decimal("780.7")],
    )
    assert (line.sequence, line.tax_percent, line.variant_id) == (10000, Decimal("6.00002"), None)
    assert (rate["exchange_amount"], rate["relational_currency"]) == ([Decimal("1.08")], ["EUR"])

"""Every name, type, length and flag that code and shipped mappings use is as BC's contract has it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from integration.bc import calls, payloads, reading, rules
from integration.bc.batch import MAX_OPERATIONS
from integration.bc.connection import Limits
from integration.bc.errors import judge, take_apart
from integration.bc.exact_json import dumps
from integration.bc.shared_limiter import ALLOWANCE, TICK_SECONDS, TICKS
from integration.contract import uses
from integration.contract.uses import Part, Use
from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    NotSentError,
    PermanentError,
    ProgramError,
    SetupError,
)
from integration.mapping.shipped import pull, push
from tests.bc import wire_types

pytestmark = [pytest.mark.shared, pytest.mark.usefixtures("shared_data")]

ENTITIES = (
    {
        each["entitySet"]: each
        for each in wire_types.contract()["entities"] + wire_types.contract()["platformEntities"]
    }
    if wire_types.CONTRACT.exists()
    else {}
)

# Which of BC's types each reader is for.
FOR = {
    reading.as_text: {"Edm.String"},
    reading.as_code: {"Edm.String"},
    reading.as_guid: {"Edm.Guid"},
    reading.as_decimal: {"Edm.Decimal"},
    reading.as_int: {"Edm.Int32", "Edm.Int64"},
    reading.as_flag: {"Edm.Boolean"},
    reading.as_date: {"Edm.Date"},
    reading.as_moment: {"Edm.DateTimeOffset"},
}
CHOICES = {reading.as_member, reading.as_line_type}

# What each transform of a mapping makes of a value.
MAKES = {
    "upper": {"Edm.String"},
    "text": {"Edm.String"},
    "date": {"Edm.Date"},
    "decimal": {"Edm.Decimal", "Edm.Int32"},
    "multiply": {"Edm.Int32", "Edm.Decimal"},
}
TAKES = {
    "text": {"Edm.String"},
    "code": {"Edm.String"},
    "decimal": {"Edm.Decimal", "Edm.Int32"},
    "boolean": {"Edm.Boolean"},
    "bc_id": {"Edm.Guid"},
    "bc_day": {"Edm.Date"},
}
TOLD = "the app's own routes are held against its AL pages elsewhere"


def field(entity_set: str, name: str) -> dict[str, Any]:
    return wire_types.sets()[entity_set][name]


READ = [
    (entity_set, each.metadata["name"], each.metadata["convert"])
    for entity_set, record in reading.RECORDS.items()
    for each in dataclasses.fields(record)
    if not each.metadata["is_nested"] and not each.metadata["name"].startswith("@")
]


@pytest.mark.parametrize(("entity_set", "name", "convert"), READ)
def test_a_field_that_a_record_reads_is_there_in_that_type(entity_set: str, name: str, convert: Any) -> None:
    told = field(entity_set, name)["type"]

    if convert in CHOICES:
        assert told.startswith("Microsoft.NAV.")
    elif convert is reading.as_code and told.startswith("Microsoft.NAV."):
        pytest.fail(f"{name} is a choice")
    else:
        assert told in FOR[convert]


PULLED = [
    (entity_set, path, transform)
    for entity_set, rows in pull.PULL.values()
    if entity_set in ENTITIES
    for path, _target, transform, *_more in rows
]


@pytest.mark.parametrize(("entity_set", "name", "transform"), PULLED)
def test_a_field_that_a_mapping_reads_is_there_in_that_type(
    entity_set: str, name: str, transform: str
) -> None:
    told = field(entity_set, name)["type"]

    if transform in {"bc_choice", "value_map"}:
        assert told.startswith("Microsoft.NAV.")
    else:
        assert told in TAKES[transform]


@pytest.mark.parametrize(
    ("entity_set", "navigation"),
    [
        (entity_set, each.metadata["name"])
        for entity_set, record in reading.RECORDS.items()
        for each in dataclasses.fields(record)
        if each.metadata["is_nested"]
    ],
)
def test_lines_are_read_along_a_navigation_that_is_there(entity_set: str, navigation: str) -> None:
    there = {each["name"]: each["targetEntitySet"] for each in ENTITIES[entity_set]["navigation"]}

    assert there[navigation] in reading.RECORDS


def named(use: Use) -> str:
    return f"{use.feature} {use.entity_set} {use.name}".strip()


@pytest.mark.parametrize("use", [use for use in uses.of_code() if not use.app], ids=named)
def test_whatever_the_code_uses_is_there(use: Use) -> None:
    entity = ENTITIES[use.entity_set]

    match use.part:
        case Part.FIELD:
            assert use.name in wire_types.sets()[use.entity_set]
        case Part.NAVIGATION:
            assert use.name in {each["name"] for each in entity["navigation"]}
        case Part.ACTION:
            assert use.name in {each["name"] for each in entity["actions"]}


MAPPED = [
    (target, name, transform, parameters)
    for _source, target, rows in push.PUSH.values()
    if target in ENTITIES
    for _path, name, transform, parameters, _required in rows
]


@pytest.mark.parametrize(("entity_set", "name", "transform", "parameters"), MAPPED)
def test_a_mapped_field_can_be_written_in_that_type_and_length(
    entity_set: str, name: str, transform: str, parameters: dict[str, Any]
) -> None:
    told = field(entity_set, name)

    assert not told["readOnly"]
    if transform == "value_map":
        members = {each["name"] for each in enum_of(told["type"])["members"]}
        assert set(push.VALUE_MAPS[parameters["map"]].values()) <= members
    elif transform == "copy":
        assert told["type"] == "Edm.Guid"
    else:
        assert told["type"] in MAKES[transform]
    if "length" in parameters:
        assert parameters["length"] <= told["maxLength"]


def test_mapped_sets_are_those_of_the_contract_or_of_the_app() -> None:
    targets = {target for _source, target, _rows in push.PUSH.values()}

    assert targets - ENTITIES.keys() == {"inventoryRequests", "inventoryRequestLines"}, TOLD


def enum_of(type_name: str) -> dict[str, Any]:
    return wire_types.contract()["enums"][type_name.removeprefix("Microsoft.NAV.")]


@pytest.mark.parametrize(
    ("entity_set", "name"),
    [(entity_set, name) for entity_set, names in payloads.FIRST.items() for name in names],
)
def test_a_field_that_is_sent_first_can_be_written(entity_set: str, name: str) -> None:
    assert not field(entity_set, name)["readOnly"]


@pytest.mark.parametrize(
    ("entity_set", "name"),
    [
        ("purchaseOrderLines", "receiveQuantity"),
        ("purchaseOrderLines", "invoiceQuantity"),
        ("purchaseOrders", "postingDate"),
        ("purchaseInvoices", "discountAmount"),
        ("items", "inventory"),  # writable, and for that reason forbidden
    ],
)
def test_what_the_couriers_change_can_be_changed(entity_set: str, name: str) -> None:
    assert not field(entity_set, name)["readOnly"]
    assert ENTITIES[entity_set]["operations"]["modify"]


def test_what_may_be_deleted_can_be_deleted() -> None:
    deleted = (rules.DELETED | rules.DELETED_AS_DRAFT) & ENTITIES.keys() - {"subscriptions"}

    assert {name for name in deleted if not ENTITIES[name]["operations"]["delete"]} == set()


def test_the_limits_are_bcs_limits() -> None:
    told = wire_types.contract()["limits"]
    ours = Limits()

    assert told["perUser"]["requestsPer5Min"] == ALLOWANCE
    assert TICK_SECONDS * TICKS == 5 * 60
    assert ours.burst + ours.per_second * 300 <= ALLOWANCE
    assert ours.concurrency < told["perUser"]["concurrent"]
    assert told["maxPageSize"] == calls.MAX_PAGE_SIZE
    assert told["maxBatchOperations"] == MAX_OPERATIONS


CLASSES: dict[str, tuple[type[IntegrationError], ...]] = {
    "auth": (ConfigurationError,),
    "transient": (NotSentError,),
    "permanent-config": (ConfigurationError, SetupError),
    "permanent-data": (PermanentError,),
    "permanent-client": (ProgramError,),
    "permanent-data/config": (PermanentError,),
    "conflict": (ConflictError,),
    "restart-paging": (ConflictError,),
    "inspect-message": (PermanentError,),
}


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        (each["code"].replace("*", "Anything"), status, each["class"].partition(" ")[0])
        for each in (wire_types.contract()["errors"] if ENTITIES else [])
        for status in each["http"]
        if not (status == 500 and each["class"].startswith("inspect"))  # that is an unclear answer
    ],
)
def test_a_documented_code_is_judged_in_its_class_without_any_known_text(
    code: str, status: int, told: str
) -> None:
    body = dumps({"error": {"code": code, "message": "Nobody knows this text."}})

    error = judge(take_apart(status, body), subject="the order", write=True)

    assert type(error) in CLASSES[told]

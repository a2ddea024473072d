"""BC's contract as it was documented: the type of each field, and the reader that fits it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from integration.bc import reading

CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "bc" / "contract.json"

READERS: dict[str, Callable[[Any], Any]] = {
    "Edm.Guid": reading.as_guid,
    "Edm.String": reading.as_text,
    "Edm.Boolean": reading.as_flag,
    "Edm.Decimal": reading.as_decimal,
    "Edm.Int32": reading.as_int,
    "Edm.Int64": reading.as_int,
    "Edm.Date": reading.as_date,
    "Edm.DateTimeOffset": reading.as_moment,
}


@cache
def contract() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(CONTRACT.read_text())
    return content


@cache
def sets() -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """The fields of each entity set, by name."""
    told = contract()["entities"] + contract()["platformEntities"]
    return {each["entitySet"]: {field["name"]: field for field in each["fields"]} for each in told}


def reader_of(type_name: str) -> Callable[[Any], Any]:
    """The reader of a type; what is no plain type is a choice."""
    return READERS.get(type_name, reading.as_member)

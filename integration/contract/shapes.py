"""What a value looks like: enough to say whether a field of one type can stand for another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from integration.bc import reading
from integration.mapping import transforms


class Shape(StrEnum):
    """The form of a value, in an administrator's words."""

    TEXT = "a text"
    CHOICE = "a choice"
    DECIMAL = "a number"
    INTEGER = "a whole number"
    FLAG = "yes or no"
    DATE = "a date"
    MOMENT = "a date and time"
    ID = "an id"
    OTHER = "something else"


EDM = {
    "Edm.String": Shape.TEXT,
    "Edm.Decimal": Shape.DECIMAL,
    "Edm.Double": Shape.DECIMAL,
    "Edm.Single": Shape.DECIMAL,
    "Edm.Int16": Shape.INTEGER,
    "Edm.Int32": Shape.INTEGER,
    "Edm.Int64": Shape.INTEGER,
    "Edm.Byte": Shape.INTEGER,
    "Edm.Boolean": Shape.FLAG,
    "Edm.Date": Shape.DATE,
    "Edm.DateTimeOffset": Shape.MOMENT,
    "Edm.Guid": Shape.ID,
}
NUMBERS = frozenset({Shape.DECIMAL, Shape.INTEGER})
ANY: frozenset[Shape] = frozenset()

# What each reader can make sense of; the others take whatever comes.
READERS: Mapping[Callable[[Any], Any], frozenset[Shape]] = {
    reading.as_decimal: NUMBERS,
    reading.as_int: frozenset({Shape.INTEGER, Shape.TEXT}),  # the documented samples write some as text
    reading.as_flag: frozenset({Shape.FLAG}),
    reading.as_date: frozenset({Shape.DATE, Shape.MOMENT}),
    reading.as_moment: frozenset({Shape.DATE, Shape.MOMENT}),
    reading.as_guid: frozenset({Shape.ID, Shape.TEXT}),
}

# What each transform of a mapping makes; the others make what they were given.
GIVEN: Mapping[str, frozenset[Shape]] = {
    "number": NUMBERS,
    "date": frozenset({Shape.DATE}),
    "text": frozenset({Shape.TEXT}),
    "flag": frozenset({Shape.FLAG}),
    "any": ANY,
}
TRANSFORMS = {name: GIVEN[each.gives] for name, each in transforms.TRANSFORMS.items() if name != "enum"}
# What a transform can read, where it cannot read whatever comes.
READ: Mapping[str, frozenset[Shape]] = {
    "decimal": NUMBERS | {Shape.TEXT},
    "boolean": frozenset({Shape.FLAG, Shape.TEXT}),
    "bc_day": frozenset({Shape.DATE, Shape.MOMENT}),
    "bc_id": frozenset({Shape.ID, Shape.TEXT}),
}


def shape_of(type_name: str) -> Shape:
    """Tell the form of a value of this type."""
    if found := EDM.get(type_name):
        return found
    return Shape.OTHER if type_name.startswith(("Edm.", "Collection(")) else Shape.CHOICE

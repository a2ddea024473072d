"""The words of OData as Business Central speaks them: filters, keys, enum members, paths."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from urllib.parse import quote

from integration.bc.exact_json import plain, utc
from integration.errors import ProgramError

NULL_DATE = "0001-01-01"
NULL_DATETIME = "0001-01-01T00:00:00Z"
NULL_GUID = "00000000-0000-0000-0000-000000000000"
BLANK_MEMBER = "_x0020_"

FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
TO_ESCAPE = re.compile(r"[^A-Za-z0-9_]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Guid:
    """An id: compared bare in a filter, never quoted."""

    text: str

    def __post_init__(self) -> None:
        if not is_guid(self.text):
            raise ProgramError(f"{self.text!r} is not an id of Business Central.")


@dataclass(frozen=True)
class Member:
    """A member of an enum, in the words BC shows: Member("Non-Inventory")."""

    words: str


Value = str | bool | int | Decimal | date | datetime | uuid.UUID | Guid | Member


@dataclass(frozen=True)
class Filter:
    """A condition for $filter, and the fields it asks about."""

    text: str
    fields: frozenset[str]

    def __and__(self, other: "Filter") -> "Filter":
        return Filter(f"{self.text} and {other.text}", self.fields | other.fields)

    def __or__(self, other: "Filter") -> "Filter":
        # BC refuses `or` across different fields, so it cannot be built here.
        if len(self.fields | other.fields) != 1:
            raise ProgramError("Business Central takes `or` only between conditions on one field.")
        return Filter(f"({self.text} or {other.text})", self.fields)

    def __str__(self) -> str:
        return self.text


def eq(field: str, value: Value) -> Filter:
    """The field equals the value."""
    return _compare(field, "eq", value)


def ne(field: str, value: Value) -> Filter:
    """The field differs from the value."""
    return _compare(field, "ne", value)


def gt(field: str, value: Value) -> Filter:
    """The field is above the value."""
    return _compare(field, "gt", value)


def ge(field: str, value: Value) -> Filter:
    """The field is the value or above."""
    return _compare(field, "ge", value)


def lt(field: str, value: Value) -> Filter:
    """The field is below the value."""
    return _compare(field, "lt", value)


def le(field: str, value: Value) -> Filter:
    """The field is the value or below."""
    return _compare(field, "le", value)


def startswith(field: str, text: str) -> Filter:
    """The field begins with the text."""
    return Filter(f"startswith({_checked(field)},{literal(text)})", frozenset({field}))


def contains(field: str, text: str) -> Filter:
    """The field contains the text."""
    return Filter(f"contains({_checked(field)},{literal(text)})", frozenset({field}))


def any_of(field: str, values: Iterable[Value]) -> Filter:
    """The field equals one of the values."""
    conditions = [eq(field, value) for value in values]
    if not conditions:
        raise ProgramError(f"A filter on {field} needs at least one value.")
    return reduce(Filter.__or__, conditions)


def literal(value: Value) -> str:
    """Write a value as it stands in a filter."""
    if isinstance(value, str):
        if "\0" in value:
            raise ProgramError("A filter cannot hold a NUL character.")
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _bare_literal(value)


def escape_member(words: str) -> str:
    """Write an enum member as BC's JSON does: "Non-Inventory" is Non_x002D_Inventory, blank is _x0020_."""
    return TO_ESCAPE.sub(lambda found: f"_x{ord(found.group()):04X}_", words or " ")


@lru_cache(maxsize=1024)  # there are few, and every row of a pull holds some
def unescape_member(name: str) -> str:
    """Read an enum member back into words; blank becomes the empty text."""
    return ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), name).strip()


def is_guid(text: str) -> bool:
    """Return whether the text is an id in the canonical form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def key_path(entity_set: str, key: str | uuid.UUID) -> str:
    """Return the path of one entity: items(guid), or receiptRequests('key') for a key of our own."""
    text = str(key)
    key_text = text if is_guid(text) else quote(literal(text), safe="'")
    return f"{_checked(entity_set)}({key_text})"


def query(
    *,
    select: Sequence[str] | None = None,
    filter: Filter | str | None = None,
    orderby: str | None = None,
    expand: str | Sequence[str] | None = None,
) -> str:
    """Write the query part of a URL, with its question mark; "" when nothing is asked.

    Spaces are written %20: BC does not read a plus as a space.
    """
    options = {
        "$select": ",".join(select or ()),
        "$filter": str(filter or ""),
        "$orderby": orderby or "",
        "$expand": expand if isinstance(expand, str) else ",".join(expand or ()),
    }
    written = [f"{name}={quote(text, safe=_KEPT)}" for name, text in options.items() if text]
    return "?" + "&".join(written) if written else ""


def nested(navigation: str, select: Sequence[str], *, expand: str = "") -> str:
    """Write an $expand that reads only the selected fields of the nested entity, and what it holds itself."""
    below = f";$expand={expand}" if expand else ""
    return f"{_checked(navigation)}($select={','.join(select)}{below})"


_KEPT = "$,()'=/:;"


def _compare(field: str, operator: str, value: Value) -> Filter:
    return Filter(f"{_checked(field)} {operator} {literal(value)}", frozenset({field}))


def _checked(name: str) -> str:
    if not FIELD.fullmatch(name):
        raise ProgramError(f"{name!r} is not a name in Business Central.")
    return name


def _bare_literal(value: Value) -> str:
    match value:
        case Member(words):
            return f"'{escape_member(words)}'"  # BC takes the quoted member, not the typed OData form
        case Guid(text):
            return text
        case uuid.UUID() | int():
            return str(value)
        case Decimal():
            return plain(value)
        case datetime():
            return utc(value)
        case date():
            return value.isoformat()
    raise ProgramError(f"A {type(value).__name__} cannot stand in a filter; amounts are Decimal.")

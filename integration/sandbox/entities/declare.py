"""The words in which entity sets are declared: fields, enums, navigation, sets."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

GUID, STRING, INT, DECIMAL = "Edm.Guid", "Edm.String", "Edm.Int32", "Edm.Decimal"
BOOLEAN, DATE, STAMP = "Edm.Boolean", "Edm.Date", "Edm.DateTimeOffset"
DURATION, STREAM = "Edm.Duration", "Edm.Stream"

NULL_GUID = "00000000-0000-0000-0000-000000000000"
NULL_DATE = "0001-01-01"
NULL_STAMP = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class Enum:
    """An enum type; members are written as JSON shows them (escaped)."""

    name: str
    members: tuple[str, ...]

    @property
    def type_name(self) -> str:
        return f"Microsoft.NAV.{self.name}"


@dataclass(frozen=True)
class Field:
    """One property of an entity.

    `column` is the stored name when it differs. A hidden field is kept in the table but BC's API does not
    show it. A computed one is shown but cannot be filtered or sorted.
    """

    name: str
    type: str
    length: int | None = None
    is_code: bool = False
    read_only: bool = False
    enum: Enum | None = None
    computed: bool = False
    hidden: bool = False
    column: str = ""
    default: object = None
    since: str = ""  # the first version that shows it, where that is later than the oldest imitated
    is_kept: bool = True  # False for a field that the table does not know
    was: str = ""  # the name that the rules know it by, where it was renamed
    is_as_text: bool = False  # its values are texts on the wire, whatever the table keeps

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", self.name)

    @property
    def wire_type(self) -> str:
        """The type that BC tells of it."""
        return STRING if self.is_as_text else self.type


@dataclass(frozen=True)
class Navigation:
    """A property leading to rows of another set: those whose `target_field` equals our `own_field`."""

    name: str
    target: str
    own_field: str
    target_field: str
    is_many: bool = True
    since: str = ""


@dataclass(frozen=True)
class Link:
    """An id and a code that name the same row of another set and follow each other."""

    id_field: str
    code_field: str | None
    target: str
    target_code: str
    label: str


@dataclass(frozen=True)
class EntitySet:
    """An entity set: what it shows, what may be done to it, and the keys it obeys.

    `key` is the business key: unique, and the order in which rows are read. `table` names where the rows
    are kept when that is another set (a view). `parent` is (set, our field): lines that need their document.
    `own_key` is the column that the address of a row names, `edition` tells apart versions of the set.
    """

    name: str
    entity: str
    caption: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    may_insert: bool = False
    may_modify: bool = False
    may_delete: bool = False
    required: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    navigations: tuple[Navigation, ...] = ()
    links: tuple[Link, ...] = ()
    actions: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    reads_flat: bool = True
    series: str | None = None
    table: str = ""
    is_unique: bool = True
    since: str = ""
    edition: str = ""
    own_key: str = "id"
    derived: tuple[tuple[str, Callable[[dict[str, Any]], object]], ...] = ()  # (column, its value)
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    encoders: dict[Any, Any] = field(init=False, repr=False, compare=False)  # kept by the reader

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoders", {})
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})
        if not self.table:
            object.__setattr__(self, "table", self.name)

    @cached_property
    def shown(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if not each.hidden)

    @cached_property
    def writable(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if not each.hidden and not each.read_only)

    @cached_property
    def blank(self) -> dict[str, object]:
        """The values of a new row."""
        return {each.column: blank_of(each) for each in self.fields if each.is_kept}

    @cached_property
    def streams(self) -> tuple[Field, ...]:
        """The fields that are read and written at an address of their own."""
        return tuple(each for each in self.shown if each.type == STREAM)

    @cached_property
    def has_stamp(self) -> bool:
        return "lastModifiedDateTime" in self.by_name

    def at(self, version: str, *extra: Field) -> "EntitySet":
        """The set as this version shows it, with fields of somebody's extension if there are any."""
        return replace(
            self,
            fields=tuple(
                each if is_in(each.since, version) else hidden(each) for each in (*self.fields, *extra)
            ),
            navigations=tuple(each for each in self.navigations if is_in(each.since, version)),
            edition=version + "".join(each.name for each in extra),
        )

    def navigation(self, name: str) -> Navigation | None:
        return next((each for each in self.navigations if each.name == name), None)


def is_in(since: str, version: str) -> bool:
    """Whether a version already has what came with another."""
    return not since or _ordinal(since) <= _ordinal(version)


def _ordinal(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)


def later(since: str, *fields: Field) -> tuple[Field, ...]:
    """Fields that came with a later version."""
    return tuple(replace(each, since=since) for each in fields)


def blank_of(each: Field) -> object:
    """The value of a field nobody has set; BC has no null."""
    if each.default is not None:
        return each.default
    if each.enum is not None:
        return each.enum.members[0]
    return _BLANKS[each.type]


def guid(name: str, *, ro: bool = False, column: str = "") -> Field:
    return Field(name, GUID, read_only=ro, column=column)


def code(name: str, length: int, *, ro: bool = False, column: str = "") -> Field:
    return Field(name, STRING, length, is_code=True, read_only=ro, column=column)


def text(name: str, length: int | None = None, *, ro: bool = False, computed: bool = False) -> Field:
    return Field(name, STRING, length, read_only=ro, computed=computed)


def decimal(name: str, *, ro: bool = False, computed: bool = False, column: str = "") -> Field:
    return Field(name, DECIMAL, read_only=ro, computed=computed, column=column)


def integer(name: str, *, ro: bool = False, column: str = "") -> Field:
    return Field(name, INT, read_only=ro, column=column)


def boolean(name: str, *, ro: bool = False) -> Field:
    return Field(name, BOOLEAN, read_only=ro)


def date(name: str, *, ro: bool = False) -> Field:
    return Field(name, DATE, read_only=ro)


def enum(name: str, kind: Enum, *, ro: bool = False, default: str | None = None) -> Field:
    return Field(name, kind.type_name, read_only=ro, enum=kind, default=default)


def stamp(name: str = "lastModifiedDateTime") -> Field:
    return Field(name, STAMP, read_only=True)


def duration(name: str, *, ro: bool = False) -> Field:
    return Field(name, DURATION, read_only=ro)


def stream(name: str, *, ro: bool = False) -> Field:
    return Field(name, STREAM, read_only=ro)


def identity() -> Field:
    return Field("id", GUID, read_only=True)


def row_version() -> Field:
    """The version that the store gives to each change of a row; an exact cursor."""
    return Field("rowVersion", "Edm.Int64", read_only=True)


def changed_at() -> Field:
    """When a row changed whose table shows no such time in the standard API."""
    return Field("lastModifiedDateTime", STAMP, read_only=True, column="systemModifiedAt")


def page_variable(each: Field) -> Field:
    """Shown by the page and not a column of its table: it cannot be filtered or sorted by."""
    return replace(each, computed=True)


def hidden(each: Field) -> Field:
    """Keep the field in the table without showing it in the API."""
    return replace(each, hidden=True, read_only=True)


_BLANKS: dict[str, object] = {
    GUID: NULL_GUID,
    STRING: "",
    INT: 0,
    "Edm.Int64": 0,
    DECIMAL: Decimal(0),
    BOOLEAN: False,
    DATE: NULL_DATE,
    STAMP: NULL_STAMP,
    DURATION: "PT0S",
    STREAM: "",  # base64 in the table
}

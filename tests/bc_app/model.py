"""What the objects of the AL app mean together: tables with their extensions, pages as entity sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.bc_app import al, base_app

EDM = {
    "BigInteger": "Edm.Int64",
    "Boolean": "Edm.Boolean",
    "Date": "Edm.Date",
    "DateTime": "Edm.DateTimeOffset",
    "Decimal": "Edm.Decimal",
    "Guid": "Edm.Guid",
    "Integer": "Edm.Int32",
}


@dataclass(frozen=True)
class Property:
    """A property of an entity as BC would show it in `$metadata`."""

    name: str
    type: str
    length: int | None
    is_code: bool
    read_only: bool
    computed: bool


@cache
def fields_of(table: str) -> dict[str, str]:
    """Give the types of a table's fields by name, with those that extensions and the system add."""
    known = dict(base_app.SYSTEM_FIELDS)
    if table in base_app.TABLES:
        known |= base_app.TABLES[table].fields
    for each in al.of_kind("table", "tableextension"):
        if table in (each.name if each.kind == "table" else each.extends,):
            known |= {
                al.unquoted(field.arguments[1]): _type(field.arguments[2]) for field in each.all("field")
            }
    return known


@cache
def not_editable(table: str) -> frozenset[str]:
    """Name the fields that the table itself closes."""
    own = {
        al.unquoted(field.arguments[1])
        for each in al.of_kind("table", "tableextension")
        if table == (each.name if each.kind == "table" else each.extends)
        for field in each.all("field")
        if field.value("Editable") == "false"
    }
    base = base_app.TABLES[table].not_editable if table in base_app.TABLES else frozenset()
    return frozenset(own) | base | frozenset(base_app.SYSTEM_FIELDS)


def procedures_of(table: str) -> set[str]:
    own = {each.name for found in al.of_kind("table") if found.name == table for each in found.routines}
    return own | set(base_app.TABLES[table].procedures if table in base_app.TABLES else ())


def _type(words: str) -> str:
    return re.sub(r" ?([\[\]]) ?", r"\1", words).replace('"', "")


def entity_sets() -> dict[str, al.Object]:
    """Give the API pages and queries by the name of their entity set."""
    served = [page for page in al.of_kind("page") if page.value("PageType") == "API"]
    return {each.value("EntitySetName"): each for each in [*served, *al.of_kind("query")]}


def properties(served: al.Object) -> list[Property]:
    return list(_columns(served) if served.kind == "query" else _controls(served))


def _controls(page: al.Object) -> Iterator[Property]:
    table = page.value("SourceTable")
    variables = _variables(page)
    closed = page.value("InsertAllowed") == "false" == page.value("ModifyAllowed")
    for control in page.all("field"):
        name, source = control.arguments
        if source.startswith("Rec."):
            column = al.unquoted(source.removeprefix("Rec."))
            kind, fixed = fields_of(table)[column], column in not_editable(table)
        else:
            kind, fixed = variables[source], True
        read_only = control.value("Editable", "false" if fixed or closed else "true") == "false"
        yield as_property(name, kind, read_only=read_only, computed=not source.startswith("Rec."))


def _columns(query: al.Object) -> Iterator[Property]:
    for item in query.all("dataitem"):
        for column in item.all("column"):
            name, source = column.arguments
            yield as_property(
                name, fields_of(al.unquoted(item.arguments[1]))[al.unquoted(source)], read_only=True
            )


def as_property(name: str, kind: str, *, read_only: bool, computed: bool = False) -> Property:
    if found := re.fullmatch(r"(Code|Text)\[(\d+)\]", kind):
        return Property(name, "Edm.String", int(found[2]), found[1] == "Code", read_only, computed)
    edm = f"Microsoft.NAV.{camel(kind.removeprefix('Enum '))}" if kind.startswith("Enum ") else EDM[kind]
    return Property(name, edm, None, False, read_only, computed)


def camel(name: str) -> str:
    """Write the name of an AL object as BC writes it in EDM."""
    letters = re.sub(r"[^A-Za-z0-9]", "", name)
    return letters[0].lower() + letters[1:]


def _variables(found: al.Object) -> dict[str, str]:
    text = " ".join(found.variables)
    return {each[1]: _type(each[2]) for each in re.finditer(r"(\w+) : ([^;]+?) ;", text)}


def records(found: al.Object) -> dict[str, str]:
    """Name the table of each record variable and parameter; in one file a name means one table."""
    known = {}
    for place, word in enumerate(found.words[:-1]):
        if word == "Record" and found.words[place - 1] == ":":
            known[found.words[place - 2]] = al.unquoted(found.words[place + 1])
    if own := found.value("SourceTable") or found.value("TableNo"):
        known["Rec"] = own
    elif found.kind == "tableextension":
        known["Rec"] = found.extends
    elif found.kind == "pageextension":
        known["Rec"] = {"Purchase Order": "Purchase Header"}[found.extends]
    return known


def codeunits(found: al.Object) -> dict[str, str]:
    return {
        found.words[place - 2]: al.unquoted(found.words[place + 1])
        for place, word in enumerate(found.words[:-1])
        if word == "Codeunit" and found.words[place - 1] == ":"
    }

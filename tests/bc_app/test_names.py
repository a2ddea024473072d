"""Every name that the code uses exists: objects, fields, procedures, namespaces; for want of a compiler."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.bc_app import al, base_app, model

RECORD_METHODS = {
    "Delete",
    "DeleteAll",
    "Find",
    "FindFirst",
    "FindLast",
    "FindSet",
    "Get",
    "GetBySystemId",
    "Init",
    "Insert",
    "IsTemporary",
    "Modify",
    "Next",
    "ReadIsolation",
}
ONE_FIELD = {"FieldNo", "SetFilter", "SetRange", "TestField", "Validate"}
ALL_FIELDS = {"SetCurrentKey", "SetLoadFields"}
ANY = pytest.mark.parametrize("found", al.objects(), ids=str)


@ANY
def test_every_field_that_the_code_names_exists(found: al.Object) -> None:
    unknown = [f"{table}.{name}" for table, name in used_fields(found) if name not in model.fields_of(table)]

    assert unknown == []


def used_fields(found: al.Object) -> Iterator[tuple[str, str]]:
    """Give what is read as a field: after a record and a dot, or as an argument of certain methods."""
    records, words = model.records(found), found.words
    for place in range(len(words) - 3):
        table = records.get(words[place])
        if table is None or words[place + 1] != ".":
            continue
        member, after = words[place + 2], words[place + 3]
        if member in ONE_FIELD and after == "(":
            yield table, al.unquoted(words[place + 4])
        elif member in ALL_FIELDS and after == "(":
            end = words.index(")", place)
            yield from ((table, al.unquoted(word)) for word in words[place + 4 : end] if word != ",")
        elif member not in RECORD_METHODS and after != "(":
            yield table, al.unquoted(member)


@ANY
def test_every_procedure_that_the_code_calls_exists(found: al.Object) -> None:
    records, codeunits, unknown = model.records(found), model.codeunits(found), []
    for subject, dot, member, after in zip(*(found.words[shift:] for shift in range(4)), strict=False):
        if dot != "." or after != "(":
            continue
        if subject in records:
            known = RECORD_METHODS | ONE_FIELD | ALL_FIELDS | model.procedures_of(records[subject])
        elif subject in codeunits:
            known = procedures_of_codeunit(codeunits[subject])
        else:
            continue
        if member not in known:
            unknown.append(f"{subject}.{member}")

    assert unknown == []


def procedures_of_codeunit(name: str) -> set[str]:
    own = {
        each.name
        for found in al.of_kind("codeunit")
        if found.name == name
        for each in found.routines
        if each.kind == "procedure"
    }
    return own | set(base_app.CODEUNITS[name].procedures if name in base_app.CODEUNITS else ()) | {"Run"}


@pytest.mark.parametrize("table", al.of_kind("table"), ids=str)
def test_tables_name_only_their_own_fields_in_their_code(table: al.Object) -> None:
    fields = model.fields_of(table.name)
    for routine in table.routines:
        words = ["", *routine.code]
        own = [
            al.unquoted(word)
            for before, word in pairwise(words)
            if word.startswith('"') and before in ("", "if", "then", "begin", ";", ":=", "<>", "exit", "not")
        ]
        assert [name for name in own if name not in fields] == [], routine.name


@ANY
def test_keys_links_and_groups_name_fields(found: al.Object) -> None:
    if found.kind == "table":
        for block in (*found.all("key"), *found.all("fieldgroup")):
            for name in block.arguments[1].split(" , "):
                assert al.unquoted(name) in model.fields_of(found.name)
    for part in found.all("part"):
        lines = next(page for page in al.of_kind("page") if page.name == al.unquoted(part.arguments[1]))
        target, source = re.fullmatch(
            r'"([^"]+)" = field \( (\w+) \)', part.properties["SubPageLink"]
        ).groups()  # type: ignore[union-attr]
        assert target in model.fields_of(lines.value("SourceTable"))
        assert source in model.fields_of(found.value("SourceTable"))
        assert part.value("EntitySetName") == lines.value("EntitySetName")
        assert part.value("EntityName") == lines.value("EntityName")


# Objects and namespaces


def used_objects(found: al.Object) -> set[tuple[str, str]]:
    """Give kind and name of every object that the file names."""
    used = set()
    kinds = {"Record": "table", "Database": "table", "Codeunit": "codeunit", "Enum": "enum", "Page": "page"}
    kinds |= {
        "tabledata": "table",
        "table": "table",
        "codeunit": "codeunit",
        "page": "page",
        "query": "query",
    }
    words = found.words
    for place, word in enumerate(words[:-2]):
        if word not in kinds:
            continue
        name = words[place + 2] if words[place + 1] == "::" else words[place + 1]
        if (
            name.startswith('"') or words[place - 1] in (":", "tabledata", ",", "=") or word == "tabledata"
        ) and (re.fullmatch(r'"[^"]+"|[A-Z]\w+', name)):
            used.add((kinds[word], al.unquoted(name)))
    used |= {("enum", al.unquoted(each)) for each in re.findall(r'("[^"]+ Type") ::', " ".join(words))} & {
        ("enum", name) for name in base_app.ENUMS
    }
    if found.extends:
        used.add((found.kind.removesuffix("extension"), found.extends))
    for name in ("SourceTable", "TableNo"):
        if value := found.value(name):
            used.add(("table", value))
    for name in ("LookupPageId", "DrillDownPageId"):
        if value := found.value(name):
            used.add(("page", value))
    for field in found.all("field"):
        if relation := field.properties.get("TableRelation"):
            used.add(("table", al.unquoted(re.match(r'"[^"]+"|\w+', relation)[0])))  # type: ignore[index]
    used |= {("table", al.unquoted(item.arguments[1])) for item in found.all("dataitem")}
    used |= {("page", al.unquoted(part.arguments[1])) for part in found.all("part")}
    return used - {(found.kind, found.name)}


@ANY
def test_every_object_is_ours_or_known_in_the_base_application(found: al.Object) -> None:
    ours = {(each.kind, each.name) for each in al.objects()}
    theirs = {("table", name) for name in base_app.TABLES} | {
        ("codeunit", name) for name in base_app.CODEUNITS
    }
    theirs |= {("enum", name) for name in base_app.ENUMS} | {("page", name) for name in base_app.PAGES}

    assert used_objects(found) - ours - theirs == set()


@ANY
def test_namespaces_are_opened_for_what_is_used_and_for_nothing_else(found: al.Object) -> None:
    ours = {(each.kind, each.name) for each in al.objects()}
    spaces = {("table", name): table.namespace for name, table in base_app.TABLES.items()}
    spaces |= {("codeunit", name): each.namespace for name, each in base_app.CODEUNITS.items()}
    spaces |= {("enum", name): space for name, space in base_app.ENUMS.items()}
    spaces |= {("page", name): space for name, space in base_app.PAGES.items()}

    wanted = {spaces[each] for each in used_objects(found) - ours}

    assert set(found.usings) == wanted
    assert list(found.usings) == sorted(found.usings)


def test_nothing_in_the_list_of_base_objects_is_left_over() -> None:
    used = set().union(*(used_objects(found) for found in al.objects()))

    assert {name for kind, name in used if kind == "table"} >= set(base_app.TABLES)
    assert {name for kind, name in used if kind == "codeunit"} >= set(base_app.CODEUNITS)


# Events


def subscribers() -> list[tuple[al.Object, al.Routine, list[str]]]:
    return [
        (found, routine, attribute)
        for found in al.of_kind("codeunit")
        for routine in found.routines
        for attribute in routine.attributes
        if attribute[0] == "EventSubscriber"
    ]


@pytest.mark.parametrize(
    ("found", "routine", "attribute"), subscribers(), ids=lambda each: getattr(each, "name", "")
)
def test_subscribers_take_parameters_that_the_event_has(
    found: al.Object, routine: al.Routine, attribute: list[str]
) -> None:
    kind, publisher, event = re.match(
        r'EventSubscriber \( ObjectType :: (\w+) , \w+ :: ("[^"]+"|\w+) , (\w+)', " ".join(attribute)
    ).groups()  # type: ignore[union-attr]
    declared = routine.head[: routine.head.index(")")]
    parameters = {declared[place - 1] for place, word in enumerate(declared) if word == ":"}

    if kind == "Table":
        assert event == "OnAfterDeleteEvent"
        assert parameters == {"Rec"}
        assert f"Record {publisher}" in " ".join(routine.head)
    else:
        events = base_app.CODEUNITS[al.unquoted(publisher)].events
        assert events is not None
        assert parameters <= events[event]


def test_what_the_bridge_reads_is_watched_for_deletions() -> None:
    watched = {
        al.unquoted(re.search(r'Database :: ("[^"]+"|\w+)', " ".join(attribute))[1])  # type: ignore[index]
        for found, _routine, attribute in subscribers()
        if found.name == "Bridge Deletion Log"
    }

    assert watched == {
        "Currency",
        "Currency Exchange Rate",
        "Dimension",
        "Dimension Value",
        "Fixed Asset",
        "G/L Account",
        "Item",
        "Item Unit of Measure",
        "Location",
        "Payment Terms",
        "Purch. Inv. Header",
        "Purch. Rcpt. Header",
        "Purchase Header",
        "Purchase Line",
        "Unit of Measure",
        "Vendor",
    }


# The facts themselves


def facts(contract: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    for entity in json.loads(contract.read_text(encoding="utf-8"))["entities"]:
        for field in entity["fields"]:
            if field.get("tableField") in getattr(base_app.TABLES.get(entity["sourceTable"]), "fields", {}):
                yield entity["sourceTable"], field["tableField"], field


@pytest.mark.shared
def test_the_types_of_base_fields_agree_with_the_contract(shared_data: Path) -> None:
    """The contract lists the standard API over the same tables."""
    found, wrong = set(), []
    for table, name, field in facts(shared_data.parent / "bc" / "contract.json"):
        known = model.as_property(name, base_app.TABLES[table].fields[name], read_only=True)
        found.add((table, name))
        if (known.type, known.length) != (field["type"], field.get("maxLength")):
            wrong.append(
                f"{table}.{name}: {known.type} {known.length}, not {field['type']} {field.get('maxLength')}"
            )

    assert wrong == []
    assert len(found) > 30

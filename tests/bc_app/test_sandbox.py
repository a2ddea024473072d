"""The sandbox serves on the app's route what the AL pages serve: sets, fields, types, rights, actions."""

from __future__ import annotations

import pytest

from integration.sandbox.entities import APP_SETS, EntitySet, app
from integration.sandbox.entities.declare import Enum, Field
from tests.bc_app import al, model

SERVED = model.entity_sets()
BOTH = pytest.mark.parametrize("name", sorted(set(APP_SETS) & set(SERVED)))


def shown(spec: EntitySet) -> dict[str, Field]:
    return {each.name: each for each in spec.shown}


def properties(name: str) -> dict[str, model.Property]:
    return {each.name: each for each in model.properties(SERVED[name])}


def test_the_route_is_the_same() -> None:
    routes = {
        tuple(page.value(f"API{each}") for each in ("Publisher", "Group", "Version"))
        for page in SERVED.values()
    }

    assert routes == {(app.PUBLISHER, app.GROUP, app.VERSION)}


def test_every_set_of_the_sandbox_is_a_page_of_the_app() -> None:
    assert set(APP_SETS) - set(SERVED) == set()


def test_every_page_of_the_app_is_a_set_of_the_sandbox() -> None:
    assert set(SERVED) - set(APP_SETS) == set()


@BOTH
def test_entities_have_the_same_name(name: str) -> None:
    assert APP_SETS[name].entity == SERVED[name].value("EntityName")


@BOTH
def test_the_fields_are_the_same(name: str) -> None:
    ours, theirs = shown(APP_SETS[name]), properties(name)

    assert set(ours) == set(theirs)


@BOTH
def test_fields_come_in_the_same_order(name: str) -> None:
    """BC takes the fields of a body in any order, but shows them in the page's."""
    ours, theirs = list(shown(APP_SETS[name])), list(properties(name))

    assert ours == theirs


@BOTH
def test_types_and_lengths_are_the_same(name: str) -> None:
    ours, theirs = shown(APP_SETS[name]), properties(name)

    wrong = {
        each: ((field.type, field.length, field.is_code), _typed(theirs[each]))
        for each, field in ours.items()
        if (field.type, field.length, field.is_code) != _typed(theirs[each])
    }

    assert wrong == {}


def _typed(each: model.Property) -> tuple[str, int | None, bool]:
    return each.type, each.length, each.is_code


@BOTH
def test_the_same_fields_can_be_written(name: str) -> None:
    ours, theirs = shown(APP_SETS[name]), properties(name)

    differ = {(name, each) for each, field in ours.items() if field.read_only != theirs[each].read_only}

    assert differ == set()


@BOTH
def test_the_same_fields_can_be_filtered(name: str) -> None:
    ours, theirs = shown(APP_SETS[name]), properties(name)

    differ = {(name, each) for each, field in ours.items() if field.computed != theirs[each].computed}

    assert differ == set()


@BOTH
def test_rows_can_be_created_changed_and_deleted_in_both_or_neither(name: str) -> None:
    spec, page = APP_SETS[name], SERVED[name]
    rights = {"may_insert": "InsertAllowed", "may_modify": "ModifyAllowed", "may_delete": "DeleteAllowed"}
    default = "false" if page.kind == "query" else "true"

    differ = {
        (name, ours)
        for ours, theirs in rights.items()
        if getattr(spec, ours) != (page.value(theirs, default) == "true")
    }

    assert differ == set()


@BOTH
def test_the_actions_are_the_same(name: str) -> None:
    routines = SERVED[name].routines

    assert set(APP_SETS[name].actions) == {
        each.name for each in routines if ["ServiceEnabled"] in each.attributes
    }


@BOTH
def test_the_nested_lines_are_the_same(name: str) -> None:
    """A part of the page is a navigation, linked by the same field."""
    parts = {part.arguments[0]: part.value("EntitySetName") for part in SERVED[name].all("part")}
    links = {part.arguments[0]: part.properties["SubPageLink"] for part in SERVED[name].all("part")}

    assert {each.name: each.target for each in APP_SETS[name].navigations} == parts
    for each in APP_SETS[name].navigations:
        lines = properties(each.target)
        assert (each.own_field, each.target_field) == ("id", "requestId")
        assert lines["requestId"].type == "Edm.Guid"
        assert links[each.name] == '"Request Id" = field ( SystemId )'


@pytest.mark.parametrize("enum", [app.REQUEST_STATUS, app.INVENTORY_KIND], ids=lambda each: each.name)
def test_enums_have_the_same_members_in_the_same_order(enum: Enum) -> None:
    found = next(each for each in al.of_kind("enum") if model.camel(each.name) == enum.name)
    values = [(int(each.arguments[0]), each.arguments[1]) for each in found.all("value")]

    assert values == list(enumerate(enum.members))
    assert found.value("Extensible") == "false"


@pytest.mark.parametrize("name", ["receiptRequests", "inventoryRequests"])
def test_a_request_is_kept_under_the_same_key_and_called_the_same(name: str) -> None:
    spec, table = APP_SETS[name], SERVED[name].value("SourceTable")
    found = next(each for each in al.of_kind("table") if each.name == table)
    key = model.camel(al.unquoted(next(found.all("key")).arguments[1]))

    assert spec.key == (key,)
    assert spec.caption == found.value("Caption")


@pytest.mark.parametrize(
    "name", ["receiptRequests", "receiptRequestLines", "inventoryRequests", "inventoryRequestLines"]
)
def test_what_must_be_given_is_the_same(name: str) -> None:
    table = next(each for each in al.of_kind("table") if each.name == SERVED[name].value("SourceTable"))
    insert = table.routine("OnInsert")
    assert insert is not None
    tested = {
        al.unquoted(insert.code[place + 2]) for place, word in enumerate(insert.code) if word == "TestField"
    }
    columns = {
        control.arguments[1].removeprefix("Rec."): control.arguments[0]
        for control in SERVED[name].all("field")
    }

    assert {columns[f'"{each}"'] for each in tested} == set(APP_SETS[name].required)


def test_refusals_of_the_app_read_the_same() -> None:
    """The courier and its tests meet these sentences in the sandbox first."""
    import inspect

    from integration.sandbox.rules import app_requests, order_progress

    sandbox = inspect.getsource(app_requests) + order_progress.NOTHING
    labels = {
        "The request has been posted and can no longer be modified.",
        "A received quantity must not be negative.",
        "Quantity must be positive in a transfer.",
        'The value for "externalId" cannot be modified.',
        'The value for "requestId" cannot be modified.',
        "There is nothing to post.",
    }
    ours = {
        al.unquoted(word) for found in al.of_kind("codeunit") for word in found.words if word.startswith("'")
    }

    assert labels - ours == set()
    assert {each for each in labels if each not in sandbox} == set()

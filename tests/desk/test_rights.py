"""Every role at every door; the doors come from the addresses themselves, so none is left out."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import path

from config import rights, urls
from reconciliation import roles
from reconciliation.actions import ACTIONS
from tests import factories

from .reading import words

pytestmark = pytest.mark.django_db

ROLES = [*roles.ROLES, ""]
DOORS = [route for route in rights.routes() if route.permission is not None]
# A value for each part of an address that stands for something; none of them is there.
NOTHING = {
    "int": "987654",
    "slug": "none",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "str": "none",
    "path": "x",
}
# Who may open these depends on which record it is.
OF_RECORDS = {
    "record": ("records/item/987654/", "masterdata.view_item"),
    "story": ("story/integration/apikey/987654/", "integration.view_apikey"),
}


def address(route: rights.Route) -> str:
    if route.name in OF_RECORDS:
        return f"/{OF_RECORDS[route.name][0]}"
    parts = []
    for piece in route.path.split("<"):
        kind, _, rest = piece.partition(":") if ">" in piece else ("", "", piece)
        parts.append(NOTHING[kind] + rest.partition(">")[2] if kind else piece)
    return "/" + "".join(parts)


def knock(client: Client, route: rights.Route) -> int:
    """Ask for a page as it wants to be asked; whatever comes of it is undone."""
    ask = client.post if getattr(route.view, "takes_posts", False) else client.get
    with transaction.atomic():
        status = ask(address(route)).status_code
        if status == 405:
            status = client.post(address(route)).status_code
        transaction.set_rollback(True)
    return status


def test_every_address_says_who_may_open_it() -> None:
    assert [route.path for route in rights.routes() if not route.is_spoken_of] == []
    assert set(rights.OPEN) <= {route.name for route in rights.routes()}
    assert set(rights.DEEDS) <= {route.name for route in DOORS}


@pytest.mark.parametrize("role", ROLES)
def test_each_door_opens_for_who_holds_its_right_and_for_nobody_else(company, signed_in, role) -> None:
    client = signed_in(role)

    refused = {route.name for route in DOORS if knock(client, route) == 403}

    wanted = {route.name: OF_RECORDS.get(route.name, ("", route.permission))[1] for route in DOORS}
    assert refused == {name for name, right in wanted.items() if right and role not in rights.holders(right)}


def test_a_stranger_is_shown_the_door_everywhere(company) -> None:
    stranger = Client()

    answers = {route.name: stranger.post(address(route)) for route in DOORS}

    let_in = {name for name, answer in answers.items() if answer.status_code not in {302, 405}}
    assert let_in == set()
    assert {
        answer["Location"].partition("?")[0] for answer in answers.values() if answer.status_code == 302
    } == {"/sign-in/"}


def test_each_deed_on_a_case_asks_for_the_right_in_the_table(desk) -> None:
    """That it is refused by HTTP, for each role and each deed, is in tests/actions/test_table.py."""
    case = factories.billed_before_receipt(desk, "R-1")
    deeds = rights.DEEDS["case-act"]
    people = {role: factories.person(role) for role in roles.ROLES}

    may = {role: {name for name in deeds if ACTIONS[name].may(people[role], case)} for role in people}

    assert may == {
        role: {name for name, right in deeds.items() if role in rights.holders(right)} for role in people
    }


def test_a_page_that_nobody_spoke_for_stays_closed(company, signed_in, monkeypatch) -> None:
    from django.http import HttpResponse
    from django.urls import clear_url_caches

    monkeypatch.setattr(
        urls, "urlpatterns", [path("new/", lambda request: HttpResponse("open")), *urls.urlpatterns]
    )
    clear_url_caches()
    try:
        answer = signed_in(roles.AP_CLERK).get("/new/")
    finally:
        clear_url_caches()

    assert answer.status_code == 403
    assert "Nobody said who may open new/" in words(answer)


def test_the_page_shows_the_table_and_where_the_database_differs(company, signed_in) -> None:
    client = signed_in(roles.AP_CLERK)
    before = words(client.get("/rights/"))

    Group.objects.get(name=roles.AP_CLERK).permissions.add(
        Permission.objects.get(codename="change_tolerance")
    )
    after = words(client.get("/rights/"))

    assert "Resolve exceptions" in before
    assert "differ from this table" not in before
    assert "AP clerk may reconciliation.change_tolerance, and should not" in after


# Never may: the table of duties that have to be kept apart, in the words of those who check it.
NEVER = {
    roles.AP_CLERK: [
        roles.APPROVE,
        roles.PROPOSE_RULES,
        roles.APPROVE_RULES,
        roles.DRAFT_MAPPINGS,
        roles.REPLAY,
    ],
    roles.AP_APPROVER: [roles.PROPOSE_RULES, roles.APPROVE_RULES, roles.DRAFT_MAPPINGS, roles.REPLAY],
    roles.BUYER: [roles.RESOLVE, roles.APPROVE, roles.PROPOSE_RULES, roles.DRAFT_MAPPINGS],
    roles.INTEGRATION_ADMIN: [
        roles.RESOLVE,
        roles.APPROVE,
        roles.PROPOSE_RULES,
        "reconciliation.view_comment",
    ],
    roles.FINANCE_CONTROLLER: [roles.RESOLVE, roles.APPROVE, roles.REPLAY, roles.DRAFT_MAPPINGS],
}


@pytest.mark.parametrize(("role", "duties"), NEVER.items(), ids=NEVER)
def test_duties_are_kept_apart(role, duties) -> None:
    assert [duty for duty in duties if role in rights.holders(duty)] == []


def test_an_auditor_writes_nothing(db) -> None:
    roles.apply_roles()

    held = Group.objects.get(name=roles.AUDITOR).permissions.values_list("codename", flat=True)

    assert [name for name in held if not name.startswith("view_")] == ["verify_change"]

"""The table of actions: every row against every role, status and company, by HTTP as by the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from reconciliation import actions, cases, roles
from tests import factories

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

EVERYONE = [*roles.ROLES, ""]
NAMES = list(actions.ACTIONS)
UNCHANGED = "unchanged"


def as_it_is(case: ExceptionCase) -> tuple[object, ...]:
    case.refresh_from_db()
    case.invoice.refresh_from_db()
    return (
        case.status,
        case.owner_id,
        case.wait_until,
        case.invoice.status,
        case.resolutions.count(),
        case.comments.count(),
        case.history.count(),
    )


def ask_for(names: list[str], case: ExceptionCase, client: Client, **sent: str) -> dict[str, tuple[int, str]]:
    """Send the form of each of these actions; give what was answered, and whether anything changed."""
    before = as_it_is(case)
    answers = {}
    for name in names:
        answer = client.post(reverse("case-act", args=[case.pk, name]), {"code": "small"} | sent)
        answers[name] = answer.status_code, UNCHANGED if as_it_is(case) == before else "changed"
    return answers


@pytest.mark.parametrize("name", NAMES)
def test_each_row_declares_what_page_route_and_auditor_need(name):
    row = actions.ACTIONS[name]

    assert row.name == name
    assert str(row.title)
    assert row.permission in roles.DUTIES
    assert roles.roles_with(row.permission)
    assert row.states
    assert set(row.reason_codes) <= set(actions.CODES)
    assert len(row.reason_codes) <= 9, "a key each"
    assert row.reason is not actions.Ask.NOT or not row.reason_codes
    assert str(row.button) or not row.is_shown
    assert not (row.can_be_undone and row.has_to_be_confirmed), "undo or a confirmation, never both"


@pytest.mark.parametrize("role", EVERYONE)
def test_who_may_not_is_refused_by_http_and_nothing_changes(desk, signed_in, role):
    case = factories.price_over_order(desk)
    others = [name for name, row in actions.ACTIONS.items() if role not in roles.roles_with(row.permission)]

    answers = ask_for(others, case, signed_in(role), seen=cases.version(case))

    assert others or role == roles.AP_APPROVER
    assert answers == dict.fromkeys(others, (403, UNCHANGED))


def test_another_companys_case_is_not_there(desk, signed_in):
    factories.price_over_order(desk)  # the first company, in which everyone works
    elsewhere = factories.price_over_order(factories.Desk(factories.open_company("ELSEWHERE")), "R-9")

    answers = ask_for(NAMES, elsewhere, signed_in(roles.AP_APPROVER), text="hello")

    assert answers == dict.fromkeys(NAMES, (404, UNCHANGED))


def test_a_form_without_the_pages_token_is_refused(desk):
    case = factories.price_over_order(desk)
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.person(roles.AP_APPROVER))

    answers = ask_for(NAMES, case, client, text="hello")

    assert answers == dict.fromkeys(NAMES, (403, UNCHANGED))


@pytest.mark.parametrize("name", [n for n in NAMES if "open" not in actions.ACTIONS[n].states])
def test_what_is_for_another_status_is_refused_with_a_sentence(desk, signed_in, name):
    case = factories.price_over_order(desk)
    before = as_it_is(case)

    answer = signed_in(roles.AP_APPROVER).post(
        reverse("case-act", args=[case.pk, name]), {"seen": cases.version(case), "code": "small"}
    )

    assert answer.status_code == 409
    assert "Nothing was changed." in answer.context["problem"]
    assert as_it_is(case) == before


def test_a_code_is_a_reason_and_is_kept(desk):
    case = factories.price_over_order(desk)

    actions.do(
        "release", case, by=factories.person(), sent={"code": "agreed_with_buyer", "reason": "by mail"}
    )

    kept = case.resolutions.get()
    assert (kept.action, kept.reason_code, kept.reason) == (
        "release",
        "agreed_with_buyer",
        "Agreed with the buyer: by mail",
    )


def test_a_code_that_nobody_knows_is_no_reason(desk):
    case = factories.price_over_order(desk)

    with pytest.raises(cases.ReasonMissing):
        actions.do("release", case, by=factories.person(), sent={"code": "because"})

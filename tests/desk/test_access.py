"""Who may open what: each screen lets its roles in, and tells the others what is missing and whom to ask."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from integration import escalation
from integration.models import Incident
from reconciliation import roles
from reconciliation.models import ExceptionCase, PurchaseOrder
from tests import factories

from .reading import links, words

pytestmark = pytest.mark.django_db

ALL = set(roles.ROLES)
CASES = ALL - {roles.INTEGRATION_ADMIN}
MESSAGES = {roles.INTEGRATION_ADMIN, roles.FINANCE_CONTROLLER, roles.AUDITOR}
SCREENS = {
    "/": ALL | {""},
    "/exceptions/": CASES,
    "/exceptions/{case}/": CASES,
    "/exceptions/{case}/history/": CASES,
    "/for-you/": CASES,
    "/approvals/": CASES,
    "/matching-rules/": CASES,
    "/matching-rules/1/": CASES,
    "/dead-letters/": MESSAGES,
    "/dead-letters/messages/": MESSAGES,
    "/dead-letters/causes/{cause}/": MESSAGES,
    "/dead-letters/replay/": {roles.INTEGRATION_ADMIN},
    "/notifications/": MESSAGES,
    "/notifications/{incident}/": MESSAGES,
    "/messages/{message}/": MESSAGES,
    "/messages/{message}/edit/": {roles.INTEGRATION_ADMIN},
    "/messages/of/purchase_order/{order}/": MESSAGES,
    "/admin/integration/message/": MESSAGES,
    "/mappings/": MESSAGES,
    "/mappings/document/": MESSAGES,
    "/mappings/document.xlsx": MESSAGES,
    "/ownership/": {roles.INTEGRATION_ADMIN, roles.AUDITOR},
    "/admin/integration/syncrun/": {roles.INTEGRATION_ADMIN, roles.AUDITOR},
    "/admin/integration/apikey/": {roles.INTEGRATION_ADMIN, roles.AUDITOR},
    "/admin/reconciliation/tolerance/": {roles.FINANCE_CONTROLLER, roles.AUDITOR},
    "/admin/reconciliation/supplierinvoice/": ALL,
    "/admin/reconciliation/purchaseorder/": ALL,
    "/admin/reconciliation/goodsreceipt/": ALL,
    "/admin/masterdata/vendor/": ALL,
    "/admin/masterdata/change/": {roles.FINANCE_CONTROLLER, roles.AUDITOR},
}
DEEDS = {
    "/exceptions/take/": {roles.AP_CLERK, roles.AP_APPROVER},
    "/exceptions/{case}/reject/": {roles.AP_CLERK, roles.AP_APPROVER},
    "/exceptions/{case}/link/": {roles.AP_CLERK, roles.AP_APPROVER},
    "/exceptions/{case}/here/": CASES,
    "/exceptions/{case}/watch/": CASES - {roles.AUDITOR},
    "/exceptions/{case}/unlink/": {roles.AP_CLERK, roles.AP_APPROVER},
    "/matching-rules/propose/": {roles.FINANCE_CONTROLLER},
    "/matching-rules/put-back/": {roles.FINANCE_CONTROLLER},
    "/matching-rules/1/approve/": {roles.FINANCE_CONTROLLER},
    "/dead-letters/causes/{cause}/ignore/": {roles.INTEGRATION_ADMIN},
    "/dead-letters/replay/start/": {roles.INTEGRATION_ADMIN},
    "/messages/{message}/retry/": {roles.INTEGRATION_ADMIN},
    "/messages/{message}/edit/": {roles.INTEGRATION_ADMIN},
    "/messages/{message}/look/": {roles.INTEGRATION_ADMIN},
    "/notifications/{incident}/take/": {roles.INTEGRATION_ADMIN, roles.FINANCE_CONTROLLER},
    "/notifications/{incident}/give-back/": {roles.INTEGRATION_ADMIN, roles.FINANCE_CONTROLLER},
    "/pull/": {roles.INTEGRATION_ADMIN},
}


@pytest.fixture
def places(desk) -> dict[str, int]:
    """Something to open behind every address."""
    message = factories.refused(desk.company, "PO-3")
    case = factories.billed_before_receipt(desk, "R-1")
    order = PurchaseOrder.objects.get(number="PO-3")
    escalation.watch(now=timezone.now())
    found = {"case": case, "cause": message.cause, "message": message, "order": order}
    return {name: row.pk for name, row in (found | {"incident": Incident.objects.get()}).items()}


@pytest.mark.parametrize("role", [*roles.ROLES, ""])
def test_screens_open_for_their_roles_and_refuse_the_others_in_a_sentence(places, signed_in, role):
    client = signed_in(role)

    opened = {screen: client.get(screen.format(**places), follow=True) for screen in SCREENS}

    assert {s for s, answer in opened.items() if answer.status_code == 200} == {
        screen for screen, allowed in SCREENS.items() if role in allowed
    }
    refused = [answer for answer in opened.values() if answer.status_code != 200]
    start = f"As {role} you may not " if role else "You have no role yet, so you may not "
    for answer in refused:
        assert answer.status_code == 403
        assert f"This is not yours to open {start}" in words(answer)
        assert "Ask someone who is " in words(answer)


@pytest.mark.parametrize("role", [*roles.ROLES, ""])
def test_deeds_are_refused_to_those_whose_role_they_are_not(places, signed_in, role):
    client = signed_in(role)

    refused = {deed for deed in DEEDS if client.post(deed.format(**places)).status_code == 403}

    assert refused == {deed for deed, allowed in DEEDS.items() if role not in allowed}
    if refused == set(DEEDS):
        assert ExceptionCase.objects.get().status == ExceptionCase.Status.OPEN


def test_strangers_are_shown_the_door_and_come_back_to_where_they_were(places):
    stranger = Client()
    addresses = [screen.format(**places) for screen in SCREENS]

    shown = {address: stranger.get(address, follow=True) for address in addresses}

    assert {address: answer.redirect_chain[-1][0] for address, answer in shown.items()} == {
        address: f"/sign-in/?next={address}" for address in addresses
    }
    assert all("User name Password" in words(answer) for answer in shown.values())


@pytest.mark.parametrize("role", [*roles.ROLES, ""])
def test_the_navigation_leads_only_where_this_role_may_go(places, signed_in, role):
    client = signed_in(role)
    shown = client.get("/").content.decode()
    navigation = client.get("/").context["navigation"]

    entries = [link["url"] for section in navigation for link in section["links"]]

    assert entries
    assert {client.get(url).status_code for url in entries} == {200}
    assert all(f'href="{url}"' in shown for url in entries)


def test_the_navigation_counts_what_waits(places, signed_in):
    shown = links(signed_in(roles.FINANCE_CONTROLLER).get("/"))

    assert "Exceptions 1 open" in shown
    assert "Dead letters 1 to mend" in shown


def test_a_refusal_names_the_roles_that_may(company, signed_in):
    shown = words(signed_in(roles.AP_CLERK).get("/dead-letters/"))

    assert (
        "As AP clerk you may not see messages. "
        "Ask someone who is Integration admin, Finance controller or Auditor." in shown
    )


def test_a_clerk_who_would_edit_tolerances_is_told_who_may(company, signed_in):
    from reconciliation.models import Tolerance

    row = Tolerance.objects.first()
    client = signed_in(roles.AP_CLERK)

    answer = client.post(f"/admin/reconciliation/tolerance/{row.pk}/change/", {"upper_percent": "99"})

    assert answer.status_code == 403
    assert "As AP clerk you may not change tolerances. Ask someone who is Finance controller." in words(
        answer
    )
    row.refresh_from_db()
    assert row.upper_percent != 99

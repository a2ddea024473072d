"""One line of time for a record: changes, decisions, messages and talk; who, when, why and from where."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration.mapping import drafts
from integration.models import Attempt, FieldMapping
from masterdata.audit import acting_as
from reconciliation import cases, roles
from reconciliation.models import PurchaseOrder
from tests import factories

from .reading import words

pytestmark = pytest.mark.django_db


def test_the_story_of_a_case_joins_what_was_judged_decided_said_and_changed(desk, signed_in) -> None:
    case = factories.price_over_order(desk)
    client = signed_in(roles.AP_CLERK)
    client.post(
        f"/exceptions/{case.pk}/release/", {"reason": "The lift has to run"}, HTTP_X_REQUEST_ID="abcdefgh-1"
    )

    told = words(client.get(reverse("story", args=["reconciliation", "exceptioncase", case.pk])))

    assert "Matched: blocked" in told
    assert "Clara Weiss Release (done) The lift has to run" in told
    assert "Status: open → released" in told
    assert "127.0.0.1 request abcdefgh-1" in told


def test_the_story_of_a_document_tells_what_was_sent_to_who_may_see_messages(desk, signed_in) -> None:
    factories.refused(desk.company, "PO-3")
    order = PurchaseOrder.objects.get(number="PO-3")
    address = reverse("story", args=["reconciliation", "purchaseorder", order.pk])

    told = words(signed_in(roles.INTEGRATION_ADMIN).get(address))
    assert "Put in line for Business Central; now refused" in told
    assert "Nothing has happened yet" in words(signed_in(roles.AP_CLERK).get(address))


def test_the_story_of_a_person_tells_each_role_that_came_and_went(desk, signed_in) -> None:
    person = factories.person(roles.AP_CLERK)
    with acting_as("frida", "10.1.2.3 request abc"):
        roles.give(person, [roles.BUYER])

    told = words(signed_in(roles.AUDITOR).get(reverse("story", args=["auth", "user", person.pk])))

    assert "AP clerk removed" in told
    assert "Buyer added" in told
    assert "frida" in told
    assert "10.1.2.3 request abc" in told


def test_the_story_of_a_message_tells_each_try_and_what_people_did(desk, signed_in) -> None:
    message = factories.retried(desk.company, "PO-4")
    Attempt.objects.create(
        message=message,
        number=1,
        fence=1,
        started_at=message.created_at,
        ended_at=message.created_at,
        outcome=Attempt.Outcome.BY_HAND,
        worker="ines",
        sentence="Put in line again",
    )

    told = words(
        signed_in(roles.INTEGRATION_ADMIN).get(reverse("story", args=["integration", "message", message.pk]))
    )

    assert "ines Done by a person Put in line again" in told


def test_the_story_of_a_mapping_tells_its_versions(desk, signed_in) -> None:
    mapping = FieldMapping.objects.first() or FieldMapping.objects.create(name="order")
    ines = factories.person(roles.INTEGRATION_ADMIN)
    with acting_as("ines"):
        drafts.draft(mapping, by=ines)
    client = Client()
    client.force_login(ines)

    told = words(client.get(f"/story/integration/fieldmapping/{mapping.pk}/"))

    assert "Mapping version added" in told


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("integration/apikey/1", 403),
        ("reconciliation/supplierinvoice/987654", 404),
        ("sessions/session/1", 404),
        ("reconciliation/nothing/1", 404),
    ],
)
def test_a_story_is_told_only_to_who_may_see_the_record(desk, signed_in, address, status) -> None:
    assert signed_in(roles.AP_CLERK).get(f"/story/{address}/").status_code == status


def test_talk_is_left_out_for_who_may_not_read_it(desk, signed_in) -> None:
    case = factories.price_over_order(desk)
    cases.comment(case, by=factories.person(roles.AP_CLERK), text="Between us")
    address = reverse("story", args=["reconciliation", "supplierinvoice", case.invoice_id])

    assert "Between us" in words(signed_in(roles.AP_APPROVER).get(address))
    assert "Between us" not in words(signed_in(roles.INTEGRATION_ADMIN).get(address))

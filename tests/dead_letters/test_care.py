"""A cause is given to somebody, snoozed, ignored and taken up again; each decision stays with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from reconciliation import roles
from tests.desk.reading import words

from .conftest import unit_unknown

if TYPE_CHECKING:
    from integration.models import Cause
    from masterdata.models import Company

    from .conftest import SignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def cause(company: Company) -> Cause:
    from integration.models import Cause

    unit_unknown(company, "PO-1")
    return Cause.objects.get()


def test_a_cause_is_given_to_a_person(cause: Cause, signed_in: SignedIn) -> None:
    from tests import factories

    frida = factories.person(roles.FINANCE_CONTROLLER)
    client = signed_in(roles.INTEGRATION_ADMIN)
    page = words(
        client.post(f"/dead-letters/causes/{cause.pk}/assign/", {"owner": f"person:{frida.pk}"}, follow=True)
    )

    cause.refresh_from_db()
    assert cause.owner == frida
    assert "Given to Frida Kern" in page


@pytest.mark.parametrize("owner", ["", "role:AP clerk", "role:Auditor", "person:0", "person:x"])
def test_who_sees_no_messages_owns_no_cause(cause: Cause, signed_in: SignedIn, owner: str) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)
    answer = client.post(f"/dead-letters/causes/{cause.pk}/assign/", {"owner": owner})

    assert answer.status_code == 422
    assert "Choose a role or a person that sees messages." in words(answer)


@pytest.mark.parametrize(
    ("action", "form"), [("snooze", {"until": "2999-01-01T08:00"}), ("ignore", {})], ids=["snooze", "ignore"]
)
def test_what_is_put_aside_with_a_reason_leaves_the_count_and_comes_back(
    company: Company, cause: Cause, signed_in: SignedIn, action: str, form: dict[str, Any]
) -> None:
    from integration.desk import groups

    client, address = signed_in(roles.INTEGRATION_ADMIN), f"/dead-letters/causes/{cause.pk}"
    without = client.post(f"{address}/{action}/", form | {"reason": " "})
    assert without.status_code == 422
    assert groups.to_mend(company, timezone.now()) == 1

    client.post(f"{address}/{action}/", form | {"reason": "Vendor leaves"})
    assert groups.to_mend(company, timezone.now()) == 0
    assert "Put aside" in words(client.get("/dead-letters/"))

    client.post(f"{address}/wake/")
    assert groups.to_mend(company, timezone.now()) == 1
    assert list(cause.notes.order_by("pk").values_list("by", "reason")) == [
        ("ines", "Vendor leaves"),
        ("ines", ""),
    ]


def test_a_snooze_ends_by_itself(company: Company, cause: Cause) -> None:
    from integration.desk import groups

    now = timezone.now()
    type(cause).objects.update(snoozed_until=now + timedelta(hours=1))

    assert groups.to_mend(company, now) == 0
    assert groups.to_mend(company, now + timedelta(hours=2)) == 1


def test_what_waits_behind_is_counted(company: Company, cause: Cause) -> None:
    from integration import outbox
    from integration.desk import groups
    from integration.models import DocumentKind
    from tests import factories

    receipt = factories.Desk(company).receive("4", order="PO-1", number="GR-1")
    outbox.enqueue(DocumentKind.GOODS_RECEIPT, receipt)

    assert groups.of_cause(cause, timezone.now()).behind == 1


def test_the_pages_of_a_list_hold_each_message_once(company: Company, signed_in: SignedIn) -> None:
    from django.http import QueryDict

    from integration.desk import asking

    keys = {unit_unknown(company, f"PO-{number}").pk for number in range(asking.PAGE_ROWS + 2)}
    found = asking.Question.of(QueryDict("")).stuck(company)

    first = asking.page(found, "")
    second = asking.page(found, first.following)

    assert (len(first.rows), len(second.rows), second.following) == (asking.PAGE_ROWS, 2, "")
    assert {message.pk for message in first.rows + second.rows} == keys
    assert asking.page(found, "nonsense_x").is_first

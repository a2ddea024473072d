"""The drift page: what differs from Business Central, for those who may see it; comparing by hand."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration import sync
from masterdata.models import Company, Vendor
from reconciliation import roles
from tests import factories
from tests.sync.conftest import MASTERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(sandbox) -> Company:
    """A company whose masters came from the sandbox, and one vendor that changed there since."""
    sandbox.control.seed(MASTERS)
    sync.pull_entity("all")
    sandbox.control.seed({"vendors": [{"number": "V1", "displayName": "Kontor KG"}]})
    return sync.ensure_company()


def page(role: str = roles.INTEGRATION_ADMIN, **query: str) -> str:
    client = Client()
    client.force_login(factories.person(role))
    return str(client.get(reverse("drift"), query).content.decode())


def test_lists_that_were_not_compared_say_so(mirrored) -> None:
    told = page(list="vendors")

    assert told.count("not compared yet") == 14
    assert "This list has not been compared yet." in told


def test_a_record_that_differs_is_named_with_both_values(mirrored) -> None:
    sync.check_drift(["vendors"])

    told = page(list="vendors")

    vendor = Vendor.objects.get(number="V1")
    assert "1 the same, 1 differ, 0 not here, 0 gone from BC" in told
    assert "Name: Kontor &amp; Söhne → <b>Kontor KG</b>" in told
    assert "The next pull brings it." in told
    assert reverse("record", args=["vendor", vendor.pk]) in told
    assert "1 on the way" in told


def test_the_page_of_owners_tells_the_drift(mirrored) -> None:
    sync.check_drift(["vendors", "items"])
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    told = client.get(reverse("ownership")).content.decode()

    assert "1 on the way" in told
    assert f"{reverse('drift')}?list=vendors" in told


def test_before_there_is_a_company_the_page_says_how_to_begin(db) -> None:
    assert "There is no company yet" in page()


def test_a_list_that_there_is_not_shows_the_overview(mirrored) -> None:
    assert "Compare all lists now" in page(list="nothing")


def test_who_may_not_see_runs_is_told_whom_to_ask(mirrored) -> None:
    client = Client()
    client.force_login(factories.person(roles.BUYER))

    assert client.get(reverse("drift")).status_code == 403
    assert client.post(reverse("check-drift"), {"list": "vendors"}).status_code == 403


def test_an_auditor_sees_it_and_cannot_ask_for_a_comparison(mirrored) -> None:
    client = Client()
    client.force_login(factories.person(roles.AUDITOR))

    told = client.get(reverse("drift"))

    assert told.status_code == 200
    assert "Compare all lists now" not in told.content.decode()
    assert client.post(reverse("check-drift"), {"list": "vendors"}).status_code == 403


def test_the_workers_compare_what_was_asked_for(mirrored) -> None:
    from integration.tasks import check_drift

    check_drift(entity="vendors")

    assert "1 the same, 1 differ" in page(list="vendors")
    assert page(roles.AUDITOR, list="items").count("This list has not been compared yet.") == 1

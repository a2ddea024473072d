"""A record's page: what is mirrored, what BC says now, who changed what, and where it is used."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration import sync
from masterdata import ownership
from masterdata.models import Company, ExchangeRate, Item, Mirror, Vendor
from reconciliation import roles
from tests import factories
from tests.desk.reading import words
from tests.sync.conftest import MASTERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(sandbox) -> Company:
    sandbox.control.seed(MASTERS)
    sync.pull_entity("all")
    return sync.ensure_company()


def page(record: Mirror, role: str = roles.AP_CLERK, **asked: str) -> str:
    subject = next(each.subject for each in ownership.REGISTERED.values() if each.model is type(record))
    client = Client()
    client.force_login(factories.person(role))
    return words(client.get(reverse("record", args=[subject, record.pk]), asked))


def test_every_mirror_has_its_page_and_agrees_with_bc(mirrored) -> None:
    client = Client()
    client.force_login(factories.person(roles.AP_CLERK))
    told = {}
    for owned in ownership.REGISTERED.values():
        if owned.model is not None:
            row = owned.model.objects.order_by("pk").first()
            reply = client.get(reverse("record", args=[owned.subject, row.pk]), {"bc": "now"})
            told[owned.subject] = "The same as here." in words(reply)

    assert told == dict.fromkeys(told, True)
    assert len(told) == 14


def test_a_vendor_that_changed_in_bc_differs_here_old_and_new(mirrored, sandbox) -> None:
    sandbox.control.seed({"vendors": [{"number": "V1", "displayName": "Kontor KG"}]})
    vendor = Vendor.objects.get(number="V1")

    told = page(vendor, bc="now")

    vendor.refresh_from_db()
    assert "Name: Kontor & Söhne here → Kontor KG in BC" in told
    assert "It differs. The next pull brings it;" in told
    assert vendor.name == "Kontor & Söhne"


def test_the_history_names_the_pull_and_the_state_is_told_in_words(mirrored, sandbox) -> None:
    sandbox.control.seed({"vendors": [{"number": "V2", "displayName": "Stopped for good"}]})
    sync.pull_entity("vendors")

    told = page(Vendor.objects.get(number="V2"))

    assert "pull of vendors, run" in told
    assert "Name: Stopped → Stopped for good" in told
    assert "It is blocked for everything in Business Central." in told
    assert "0 open orders None." in told


def test_the_history_writes_values_as_people_do(mirrored) -> None:
    item = Item.objects.get(number="FILTER")
    Item.objects.filter(pk=item.pk).update(blocked=True, bc_modified_at="2026-07-01T21:59:06Z")
    vendor = Vendor.objects.get(number="V1")
    Vendor.objects.filter(pk=vendor.pk).update(blocked="payment")
    rate = ExchangeRate.objects.first()
    was = rate.starting_date
    ExchangeRate.objects.filter(pk=rate.pk).update(starting_date="2026-11-03")

    told, vendors, rates = page(item), page(vendor, roles.BUYER), page(rate, roles.AUDITOR)

    assert "Blocked: no → yes" in told
    assert "→ 1 Jul 2026 23:59:06" in told
    assert "Changed in BC: " in told
    assert "Blocked: not blocked → blocked for payment" in vendors
    assert f"Starting date: {was.day} {was:%b %Y} → 3 Nov 2026" in rates


def test_without_business_central_the_mirror_still_shows(mirrored, settings) -> None:
    settings.BC_COMPANY = ""

    told = page(Vendor.objects.get(number="V1"), bc="now")

    assert "Business Central cannot be asked now." in told
    assert "Kontor & Söhne" in told


def test_a_question_that_fails_for_the_moment_promises_nothing(mirrored, sandbox) -> None:
    sandbox.control.set_faults([{"fault": "unavailable"}])
    sandbox.control.forget_requests()

    told = page(Vendor.objects.get(number="V1"), bc="now")

    assert sandbox.control.requests()["total"] == 1  # a person waits: the page does not try again by itself
    assert "Business Central cannot be asked now." in told
    assert "It may answer in a moment. What stands here is the mirror; nothing was changed." in told
    assert "by itself" not in told


def test_an_order_under_way_with_a_blocked_vendor_is_a_link(mirrored) -> None:
    from reconciliation.models import PurchaseOrder

    order = PurchaseOrder.objects.create(
        company=mirrored, number="PO-7", vendor_number="V2", currency="EUR", order_date="2026-11-02"
    )
    client = Client()
    client.force_login(factories.person(roles.BUYER))

    reply = client.get(reverse("record", args=["vendor", Vendor.objects.get(number="V2").pk]))

    assert "1 open order PO-7" in words(reply)
    assert reverse("admin:reconciliation_purchaseorder_change", args=[order.pk]) in reply.content.decode()


def test_without_a_role_a_record_is_not_shown(mirrored) -> None:
    told = page(Vendor.objects.get(number="V1"), role="")

    assert "You have no role yet, so you may not see vendors." in told
    assert "Kontor" not in told


def test_a_record_that_came_back_to_bc_says_so(mirrored) -> None:
    Vendor.objects.filter(number="V1").update(deleted_at="2026-05-04T10:00:00Z")

    told = page(Vendor.objects.get(number="V1"), bc="now")

    assert "It differs." in told
    assert "It is in Business Central again, and marked as deleted here." in told


def test_a_record_that_is_left_out_with_what_it_belongs_to_says_so(mirrored) -> None:
    from integration.models import MirrorFilter
    from integration.sync import filters
    from masterdata.models import ItemVariant

    company = sync.ensure_company()
    filters.save(MirrorFilter(company=company, entity="items", field="number", comparison="is", values="OLD"))
    Item.objects.filter(number="FILTER").delete()

    told = page(ItemVariant.objects.get(code="BLUE"), bc="now")

    assert "A filter leaves it out." in told
    assert "The same as here." not in told


def test_a_filtered_record_that_was_deleted_tells_both(mirrored) -> None:
    Vendor.objects.filter(number="V1").update(
        filtered_at="2026-05-03T10:00:00Z", deleted_at="2026-05-04T23:00:00Z"
    )

    told = page(Vendor.objects.get(number="V1"))

    assert "A filter leaves it out since 3 May 2026;" in told
    assert "It was found deleted in Business Central on 5 May 2026." in told  # by our clock

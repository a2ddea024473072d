"""The tables of master data: what BC deleted and what a filter leaves out stays in its list, marked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from masterdata.models import Company, Vendor
from reconciliation import roles
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendors(company: Company) -> None:
    now = timezone.now()
    for number, marks in (("HERE", {}), ("GONE", {"deleted_at": now}), ("LEFT", {"filtered_at": now})):
        Vendor.objects.create(company=company, number=number, row_hash=b"", **marks)


@pytest.mark.parametrize(
    ("presence", "shown"),
    [
        ("", {"HERE", "GONE", "LEFT"}),
        ("present", {"HERE", "LEFT"}),
        ("deleted", {"GONE"}),
        ("filtered", {"LEFT"}),
    ],
)
def test_records_are_found_by_their_presence_in_bc(
    vendors: None, signed_in, presence: str, shown: set[str]
) -> None:
    client: Client = signed_in(roles.AP_CLERK)

    said = words(client.get("/admin/masterdata/vendor/", {"presence": presence} if presence else {}))

    assert {number for number in ("HERE", "GONE", "LEFT") if number in said.split()} == shown
    assert ("deleted, seen" in said) == ("GONE" in shown)
    filters_own_word = 1
    assert said.count("left out by a filter") - filters_own_word == len({"LEFT"} & shown)

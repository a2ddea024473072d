"""A list without rows says why it is empty, and offers only what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db


def test_where_nobody_can_make_anything_nothing_is_offered(company: Company, signed_in: SignedIn) -> None:
    reply = signed_in(roles.INTEGRATION_ADMIN).get("/admin/masterdata/fixedasset/")

    told = words(reply)
    assert "There are no fixed assets yet." in told
    assert "yielded" not in told
    assert "Show all" not in told
    assert "Add fixed asset" not in told


def test_where_something_can_be_made_it_is_offered(company: Company, signed_in: SignedIn) -> None:
    reply = signed_in(roles.INTEGRATION_ADMIN).get("/admin/integration/webhook/")

    assert "There are no webhooks yet. Add webhook" in words(reply)


def test_a_search_that_finds_nothing_leads_back_to_all(company: Company, signed_in: SignedIn) -> None:
    reply = signed_in(roles.INTEGRATION_ADMIN).get("/admin/masterdata/item/?q=nothing")

    assert "None of the items fits the search and the filters. Show all" in words(reply)


def test_a_form_that_adds_does_not_offer_to_add(company: Company, signed_in: SignedIn) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)

    form, listed = (admin.get(f"/admin/integration/webhook/{page}").content.decode() for page in ("add/", ""))

    assert "addlink" not in form
    assert 'title="Add webhook"' in listed

"""Filters in the admin: a condition is tried out before it is kept, and its consequence is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
FILTERS = "/admin/integration/mirrorfilter/"


def form(company: Company, **changed: Any) -> dict[str, Any]:
    filled = {"company": company.pk, "what": "items.category", "comparison": "is", "values": "SPARE\nHVAC"}
    return filled | {"enabled": "on", "note": ""} | changed


def test_a_condition_is_added_and_what_it_does_is_told(signed_in: SignedIn, company: Company) -> None:
    from integration.models import MirrorFilter, SyncState
    from masterdata.models import Item

    for number, category in (("A", "SPARE"), ("B", "HVAC"), ("C", "TOOLS")):
        Item.objects.create(company=company, number=number, category=category, row_hash=b"")
    admin = signed_in(roles.INTEGRATION_ADMIN)

    said = words(admin.post(f"{FILTERS}add/", form(company), follow=True))

    row = MirrorFilter.objects.get()
    assert (row.entity, row.field, row.wanted) == ("items", "category", ["SPARE", "HVAC"])
    assert "From the next run on 2 of the 5 items that are here stay in" in said
    assert "category is one of SPARE, HVAC" in said
    wanted = set(SyncState.objects.exclude(full_wanted_at=None).values_list("entity", flat=True))
    assert wanted == {"items", "item-units", "item-variants"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"values": ""}, "This field is required."),
        ({"what": "items.blocked", "values": "maybe"}, "Write yes or no."),
        (
            {"what": "exchange-rates.starting_date", "comparison": "from", "values": "1.2.2026"},
            "Write dates as 2026-01-31.",
        ),
        ({"what": "items.unit_cost", "comparison": "from", "values": "dear"}, "is not what this field holds"),
        ({"what": "items.row_hash"}, "Select a valid choice."),
    ],
)
def test_a_condition_that_cannot_work_is_not_kept(
    signed_in: SignedIn, company: Company, changed: dict[str, str], said: str
) -> None:
    from integration.models import MirrorFilter

    answer = signed_in(roles.INTEGRATION_ADMIN).post(f"{FILTERS}add/", form(company, **changed))

    assert said in words(answer)
    assert not MirrorFilter.objects.exists()


def test_taking_a_condition_away_wants_the_list_in_full(signed_in: SignedIn, company: Company) -> None:
    from integration.models import MirrorFilter, SyncState

    row = MirrorFilter.objects.create(company=company, entity="vendors", field="number", values="V1")
    admin = signed_in(roles.INTEGRATION_ADMIN)

    said = words(admin.post(f"{FILTERS}{row.pk}/delete/", {"post": "yes"}, follow=True))

    assert "From the next run on all vendors are mirrored." in said
    assert not MirrorFilter.objects.exists()
    assert SyncState.objects.get().full_wanted_at is not None


def test_who_changed_a_condition_is_in_its_history(signed_in: SignedIn, company: Company) -> None:
    from integration.models import MirrorFilter

    admin = signed_in(roles.INTEGRATION_ADMIN)
    admin.post(f"{FILTERS}add/", form(company))
    row = MirrorFilter.objects.get()
    admin.post(f"{FILTERS}{row.pk}/change/", form(company, values="SPARE"))

    told = words(admin.get(f"{FILTERS}{row.pk}/history/"))

    assert "changed the condition" in told
    assert "added the condition" in told
    assert row.history.latest().history_user is not None


def test_an_auditor_looks_at_a_filter_and_changes_nothing(signed_in: SignedIn, company: Company) -> None:
    from integration.models import MirrorFilter

    row = MirrorFilter.objects.create(company=company, entity="items", field="category", values="SPARE")
    auditor = signed_in(roles.AUDITOR)

    page = auditor.get(f"{FILTERS}{row.pk}/change/")
    refused = auditor.post(f"{FILTERS}{row.pk}/change/", form(company, values="X"))

    assert "SPARE" in words(page)
    assert refused.status_code == 403
    row.refresh_from_db()
    assert row.values == "SPARE"

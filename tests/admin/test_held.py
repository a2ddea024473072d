"""Held records: why each is not mirrored, found by list and reason, and tried again by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from masterdata.models import Company
    from tests.admin.conftest import Asked, SignedIn

pytestmark = pytest.mark.django_db
HELD = "/admin/integration/heldrecord/"


@pytest.fixture
def waiting(sandbox: Any) -> Any:
    """An item that waits for its unit, beside a rate that is none; the unit has come meanwhile."""
    from integration import sync

    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "currencies": [{"code": "USD"}]})
    sync.pull_entity("units")
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PALLET"}]})
    sandbox.control.seed({"items": [{"number": "SALT", "baseUnitOfMeasureCode": "PALLET"}]})
    sandbox.control.seed({"currencyExchangeRates": [{"currencyCode": "USD", "startingDate": "2026-02-01"}]})
    sync.pull_entity("items")
    sync.pull_entity("exchange-rates")
    sync.pull_entity("units")
    return sandbox


def test_the_list_tells_why_each_is_held(signed_in: SignedIn, waiting: Any) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)

    listed = words(admin.get(HELD))
    only_waiting = words(admin.get(f"{HELD}?why__exact=waiting"))
    only_rates = words(admin.get(f"{HELD}?entity__exact=exchange-rates"))
    found = words(admin.get(f"{HELD}?q=PALLET"))

    assert "SALT items waits for another record It waits for the unit of measure PALLET." in listed
    assert "USD 2026-02-01 exchange-rates cannot be used as it is" in listed
    assert "SALT items" in only_waiting
    assert "USD 2026-02-01" not in only_waiting
    assert "SALT items" not in only_rates
    assert "SALT items" in found


def test_the_chosen_ones_are_tried_again_and_no_others(
    signed_in: SignedIn, waiting: Any, asked: Asked
) -> None:
    from integration.models import HeldRecord
    from integration.tasks import pull_records
    from masterdata.models import Item

    salt = HeldRecord.objects.get(record="SALT")
    rate = HeldRecord.objects.get(entity="exchange-rates")
    admin = signed_in(roles.INTEGRATION_ADMIN)

    said = words(admin.post(HELD, {"action": "try_again", "_selected_action": [salt.pk]}, follow=True))
    ((task, wanted),) = asked()
    pull_records(**wanted)

    assert "Trying 1 of the items again." in said
    assert (task, wanted) == ("pull_records", {"entity": "items", "ids": [str(salt.bc_id)]})
    assert Item.objects.get().number == "SALT"
    assert list(HeldRecord.objects.values_list("pk", "tried_at")) == [(rate.pk, rate.tried_at)]


def test_records_of_several_lists_are_a_run_for_each_list(
    signed_in: SignedIn, waiting: Any, asked: Asked
) -> None:
    from integration.models import HeldRecord

    keys = list(HeldRecord.objects.values_list("pk", flat=True))

    signed_in(roles.INTEGRATION_ADMIN).post(HELD, {"action": "try_again", "_selected_action": keys})

    assert [wanted["entity"] for _, wanted in asked()] == ["exchange-rates", "items"]


def test_an_auditor_looks_and_tries_nothing(signed_in: SignedIn, waiting: Any, asked: Asked) -> None:
    from integration.models import HeldRecord

    auditor = signed_in(roles.AUDITOR)
    page = auditor.get(HELD)

    auditor.post(HELD, {"action": "try_again", "_selected_action": [HeldRecord.objects.first().pk]})

    assert "SALT" in words(page)
    assert "try_again" not in page.content.decode()
    assert asked() == []


def test_nothing_held_is_an_empty_list(signed_in: SignedIn, company: Company) -> None:
    assert signed_in(roles.INTEGRATION_ADMIN).get(HELD).status_code == 200

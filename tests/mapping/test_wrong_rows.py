"""A wrong row of the field mapping stops what it writes, and tells the administrator which row it is."""

from __future__ import annotations

from typing import Any

import pytest

from integration.mapping import defaults
from integration.models import Attempt
from tests import mappings
from tests.delivery.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db: None, sandbox: Any, settings: Any) -> House:
    from tests.delivery.house import prepare_house

    settings.OUTBOX_PACE, settings.BC_REQUESTS_PER_SECOND = 0.001, 10_000
    return prepare_house(sandbox)


def retarget(mapping: str, before: str, after: str) -> None:
    mappings.change_row(mapping, before, target=after)


@pytest.mark.parametrize(
    ("mapping", "before", "after", "row"),
    [
        (defaults.ORDER, "orderDate", "orderingDay", "order_date → orderingDay"),
        (defaults.ORDER_LINE, "directUnitCost", "directCost", "unit_price → directCost"),
    ],
)
def test_a_field_that_bc_lacks_goes_to_the_administrator_at_the_first_refusal(
    house: House, mapping: str, before: str, after: str, row: str
) -> None:
    retarget(mapping, before, after)
    message = house.order()

    house.drain()

    message.refresh_from_db()
    assert message.state == "rejected"
    assert message.error == (
        f"Business Central refused purchase order PO-1: the field mapping '{mapping}', row '{row}', targets "
        "a field that Business Central does not have. Correct it under Mappings and retry."
    )
    assert [attempt.outcome for attempt in message.tries.all()] == [Attempt.Outcome.REFUSED]


def test_corrected_and_retried_the_order_is_posted(house: House, django_user_model: Any) -> None:
    from integration import outbox

    retarget(defaults.ORDER, "orderDate", "orderingDay")
    message = house.order()
    house.drain()
    retarget(defaults.ORDER, "orderingDay", "orderDate")
    message.refresh_from_db()

    outbox.retry(message, by=django_user_model.objects.create(username="ines"), reason="mapping corrected")
    house.drain()

    message.refresh_from_db()
    assert message.state == "done"


def test_a_message_of_an_earlier_mapping_says_so(house: House) -> None:
    retarget(defaults.ORDER, "orderDate", "orderingDay")
    message = house.order()
    retarget(defaults.ORDER, "orderingDay", "orderDate")

    house.drain()

    message.refresh_from_db()
    assert message.error == (
        "Business Central refused purchase order PO-1: it was built with an earlier field mapping, which "
        "wrote orderingDay, a field that Business Central does not have. Retry it: it is built anew."
    )


def test_a_field_that_nobody_may_write_is_said_to_be_one(house: House) -> None:
    mappings.change_row(
        defaults.ORDER, "requestedReceiptDate", target="payToName", source="approved_by", transform="copy"
    )
    message = house.order()

    house.drain()

    message.refresh_from_db()
    assert message.state == "rejected"
    assert "row 'approved_by → payToName', targets a field that must not be written." in message.error

"""One id from the CAFM's request to the calls of Business Central that it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from integration import correlation

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.delivery.house import House


@pytest.fixture
def house(db: None, sandbox: Running, settings: Any) -> House:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


def test_a_call_of_bc_names_the_request_that_it_is_for(house: House) -> None:
    for number in ("PO-1", "PO-2"):
        with correlation.going_on_with(f"request-of-{number}"):
            house.order(number)
    house.sandbox.control.forget_requests()

    house.drain()

    calls = house.sandbox.control.requests(method="POST", entitySet="purchaseOrders")["log"]
    assert [each["requestId"] for each in calls] == ["request-of-PO-1", "request-of-PO-2"]
    assert correlation.current() == ""

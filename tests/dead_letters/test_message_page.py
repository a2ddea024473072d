"""A dead letter's page: what is wrong and what to do first, and behind it all that there is to know."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:
    from integration.models import Message
    from tests.delivery.house import House

    from .conftest import SignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db: None, sandbox: Any, settings: Any) -> House:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


def refused(house: House, number: str = "PO-7", **order: Any) -> Message:
    """Let BC refuse an order of a blocked vendor."""
    message = house.order(number, vendor="V2", **order)
    house.drain()
    message.refresh_from_db()
    assert message.state == "rejected"
    return message


def page_of(message: Message, signed_in: SignedIn, role: str = roles.INTEGRATION_ADMIN) -> str:
    return words(signed_in(role).get(f"/messages/{message.pk}/"))


def test_what_is_wrong_and_the_next_step_come_first(house: House, signed_in: SignedIn) -> None:
    told = page_of(refused(house), signed_in)

    places = [
        told.index(each) for each in ("the vendor is blocked", "Next step:", "What is sent", "Attempts")
    ]
    assert places == sorted(places)
    assert "Next step: Unblock the vendor" in told
    assert "Cause: Vendor V2 blocked , in the hands of Integration admin" in told


def test_what_waits_for_it_is_named(house: House, signed_in: SignedIn) -> None:
    stuck = refused(house)
    house.receipt("GR-1", order="PO-7")
    house.receipt("GR-2", order="PO-7")
    house.receipt("GR-3", order="PO-1")

    told = page_of(stuck, signed_in)

    assert "2 wait for this one goods receipt GR-1 ready goods receipt GR-2 ready" in told
    assert "GR-3" not in told


def test_it_is_held_against_the_last_one_of_its_vendor(house: House, signed_in: SignedIn) -> None:
    from integration.desk import likeness
    from tests.delivery.house import item_line

    house.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})
    house.order("PO-5", item_line(description="Air filter"), vendor="V2")
    house.order("PO-6", vendor="V1")
    house.drain()
    house.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "All"}]})
    stuck = refused(house)

    good = likeness.last_good(stuck)

    assert good is not None
    assert (good.message.document_number, good.shares) == ("PO-5", "the same vendor")
    told = page_of(stuck, signed_in)
    assert "Against the last one that went through purchase order PO-5 , the same vendor" in told
    assert "No field is different: what is wrong is in Business Central" in told


def test_only_what_is_different_is_shown_and_what_one_lacks_comes_first() -> None:
    from integration.views.difference import Difference, differences

    ours = {
        "vendorNumber": "V2",
        "currencyCode": "EUR",
        "iban": "DE1",
        "purchaseOrderLines": [
            {"sequence": 1, "description": "Tieout 1f"},
            {"lineObjectNumber": "A", "quantity": Decimal("2.50")},
        ],
    }
    theirs = {
        "vendorNumber": "V2",
        "iban": "DE2",
        "purchaseOrderLines": [
            {"lineObjectNumber": "B", "quantity": Decimal(1)},
            {"lineObjectNumber": "A", "quantity": Decimal(3)},
        ],
    }

    found = differences(ours, theirs)

    assert found == [
        Difference("currencyCode", "EUR", None),
        Difference("purchaseOrderLines B lineObjectNumber", None, "B"),
        Difference("purchaseOrderLines B quantity", None, "1"),
        Difference("purchaseOrderLines A quantity", "2.50", "3"),
    ]


def test_the_raw_exchange_and_the_call_show_no_secret(house: House, signed_in: SignedIn) -> None:
    from integration.models import Message

    stuck = refused(house)
    Message.objects.filter(pk=stuck.pk).update(payload=stuck.payload | {"apiKey": "s3cret-in-payload"})
    told = stuck.tries.latest("pk")
    told.pk, told.detail = None, '{"error": {"message": "no"}, "access_token": "s3cret-in-answer"}'
    told.save()

    body = signed_in(roles.INTEGRATION_ADMIN).get(f"/messages/{stuck.pk}/").content.decode()

    assert "s3cret" not in body
    assert "Authorization: Bearer $BC_TOKEN" in body
    assert f"companies({house.company.bc_id})/purchaseOrders" in body


def test_the_call_is_the_one_that_the_worker_made(house: House) -> None:
    import shlex

    from integration.bc import loads
    from integration.views.exchange import curl

    stuck = refused(house)

    call = shlex.split(curl(stuck))

    tried = stuck.tries.get(outcome="refused")
    sent = house.sandbox.control.requests(method="POST", entitySet="purchaseOrders")["log"][-1]
    assert call[-1].endswith(sent["target"])
    assert loads(call[call.index("--data") + 1].encode()) == tried.request


def test_requests_are_forgotten_in_time_but_never_those_of_a_dead_letter(house: House) -> None:
    from integration import outbox
    from integration.models import Attempt

    ended, stuck = refused(house, "PO-7"), refused(house, "PO-8")
    outbox.cancel(ended, by=_someone(), reason="Ordered elsewhere")
    assert Attempt.objects.filter(request__isnull=False).count() == 2

    assert outbox.forget_requests(now=timezone.now() + timedelta(days=89)) == 0
    assert outbox.forget_requests(now=timezone.now() + timedelta(days=91)) == 1
    kept = Attempt.objects.filter(request__isnull=False)
    assert list(kept.values_list("message", flat=True)) == [stuck.pk]


def _someone() -> Any:
    from tests import factories

    return factories.person(roles.INTEGRATION_ADMIN)

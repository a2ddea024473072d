"""Editing a stuck message: tried before it is sent, the original kept, and nobody overwrites anybody."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client

from integration import connections, outbox
from integration.bc import loads
from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:
    from django.http import HttpResponse

    from integration.models import Message
    from tests.delivery.house import House

    from .conftest import SignedIn

pytestmark = pytest.mark.django_db
UNIT = "value.purchaseOrderLines.1.unitOfMeasureCode"
TEXT = "value.purchaseOrderLines.1.description"
HIDDEN = re.compile(r'<input type="hidden" name="(seen|tried)" value="([^"]*)"')


@pytest.fixture
def house(db: None, sandbox: Any, settings: Any) -> House:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


@pytest.fixture
def refused(house: House) -> Message:
    """An order whose unit BC does not know for the item."""
    return unit_refused(house)


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN)


def unit_refused(house: House, number: str = "PO-7") -> Message:
    from tests.delivery.house import item_line

    message = house.order(number, item_line(unit="PALLET"))
    house.drain()
    message.refresh_from_db()
    assert message.state == "rejected"
    return message


def address(message: Message) -> str:
    return f"/messages/{message.pk}/edit/"


def hidden(page: HttpResponse) -> dict[str, str]:
    return dict(HIDDEN.findall(page.content.decode()))


def tried(client: Client, message: Message, **values: str) -> tuple[HttpResponse, dict[str, str]]:
    """Open the form, write into it and try it; gives the page and what its Send button would send."""
    form = hidden(client.get(address(message))) | values | {"try": "1"}
    page = client.post(address(message), form)
    return page, values | hidden(page) | {"send": "1", "reason": "The unit is called PCS in BC"}


def test_an_edit_is_tried_sent_and_kept_beside_its_original(
    house: House, refused: Message, admin: Client
) -> None:
    before = house.dump("purchaseOrders")

    page, form = tried(admin, refused, **{UNIT: "PCS"})
    assert house.dump("purchaseOrders") == before == []
    assert "Dry run: nothing was sent" in words(page)
    assert "purchaseOrderLines FILTER unitOfMeasureCode PCS PALLET" in words(page)
    sent = admin.post(address(refused), form, follow=True)
    house.drain()

    refused.refresh_from_db()
    edit = refused.edits.get()
    assert "It is queued again, as you edited it." in words(sent)
    assert refused.state == "done"
    assert [
        row["unitOfMeasureCode"] for row in house.dump("purchaseOrderLines") if row["lineType"] == "Item"
    ] == ["PCS"]
    assert edit.original["purchaseOrderLines"][1]["unitOfMeasureCode"] == "PALLET"
    assert edit.edited["purchaseOrderLines"][1]["unitOfMeasureCode"] == "PCS"
    assert edit.edited["purchaseOrderLines"][1]["quantity"] == Decimal(10)
    told = words(admin.get(f"/messages/{refused.pk}/"))
    assert "Edited by a person ines" in told
    assert "Edited The unit is called PCS in BC" in told


def test_what_was_never_tried_is_tried_and_not_sent(house: House, refused: Message, admin: Client) -> None:
    _page, form = tried(admin, refused, **{UNIT: "PCS"})

    page = admin.post(address(refused), form | {UNIT: "BOX"})

    refused.refresh_from_db()
    assert page.status_code == 422
    assert refused.state == "rejected"
    assert refused.edits.count() == 0


def test_an_edit_needs_a_reason(refused: Message, admin: Client) -> None:
    _page, form = tried(admin, refused, **{UNIT: "PCS"})

    page = admin.post(address(refused), form | {"reason": " "})

    refused.refresh_from_db()
    assert "Say why: the reason stays with the message." in words(page)
    assert (refused.state, refused.edits.count()) == ("rejected", 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value.purchaseOrderLines.1.quantity", "99"),
        ("value.purchaseOrderLines.1.directUnitCost", "0.01"),
        ("value.purchaseOrderLines.1.lineObjectNumber", "CALLOUT"),
        ("value.vendorNumber", "V2"),
        ("value.purchaseOrderLines.0.description", "Tieout nobody"),
        ("value.somethingElse", "x"),
        ("value.purchaseOrderLines.9.description", "x"),
    ],
)
def test_what_was_approved_and_what_is_not_there_cannot_be_written(
    refused: Message, admin: Client, field: str, value: str
) -> None:
    _page, form = tried(admin, refused, **{UNIT: "PCS", field: value})

    admin.post(address(refused), form)

    edit = refused.edits.get()
    expected = loads(b"{}") | edit.original
    expected["purchaseOrderLines"][1]["unitOfMeasureCode"] = "PCS"
    assert edit.edited == expected


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("value.orderDate", "30.11.2026", "Write a date, such as 2026-11-30."),
        ("value.purchaseOrderLines.1.locationId", "MAIN", "Write an id, such as"),
        (UNIT, "A-UNIT-THAT-IS-LONG", "Business Central takes 10 characters; these are 19."),
        (TEXT, "a\x00b", "holds characters that no field takes"),
    ],
)
def test_what_bc_could_not_take_is_said_at_its_field(
    house: House, refused: Message, admin: Client, field: str, value: str, told: str
) -> None:
    from integration.contract import checking

    checking.check()

    page, _form = tried(admin, refused, **{field: value})

    assert page.status_code == 422
    assert told in words(page)
    assert 'aria-invalid="true"' in page.content.decode()


def test_an_edit_of_what_bc_has_already_is_not_sent_and_shows_the_difference(
    house: House, refused: Message, admin: Client
) -> None:
    posted = connections.client().create("purchaseOrders", _with_unit(refused, "PCS"))
    before = house.dump("purchaseOrderLines")

    page, form = tried(admin, refused, **{UNIT: "PCS", TEXT: "Another filter"})
    again = admin.post(address(refused), form)
    refused.refresh_from_db()
    assert (refused.state, again.status_code) == ("rejected", 422)
    told = words(page)
    assert f"Business Central already has it as {posted['number']} . It is not sent again" in told
    assert "purchaseOrderLines FILTER description Another filter Air filter" in told
    marked = admin.post(
        f"/messages/{refused.pk}/done/",
        {"bc_number": posted["number"], "reason": "It was there"},
        follow=True,
    )

    refused.refresh_from_db()
    assert f"is marked as posted, {posted['number']} in BC." in words(marked)
    assert (refused.state, refused.bc_number, str(refused.bc_id)) == ("done", posted["number"], posted["id"])
    assert house.dump("purchaseOrderLines") == before
    assert len(house.dump("purchaseOrders")) == 1


def test_a_document_that_came_after_the_dry_run_is_adopted_as_it_is(
    house: House, refused: Message, admin: Client
) -> None:
    outbox.send_edited(
        refused,
        original=refused.payload,
        edited=_with_unit(refused, "BOX"),
        seen=outbox.sight(refused),
        by=_someone(),
        reason="Boxes",
    )
    posted = connections.client().create("purchaseOrders", _with_unit(refused, "PCS"))
    before = house.dump("purchaseOrderLines")

    house.drain()

    refused.refresh_from_db()
    assert (refused.state, refused.bc_number) == ("done", posted["number"])
    assert house.dump("purchaseOrderLines") == before


def test_another_number_than_bcs_own_is_not_believed(house: House, refused: Message, admin: Client) -> None:
    posted = connections.client().create("purchaseOrders", _with_unit(refused, "PCS"))

    page = admin.post(f"/messages/{refused.pk}/done/", {"bc_number": "999", "reason": "I saw it"})

    refused.refresh_from_db()
    assert f"Business Central has purchase order PO-7 as {posted['number']}, not as 999." in words(page)
    assert refused.state == "rejected"


def test_looking_finds_the_number_and_changes_nothing(house: House, refused: Message, admin: Client) -> None:
    nothing = admin.post(f"/messages/{refused.pk}/look/")
    posted = connections.client().create("purchaseOrders", _with_unit(refused, "PCS"))
    found = admin.post(f"/messages/{refused.pk}/look/")

    refused.refresh_from_db()
    assert "Business Central has nothing under our key." in words(nothing)
    assert f"Business Central has it as {posted['number']} , under our key." in words(found)
    assert f'value="{posted["number"]}"' in found.content.decode()
    assert refused.state == "rejected"


def test_an_edit_does_not_outlive_what_it_was_made_on(house: House, refused: Message, admin: Client) -> None:
    """BC refuses the edited one too, then the record changes: neither is sent without a person."""
    from reconciliation.models import PurchaseOrderLine

    _page, form = tried(admin, refused, **{UNIT: "BARREL"})
    admin.post(address(refused), form)
    house.drain()
    refused.refresh_from_db()
    assert refused.state == "rejected"
    PurchaseOrderLine.objects.update(unit="PCS")

    outbox.retry(refused, by=_someone(), reason="Again")

    refused.refresh_from_db()
    assert refused.state == "rejected"
    assert "what is built from its record has changed since. Open Edit" in refused.error
    given_up, form = tried(admin, refused)
    admin.post(address(refused), form)
    house.drain()
    refused.refresh_from_db()
    assert "What is built has changed since, so the form shows that." in words(given_up)
    assert (refused.state, refused.edits.in_force().count()) == ("done", 0)


def test_an_edit_survives_a_retry(house: House, refused: Message, admin: Client) -> None:
    _page, form = tried(admin, refused, **{UNIT: "BARREL"})
    admin.post(address(refused), form)
    house.drain()
    refused.refresh_from_db()

    outbox.retry(refused, by=_someone(), reason="Again")

    refused.refresh_from_db()
    assert refused.payload["purchaseOrderLines"][1]["unitOfMeasureCode"] == "BARREL"


def test_what_may_be_there_already_is_not_edited(house: House, refused: Message, admin: Client) -> None:
    from django.utils import timezone

    from integration.models import Message

    Message.objects.filter(pk=refused.pk).update(unknown_since=timezone.now())

    page = admin.get(address(refused), follow=True)

    assert "may be in Business Central as it was sent. Retry it: it is looked for first." in words(page)
    assert "Edit it" not in words(page)


def test_who_comes_second_is_told_and_overwrites_nothing(
    house: House, refused: Message, signed_in: SignedIn
) -> None:
    first, second = signed_in(roles.INTEGRATION_ADMIN), Client()
    second.force_login(_someone())
    _page, mine = tried(first, refused, **{UNIT: "BARREL"})
    _page, theirs = tried(second, refused, **{UNIT: "PCS"})
    first.post(address(refused), mine)
    house.drain()  # refused again, so that it could be edited

    page = second.post(address(refused), theirs)

    told = words(page)
    assert page.status_code == 409
    assert "Nothing of yours was written." in told
    assert 'value="PCS"' in page.content.decode()
    assert [edit.edited["purchaseOrderLines"][1]["unitOfMeasureCode"] for edit in refused.edits.all()] == [
        "BARREL"
    ]


def test_who_comes_when_it_is_sent_already_is_told_by_whom(refused: Message, signed_in: SignedIn) -> None:
    first, second = signed_in(roles.INTEGRATION_ADMIN), Client()
    second.force_login(_someone())
    _page, mine = tried(first, refused, **{UNIT: "PCS"})
    _page, theirs = tried(second, refused, **{UNIT: "BOX"})
    first.post(address(refused), mine)

    told = words(second.post(address(refused), theirs, follow=True))

    assert "purchase order PO-7 is ready now: ines," in told
    assert "Edited: The unit is called PCS in BC. Nothing of yours was written." in told


@pytest.mark.parametrize("role", [roles.AUDITOR, roles.FINANCE_CONTROLLER, roles.AP_CLERK, roles.BUYER])
def test_who_may_not_replay_may_not_edit_look_or_adopt(
    refused: Message, signed_in: SignedIn, role: str
) -> None:
    client = signed_in(role)

    answers = [
        client.get(address(refused)),
        client.post(address(refused), {UNIT: "PCS", "send": "1"}),
        client.post(f"/messages/{refused.pk}/look/"),
        client.post(f"/messages/{refused.pk}/done/", {"bc_number": "1", "reason": "x"}),
    ]

    refused.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403] * 4
    assert refused.state == "rejected"


def _with_unit(message: Message, unit: str) -> dict[str, Any]:
    import copy

    payload: dict[str, Any] = copy.deepcopy(message.payload)
    payload["purchaseOrderLines"][1]["unitOfMeasureCode"] = unit
    return payload


def _someone() -> Any:
    from tests import factories

    return factories.person(roles.INTEGRATION_ADMIN, "second")


@pytest.mark.django_db(transaction=True)
def test_of_people_who_send_at_once_one_edits_and_the_others_are_told(transactional_db: None) -> None:
    from tests import factories

    people = 4
    message = factories.refused(factories.open_company(), "PO-1")
    seen = outbox.sight(message)
    start = Barrier(people)

    def send(number: int) -> str:
        start.wait()
        try:
            outbox.send_edited(
                message,
                original=message.payload,
                edited=message.payload | {"requestedReceiptDate": f"2026-12-0{number + 1}"},
                seen=seen,
                by=users[number],
                reason="The day was wrong",
            )
        except outbox.Overtaken as told:
            return str(told)
        else:
            return "sent"
        finally:
            connection.close()

    users = [factories.person(roles.INTEGRATION_ADMIN, f"admin{number}") for number in range(people)]
    with ThreadPoolExecutor(people) as pool:
        told = list(pool.map(send, range(people)))

    assert told.count("sent") == 1
    assert sum("Nothing of yours was written." in each for each in told) == people - 1
    assert message.edits.count() == 1

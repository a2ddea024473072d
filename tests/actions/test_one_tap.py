"""The one-tap link: one question, once, within its time; what is forged, used or too old is refused."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Change
from reconciliation import actions, cases, roles
from reconciliation.actions import one_tap
from reconciliation.models import CaseRequest, GoodsReceipt
from tests import factories
from tests.desk.reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from django.http import HttpResponse

    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

ANSWER = {"quantity": "10", "name": "Sam Store"}


def asked(case: ExceptionCase, name: str = "ask-receiver", email: str = "sam@example.com") -> CaseRequest:
    actions.do(name, case, by=factories.person(roles.AP_CLERK), sent={"email": email})
    return CaseRequest.objects.get()


def address(request: CaseRequest) -> str:
    return reverse("one-tap", args=[one_tap.key_of(request)])


def page_of(case: ExceptionCase, viewer: User) -> HttpResponse:
    client = Client()
    client.force_login(viewer)
    return client.get(reverse("case", args=[case.pk]))


def test_an_answer_books_nothing_until_somebody_who_confirms_takes_it_over(desk):
    case = factories.billed_before_receipt(desk)
    link, buyer = address(asked(case)), factories.person(roles.BUYER)

    page = Client().get(link)
    assert "How much of 10 PCS FILTER has come, order PO-R-100?" in words(page)
    assert page["Referrer-Policy"] == "same-origin"
    answer = Client().post(link, ANSWER)
    case.refresh_from_db()
    assert "Your answer is kept: 10 PCS." in words(answer)
    assert (case.status, case.invoice.status, GoodsReceipt.objects.count()) == ("waiting", "blocked", 0)

    shown = page_of(case, buyer)
    counted = shown.context["counted"]
    assert "Sam Store (sam@example.com) answered by link: 10 PCS." in words(shown)
    assert 'name="quantity" inputmode="decimal" maxlength="20" autocomplete="off" value="10"' in (
        shown.content.decode()
    )
    sent = {"line": str(counted.line), "quantity": counted.quantity}
    actions.do("record-receipt", case, by=buyer, sent=sent)

    case.refresh_from_db()
    receipt = GoodsReceipt.objects.get()
    assert (case.status, receipt.received_by, receipt.received_from) == (
        "cleared",
        "Bea Lang",
        "desk: Bea Lang",
    )


def test_who_asked_sees_no_link_and_no_suggestion(desk):
    case = factories.billed_before_receipt(desk)
    request = asked(case, email="")
    request.asked_by.groups.add(Group.objects.get(name=roles.BUYER))  # who holds both duties, too

    before = page_of(case, request.asked_by)
    Client().post(address(request), ANSWER)
    after = page_of(case, request.asked_by)

    assert before.context["requests"][0].link == ""
    assert "a colleague who confirms deliveries finds the link here" in words(before)
    assert "record-receipt" in [action.name for action in after.context["actions"]]
    assert after.context["counted"] is None


@pytest.mark.parametrize("own", ["Clara@Example.com", "clara@example.com"])
def test_nobody_is_asked_at_their_own_address(desk, own):
    case = factories.billed_before_receipt(desk)
    clerk = factories.person(roles.AP_CLERK)
    clerk.email = "clara@example.com"
    clerk.save(update_fields=["email"])

    with pytest.raises(cases.CaseError, match="That is your own address"):
        actions.do("ask-receiver", case, by=clerk, sent={"email": own})

    assert not CaseRequest.objects.exists()


def test_an_answer_in_another_unit_than_the_orders_is_a_note(desk):
    desk.order("PO-B", factories.ordered(quantity="120"))
    bill = factories.billed(quantity="10", price="60.00", unit="BOX")
    case = factories.case_of(desk.invoice("R-B", bill, order_number="PO-B"))
    request = asked(case)
    assert (request.unit, request.order_number) == ("BOX", "PO-B")

    Client().post(address(request), ANSWER)

    assert "Answered by link: 10 BOX" in case.comments.get().text
    assert one_tap.counted(case, factories.person(roles.BUYER)) is None
    assert not GoodsReceipt.objects.exists()


def test_an_answer_is_not_suggested_again_once_goods_have_come(desk):
    case = factories.billed_before_receipt(desk)
    Client().post(address(asked(case)), ANSWER | {"quantity": "4"})
    buyer = factories.person(roles.BUYER)
    assert one_tap.counted(case, buyer).quantity == "4"

    actions.do("record-receipt", case, by=buyer, sent={"line": "1", "quantity": "4"})

    case.refresh_from_db()
    assert case.is_open
    assert one_tap.counted(case, buyer) is None


def test_an_answer_tells_where_it_came_from(desk):
    case = factories.billed_before_receipt(desk)
    request = asked(case, email="")
    with connection.cursor() as cursor:  # the book of changes keeps none of the tables that an answer writes
        cursor.execute(
            "CREATE TRIGGER record_change AFTER INSERT ON reconciliation_comment "
            "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()"
        )

    Client().post(address(request), ANSWER, headers={"X-Request-ID": "0123456789abcdef" * 2})

    origin = "127.0.0.1 request " + "0123456789abcdef" * 2
    told = Change.objects.get(table="reconciliation_comment")
    assert (told.actor, told.origin) == (f"link {request.pk}", origin)
    said = case.comments.get()
    assert (said.by, said.said_by) == (None, "Sam Store")
    assert said.text == f"Answered by link: 10 PCS. Question {request.pk}, from {origin}"


def test_a_link_answers_once(desk):
    case = factories.billed_before_receipt(desk)
    link = address(asked(case))
    Client().post(link, ANSWER | {"quantity": "4"})

    again = Client().post(link, ANSWER)

    assert again.status_code == 410
    assert "This was answered already, by Sam Store." in words(again)
    assert CaseRequest.objects.get().answer == "4 PCS"
    assert case.comments.count() == 1


def test_a_link_that_is_over_is_refused(desk):
    request = asked(factories.billed_before_receipt(desk))
    link = address(request)
    CaseRequest.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))

    answer = Client().post(link, ANSWER)

    assert (answer.status_code, CaseRequest.objects.get().state) == (410, "open")
    assert "This link is over." in words(answer)


def test_a_signature_older_than_a_week_is_refused(desk, monkeypatch):
    request = asked(factories.billed_before_receipt(desk))
    monkeypatch.setattr(one_tap, "LINK_LIVES", datetime.timedelta(seconds=-1))

    answer = Client().get(address(request))

    assert answer.status_code == 410
    assert "older than seven days" in words(answer)


@pytest.mark.parametrize("change", ["cut", "swap", "other"])
def test_a_changed_link_is_refused(desk, change):
    key = one_tap.key_of(asked(factories.billed_before_receipt(desk)))
    changed = {"cut": key[:-2], "swap": "A" + key[1:], "other": "nothing:like:this"}[change]

    answer = Client().post(reverse("one-tap", args=[changed]), ANSWER)

    assert (answer.status_code, CaseRequest.objects.get().state) == (410, "open")
    assert "not one of ours" in words(answer)


def test_a_link_for_a_quantity_answers_no_price(desk):
    request = asked(factories.billed_before_receipt(desk))
    key = one_tap.key_of(request)
    CaseRequest.objects.update(kind="confirm_price")

    assert Client().get(reverse("one-tap", args=[key])).status_code == 410


@pytest.mark.parametrize(
    "answer", [{"quantity": "11"}, {"quantity": "-1"}, {"quantity": "many"}, {"quantity": "4", "name": " "}]
)
def test_what_makes_no_sense_is_asked_again(desk, answer):
    link = address(asked(factories.billed_before_receipt(desk)))

    page = Client().post(link, ANSWER | answer)

    assert (page.status_code, CaseRequest.objects.get().state) == (422, "open")


def test_a_buyer_agrees_to_a_price_and_a_clerk_still_decides(desk):
    case = factories.price_over_order(desk)
    link = address(asked(case, "ask-buyer"))

    Client().post(link, {"agreed": "yes", "name": "Bea Lang"})

    case.refresh_from_db()
    assert case.status == "waiting"
    said = case.comments.get()
    assert (said.by, said.said_by) == (None, "Bea Lang (sam@example.com)")
    assert re.match(r"Answered by link: agreed\. Question \d+, from 127\.0\.0\.1 request \w+$", said.text)


def test_a_closed_case_needs_no_answer(desk):
    case = factories.billed_before_receipt(desk)
    link = address(asked(case))
    cases.reject(case, by=factories.person(roles.AP_APPROVER), reason="Not ours")

    assert Client().get(link).status_code == 410


def test_an_answer_wants_the_token_of_the_page(desk):
    link = address(asked(factories.billed_before_receipt(desk)))

    assert Client(enforce_csrf_checks=True).post(link, ANSWER).status_code == 403
    assert CaseRequest.objects.get().state == "open"


def test_the_case_shows_the_link_to_who_confirms_until_it_is_answered(desk):
    case = factories.billed_before_receipt(desk)
    request = asked(case, email="")
    buyer, approver = factories.person(roles.BUYER), factories.person(roles.AP_APPROVER)

    assert "/answer/" in page_of(case, buyer).context["requests"][0].link
    assert page_of(case, approver).context["requests"][0].link == ""
    Client().post(address(request), ANSWER | {"quantity": "4"})
    shown = page_of(case, buyer).context["requests"][0]
    assert (shown.link, shown.answer.partition(" answered")[0]) == ("", "Sam Store")


def test_a_link_that_goes_by_mail_is_for_its_reader_alone(desk, client):
    case = factories.billed_before_receipt(desk)
    asked(case)
    client.force_login(factories.person(roles.BUYER))

    shown = client.get(reverse("case", args=[case.pk])).context["requests"][0]

    assert (shown.link, shown.mail) == ("", "Goes to sam@example.com by mail in a minute.")


def test_nobody_answers_their_own_question(desk):
    request = asked(factories.billed_before_receipt(desk), email="")
    asker = Client()
    asker.force_login(request.asked_by)

    answer = asker.post(address(request), ANSWER)

    assert (answer.status_code, CaseRequest.objects.get().state) == (410, "open")
    assert "You asked this yourself." in words(answer)

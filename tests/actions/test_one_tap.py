"""The one-tap link: one question, once, within its time; what is forged, used or too old is refused."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reconciliation import actions, cases, roles
from reconciliation.actions import one_tap
from reconciliation.models import CaseRequest, GoodsReceipt
from tests import factories
from tests.desk.reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

ANSWER = {"quantity": "10", "name": "Sam Store"}


def asked(case: ExceptionCase, name: str = "ask-receiver", email: str = "sam@example.com") -> CaseRequest:
    actions.do(name, case, by=factories.person(roles.AP_CLERK), sent={"email": email})
    return CaseRequest.objects.get()


def address(request: CaseRequest) -> str:
    return reverse("one-tap", args=[one_tap.key_of(request)])


def test_a_receiver_without_a_seat_confirms_and_the_case_clears_itself(desk):
    case = factories.billed_before_receipt(desk)
    link = address(asked(case))

    page = Client().get(link)
    assert "How much of 10 PCS FILTER has come, order PO-R-100?" in words(page)
    assert (page["Referrer-Policy"], GoodsReceipt.objects.count()) == ("same-origin", 0)
    answer = Client().post(link, ANSWER)

    case.refresh_from_db()
    assert "Your answer is kept: 10 PCS." in words(answer)
    assert (case.status, GoodsReceipt.objects.get().received_by) == ("cleared", "Sam Store")


def test_a_link_answers_once(desk):
    case = factories.billed_before_receipt(desk)
    link = address(asked(case))
    Client().post(link, ANSWER | {"quantity": "4"})

    again = Client().post(link, ANSWER)

    assert again.status_code == 410
    assert "This was answered already, by Sam Store." in words(again)
    assert GoodsReceipt.objects.count() == 1


def test_a_link_that_is_over_is_refused(desk):
    request = asked(factories.billed_before_receipt(desk))
    link = address(request)
    CaseRequest.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))

    answer = Client().post(link, ANSWER)

    assert (answer.status_code, GoodsReceipt.objects.count()) == (410, 0)
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

    assert (answer.status_code, GoodsReceipt.objects.count()) == (410, 0)
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

    assert (page.status_code, GoodsReceipt.objects.count()) == (422, 0)


def test_a_buyer_agrees_to_a_price_and_a_clerk_still_decides(desk):
    case = factories.price_over_order(desk)
    link = address(asked(case, "ask-buyer"))

    Client().post(link, {"agreed": "yes", "name": "Bea Lang"})

    case.refresh_from_db()
    assert case.status == "waiting"
    said = case.comments.get()
    assert (said.by, said.said_by, said.text) == (
        None,
        "Bea Lang (sam@example.com)",
        "Answered by link: agreed",
    )


def test_a_closed_case_needs_no_answer(desk):
    case = factories.billed_before_receipt(desk)
    link = address(asked(case))
    cases.reject(case, by=factories.person(roles.AP_APPROVER), reason="Not ours")

    assert Client().get(link).status_code == 410


def test_an_answer_wants_the_token_of_the_page(desk):
    link = address(asked(factories.billed_before_receipt(desk)))

    assert Client(enforce_csrf_checks=True).post(link, ANSWER).status_code == 403
    assert not GoodsReceipt.objects.exists()


def test_the_case_shows_the_link_until_it_is_answered(desk, client):
    case = factories.billed_before_receipt(desk)
    request = asked(case, email="")
    client.force_login(factories.person(roles.AP_APPROVER))

    assert "/answer/" in client.get(reverse("case", args=[case.pk])).context["requests"][0].link
    Client().post(address(request), ANSWER | {"quantity": "4"})
    shown = client.get(reverse("case", args=[case.pk])).context["requests"][0]
    assert (shown.link, shown.answer.partition(" answered")[0]) == ("", "Sam Store")


def test_a_link_that_goes_by_mail_is_for_its_reader_alone(desk, client):
    case = factories.billed_before_receipt(desk)
    asked(case)
    client.force_login(factories.person(roles.AP_APPROVER))

    shown = client.get(reverse("case", args=[case.pk])).context["requests"][0]

    assert (shown.link, shown.mail) == ("", "Goes to sam@example.com by mail in a minute.")


def test_nobody_answers_their_own_question(desk):
    request = asked(factories.billed_before_receipt(desk), email="")
    asker = Client()
    asker.force_login(request.asked_by)

    answer = asker.post(address(request), ANSWER)

    assert (answer.status_code, GoodsReceipt.objects.count()) == (410, 0)
    assert "You asked this yourself." in words(answer)

"""What each role may do with a case, and what the others are told."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reconciliation import cases, reconcile, roles
from tests import factories

from .reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from django.http import HttpResponse

    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

CLERK, APPROVER = roles.AP_CLERK, roles.AP_APPROVER
NO_ROLE = ""
EVERYONE = [*roles.ROLES, NO_ROLE]
RESOLVERS = {CLERK, APPROVER}
TALKERS = {CLERK, APPROVER, roles.BUYER, roles.FINANCE_CONTROLLER}
# Who may do what, and what the case is afterwards.
ALLOWED: dict[str, tuple[set[str], str]] = {
    "release": (RESOLVERS, "released"),
    "reject": (RESOLVERS, "rejected"),
    "wait": (RESOLVERS, "waiting"),
    "take": (RESOLVERS, "open"),
    "hand-over": (RESOLVERS, "open"),
    "comment": (TALKERS, "open"),
    "reopen": (RESOLVERS, "open"),
    "approve": ({APPROVER}, "released"),
    "decline": ({APPROVER}, "open"),
}
BEFORE = {"reopen": "waiting", "approve": "proposed", "decline": "proposed"}
# What a case of goods that have not come is one for.
GOODS = [
    "wait", "release", "reject", "request-correction", "ask-receiver", "rematch", "hold", "escalate",
    "hand-over",
]  # fmt: skip
OFFERED = {
    CLERK: GOODS,
    APPROVER: [*GOODS, "done-by-hand"],
    roles.BUYER: ["record-receipt"],
}
DUTY = {"approve": "approve releases", "decline": "approve releases", "comment": "comment on exceptions"}


def tomorrow() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


def colleague() -> User:
    return factories.person(CLERK, username="carl")


def signed_in_as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, case: ExceptionCase, action: str, **form: Any) -> HttpResponse:
    """Send a form as the page would; the values override what its fields hold."""
    page = {
        "seen": cases.version(case),
        "queue": "",
        "reason": "Agreed with the buyer",
        "text": "Who knows more?",
        "until": tomorrow().isoformat(),
        "to": "carl",
    }
    return client.post(reverse("case-act", args=[case.pk, action]), page | form)


def case_in(desk: factories.Desk, status: str, by: User, number: str = "R-100") -> ExceptionCase:
    """Give a case of fifty euros that is open, put aside or proposed by this person."""
    price = "500.00" if status == "proposed" else "5.00"
    case = factories.billed_before_receipt(desk, number, price=price)
    if status == "waiting":
        cases.wait(case, by=by, until=tomorrow(), reason="Delivery announced")
    if status == "proposed":
        cases.release(case, by=by, reason="The lift has to run")
    case.refresh_from_db()
    assert case.status == status
    return case


@pytest.mark.parametrize(
    ("action", "role"), [(action, role) for action in ALLOWED for role in sorted(ALLOWED[action][0])]
)
def test_each_action_is_done_by_whose_it_is(desk, signed_in, action, role):
    case = case_in(desk, BEFORE.get(action, "open"), colleague())

    response = send(signed_in(role), case, action)

    case.refresh_from_db()
    assert response.status_code == 302
    assert case.status == ALLOWED[action][1]


@pytest.mark.parametrize("action", ALLOWED)
def test_each_action_is_refused_to_the_others_with_a_sentence(desk, signed_in, action):
    before = BEFORE.get(action, "open")
    case = case_in(desk, before, colleague())
    decisions = case.resolutions.count()
    others = [role for role in EVERYONE if role not in ALLOWED[action][0]]

    answers = {role: send(signed_in(role), case, action) for role in others}

    for role, answer in answers.items():
        duty = DUTY.get(action, "resolve exceptions")
        sees = role in roles.roles_with(roles.SEE_CASES)
        who = f"As {role} you" if role else "You have no role yet, so you"
        assert answer.status_code == 403
        assert f"{who} may not {duty if sees else 'see exceptions'}. Ask someone who is" in words(answer)
    case.refresh_from_db()
    assert case.status == before
    assert (case.resolutions.count(), case.comments.count()) == (decisions, 0)


@pytest.mark.parametrize("role", EVERYONE)
def test_the_page_offers_each_role_what_it_may_do(desk, signed_in, role):
    case = case_in(desk, "open", colleague())

    response = signed_in(role).get(reverse("case", args=[case.pk]))

    if role not in roles.roles_with(roles.SEE_CASES):
        assert response.status_code == 403
        return
    offered = [action.name for action in response.context["actions"]]
    assert offered == OFFERED.get(role, [])
    numbers = [action.number for action in response.context["actions"]]
    assert numbers == [number if number <= 9 else 0 for number in range(1, len(offered) + 1)]
    assert response.context["may_talk"] == (role in TALKERS)
    assert ("you may not resolve exceptions" in words(response)) == (role not in RESOLVERS)


HELD_UP = "Business Central posts no more than was received"


def test_before_a_release_over_the_receipts_the_clerk_reads_what_will_happen(desk, signed_in):
    case = factories.billed_before_receipt(desk)

    page = signed_in(CLERK).get(reverse("case", args=[case.pk]))

    assert (
        f"lets 50.00 EUR through; your limit is 500.00 EUR. {HELD_UP}: a released invoice comes back "
        "unless the rest is received first, or someone posts it by hand"
    ) in words(page)


def test_the_approver_reads_it_too(desk, signed_in):
    clerk = factories.person(CLERK, username="carl")
    case = factories.billed_before_receipt(desk, price="500.00")
    cases.release(case, by=clerk, reason="The lift has to run")

    page = signed_in(APPROVER).get(reverse("case", args=[case.pk]))

    assert f"the invoice goes to Business Central. {HELD_UP}" in words(page)


def test_a_release_of_a_price_holds_nothing_up(desk, signed_in):
    case = factories.price_over_order(desk)

    page = signed_in(CLERK).get(reverse("case", args=[case.pk]))

    assert "lets 10.00 EUR through; your limit is 500.00 EUR" in words(page)
    assert HELD_UP not in words(page)


def test_a_release_within_the_limit_sends_the_invoice_on_its_way(desk, signed_in):
    case = case_in(desk, "open", colleague())

    response = send(signed_in(CLERK), case, "release", reason="  Agreed with the buyer ")

    case.refresh_from_db()
    assert response.status_code == 302
    assert (case.status, case.invoice.status) == ("released", "ready")
    resolution = case.resolutions.get()
    assert (resolution.by.username, resolution.reason) == ("clara", "Agreed with the buyer")


def test_a_release_over_the_limit_waits_for_an_approver_and_then_goes(desk, signed_in):
    case = factories.billed_before_receipt(desk, "R-100", price="500.00")
    clerk, approver = signed_in(CLERK), signed_in(APPROVER)
    page = clerk.get(reverse("case", args=[case.pk]))
    assert "5,000.00 EUR is over your limit of 500.00 EUR: an AP approver decides" in words(page)

    send(clerk, case, "release", reason="The lift has to run")

    case.refresh_from_db()
    assert (case.status, case.invoice.status) == ("proposed", "blocked")
    page = words(approver.get(reverse("case", args=[case.pk])))
    assert "Clara Weiss asked to let 5,000.00 EUR through" in page
    assert "The lift has to run" in page

    send(approver, case, "approve", reason="")

    case.refresh_from_db()
    case.invoice.refresh_from_db()
    assert (case.status, case.invoice.status) == ("released", "ready")
    assert case.resolutions.get().decided_by.username == "anton"


def test_nobody_decides_their_own_proposal(desk):
    approver = factories.person(APPROVER)
    case = factories.billed_before_receipt(desk, "R-100", quantity="100", price="5000.00")
    cases.release(case, by=approver, reason="Urgent")
    case.refresh_from_db()
    assert case.status == "proposed"
    client = signed_in_as(approver)

    page = client.get(reverse("case", args=[case.pk]))
    answers = [send(client, case, action) for action in ("approve", "decline")]

    offered = {action.name: action.disabled for action in page.context["actions"]}
    assert offered == {
        "approve": "This is your own proposal; someone else decides it.",
        "decline": "This is your own proposal; someone else decides it.",
        "withdraw": "",
    }
    assert [answer.status_code for answer in answers] == [403, 403]
    assert "This is your own proposal. Someone else has to decide it." in words(answers[0])
    case.refresh_from_db()
    assert (case.status, case.invoice.status) == ("proposed", "blocked")


def test_a_proposal_is_withdrawn_by_its_proposer_only(desk):
    proposer, other = colleague(), factories.person(CLERK)
    case = case_in(desk, "proposed", proposer)

    refused = send(signed_in_as(other), case, "withdraw")
    case.refresh_from_db()
    assert (refused.status_code, case.status) == (403, "proposed")

    done = send(signed_in_as(proposer), case, "withdraw")
    case.refresh_from_db()
    assert (done.status_code, case.status) == (302, "open")


@pytest.mark.parametrize("action", ["release", "reject", "wait", "reopen", "decline"])
def test_a_decision_wants_its_reason(desk, signed_in, action):
    case = case_in(desk, BEFORE.get(action, "open"), colleague())
    before = case.status

    response = send(signed_in(APPROVER), case, action, reason="  \n ")

    case.refresh_from_db()
    assert response.status_code == 422
    assert "Say why. The reason stays with the case" in words(response)
    assert [a.name for a in response.context["actions"] if a.is_open] == [action]
    assert case.status == before


def test_what_the_database_cannot_keep_is_left_out_of_a_reason(desk, signed_in):
    case = case_in(desk, "open", colleague())

    response = send(signed_in(CLERK), case, "reject", reason="Billed\0 twice")

    assert response.status_code == 302
    assert case.resolutions.get().reason == "Billed twice"


@pytest.mark.parametrize("until", ["", "yesterday", "2026-02-30", "2020-01-01"])
def test_waiting_wants_a_day_to_come(desk, signed_in, until):
    case = case_in(desk, "open", colleague())

    response = send(signed_in(CLERK), case, "wait", until=until, reason="Delivery announced")

    case.refresh_from_db()
    assert response.status_code == 422
    assert "Choose a day after today to wait until." in words(response)
    assert "Delivery announced</textarea>" in response.content.decode()
    assert case.status == "open"


def test_an_empty_comment_is_not_kept(desk, signed_in):
    case = case_in(desk, "open", colleague())

    response = send(signed_in(CLERK), case, "comment", text=" ")

    assert response.status_code == 422
    assert "Write something first." in words(response)
    assert case.comments.count() == 0


def test_a_case_is_given_to_someone_who_works_on_cases(desk, signed_in):
    case = case_in(desk, "open", colleague())
    factories.person(roles.AUDITOR)
    client = signed_in(CLERK)

    page = client.get(reverse("case", args=[case.pk]))
    nobody = send(client, case, "hand-over", to="")
    auditor = send(client, case, "hand-over", to="august")
    assert case.owner is None
    send(client, case, "hand-over", to="carl")

    assert {row["username"] for row in page.context["colleagues"]} == {"carl", "clara"}
    assert (nobody.status_code, auditor.status_code) == (422, 403)
    assert "Choose the person who gets the case." in words(nobody)
    case.refresh_from_db()
    assert case.owner.username == "carl"


def test_a_buyer_gives_back_the_case_that_was_theirs(desk, signed_in):
    clerk, buyer = colleague(), factories.person(roles.BUYER)
    case = case_in(desk, "open", clerk)
    cases.hand_over(case, by=clerk, to=buyer)
    client = signed_in_as(buyer)

    page = client.get(reverse("case", args=[case.pk]))
    response = send(client, case, "hand-over", to="carl")

    assert [action.name for action in page.context["actions"]] == ["record-receipt", "hand-over"]
    assert response.status_code == 302
    case.refresh_from_db()
    assert case.owner.username == "carl"


def test_the_second_of_two_learns_what_the_first_has_done(desk, signed_in):
    first = colleague()
    case = case_in(desk, "open", first)
    seen = cases.version(case)
    cases.reject(case, by=first, reason="Billed twice")

    response = send(signed_in(CLERK), case, "release", seen=seen, reason="Agreed with the buyer")

    case.refresh_from_db()
    shown = words(response)
    assert response.status_code == 409
    assert re.search(r"Weiss rejected this invoice at \d\d:\d\d\.", shown)
    assert "You had written: “Agreed with the buyer”" in shown
    assert (case.status, case.invoice.status) == ("rejected", "rejected")
    assert case.resolutions.count() == 1


def test_figures_that_changed_meanwhile_are_looked_at_again(desk, signed_in):
    case = case_in(desk, "open", colleague())
    seen = cases.version(case)
    desk.receive("4", case.order_number)
    reconcile.match_due()

    response = send(signed_in(CLERK), case, "release", seen=seen, reason="Agreed with the buyer")

    case.refresh_from_db()
    assert response.status_code == 409
    assert "The figures of this case have changed. Look at them again before you decide." in words(response)
    assert response.context["seen"] == cases.version(case) != seen
    assert "Agreed with the buyer</textarea>" in response.content.decode()
    assert case.status == "open"


def test_a_case_that_cleared_itself_cannot_be_rejected_any_more(desk, signed_in):
    case = case_in(desk, "open", colleague())
    seen = cases.version(case)
    desk.receive("10", case.order_number, number="GR-77")
    reconcile.match_due()

    response = send(signed_in(CLERK), case, "reject", seen=seen)

    case.refresh_from_db()
    assert response.status_code == 409
    assert "This case cleared itself" in words(response)
    assert "receipt GR-77" in words(response)
    assert (case.status, case.invoice.status) == ("cleared", "ready")


def test_a_duplicate_says_why_it_cannot_be_released(desk, signed_in):
    desk.order()
    desk.receive(10)
    factories.case_of(desk.invoice("R-1", factories.billed(price="9.00")))
    case = factories.case_of(desk.invoice("R-1", factories.billed(price="9.00"), bc_id=uuid.uuid4()))
    client = signed_in(CLERK)

    page = client.get(reverse("case", args=[case.pk]))
    response = send(client, case, "release")

    offered = {action.name: action for action in page.context["actions"]}
    assert offered["release"].disabled.startswith("This cannot be released:")
    assert offered["reject"].is_suggested
    assert response.status_code == 422
    case.refresh_from_db()
    assert case.status == "open"


def test_after_a_decision_comes_the_next_case_of_the_queue(desk, signed_in):
    first, second, third = factories.many_cases(desk, 3)
    client = signed_in(CLERK)
    queue = "tab=open&sort=invoice"
    page = client.get(f"{reverse('case', args=[second.pk])}?{queue}")
    assert "All open, 2 of 3" in words(page)

    after_second = send(client, second, "reject", queue=queue)
    after_third = send(client, third, "reject", queue=queue)

    assert after_second.url == f"{reverse('case', args=[third.pk])}?{queue}"
    assert after_third.url == f"{reverse('worklist')}?{queue}"
    assert first.is_open


def test_a_comment_stays_with_the_case(desk, signed_in):
    first, _second = factories.many_cases(desk, 2)

    response = send(signed_in(CLERK), first, "comment", queue="tab=open", text="Asked <b>Bea</b>")

    assert response.url == f"{reverse('case', args=[first.pk])}?tab=open"
    page = signed_in(roles.AUDITOR).get(response.url)
    assert "Asked &lt;b&gt;Bea&lt;/b&gt;" in page.content.decode()


@pytest.mark.parametrize("action", ["explode", "history-of", "delete"])
def test_an_unknown_action_is_not_there(desk, signed_in, action):
    case = case_in(desk, "open", colleague())

    assert send(signed_in(CLERK), case, action).status_code == 404


def test_looking_changes_nothing(desk, signed_in):
    case = case_in(desk, "open", colleague())
    client = signed_in(CLERK)

    for action in ALLOWED:
        shown = client.get(reverse("case-act", args=[case.pk, action]))
        assert (shown.status_code, shown["Location"]) == (302, reverse("case", args=[case.pk]))

    case.refresh_from_db()
    assert case.status == "open"

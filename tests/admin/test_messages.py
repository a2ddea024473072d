"""Dead letters and messages: what may be done with them, by whom, and that twice is once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from django.http import HttpResponse

    from integration.models import Message
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
BUTTON = re.compile(r"<button[^>]*>([^<]*)")
DEAD_LETTERS = "/dead-letters/"


@pytest.fixture
def refused(company: Company) -> Message:
    from tests import factories

    return factories.refused(company, "PO-1", error="BC refused vendor V10: blocked. Unblock it in BC.")


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN)


def retry(client: Client, message: Message, reason: str = "Vendor unblocked") -> str:
    return words(client.post(f"/messages/{message.pk}/retry/", {"reason": reason}, follow=True))


def test_the_list_groups_what_fails_for_the_same_reason(company: Company, admin: Client) -> None:
    from integration.models import Cause
    from tests import factories

    for number in ("PO-1", "PO-2"):
        factories.refused(company, number, code="A", error="The vendor is blocked.")
    factories.refused(company, "PO-3", code="B", error="The item is blocked.")

    page = words(admin.get(DEAD_LETTERS))
    group = words(admin.get(f"{DEAD_LETTERS}causes/{Cause.objects.get(code='A').pk}/"))

    assert "3 messages that only a person can move" in page
    assert "The vendor is blocked 2 100.00 EUR" in page
    assert "The item is blocked 1 50.00 EUR" in page
    assert ("PO-1" in group, "PO-2" in group, "PO-3" in group) == (True, True, False)


def test_attempts_are_numbered_through_over_a_retry(refused: Message, admin: Client) -> None:
    from integration.models import Attempt

    now = timezone.now()
    rows = [(1, "refused"), (2, "refused"), (2, "by_hand"), (1, "unknown"), (1, "not_found"), (2, "posted")]
    for number, outcome in rows:
        Attempt.objects.create(
            message=refused, number=number, fence=1, started_at=now, ended_at=now, outcome=outcome
        )

    response = admin.get(f"/messages/{refused.pk}/")

    shown = re.findall(r'data-title="No.">([0-9]*)<', response.content.decode())
    assert shown == ["4", "3", "3", "", "2", "1"]
    assert "4 attempts" in words(response)


@pytest.mark.parametrize("action", ["retry", "done", "cancel"])
def test_the_address_of_an_act_shows_its_message(refused: Message, admin: Client, action: str) -> None:
    shown = admin.get(f"/messages/{refused.pk}/{action}/")

    assert (shown.status_code, shown["Location"]) == (302, f"/messages/{refused.pk}/")


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/pull/", "/admin/integration/syncrun/"),
        ("/company/", "/"),
        ("/exceptions/take/", "/exceptions/"),
        ("/dead-letters/replay/start/", "/dead-letters/"),
    ],
)
def test_an_address_that_only_takes_shows_the_page_it_belongs_to(
    admin: Client, address: str, page: str
) -> None:
    shown = admin.get(address)

    assert (shown.status_code, shown["Location"]) == (302, page)
    assert admin.put(address).status_code == 405


def test_nothing_stuck_says_so(company: Company, admin: Client) -> None:
    assert "Nothing is stuck" in words(admin.get(DEAD_LETTERS))


def test_retrying_puts_the_message_in_line_with_its_reason(refused: Message, admin: Client) -> None:
    said = retry(admin, refused, reason="Vendor unblocked by purchasing")

    refused.refresh_from_db()
    by_hand = refused.tries.get(outcome="by_hand")
    assert "Purchase order PO-1 is queued again." in said
    assert (refused.state, refused.attempts, refused.error) == ("ready", 0, "")
    assert by_hand.worker == "ines"
    assert by_hand.sentence == "Retried: Vendor unblocked by purchasing"


def test_retrying_twice_is_retrying_once(refused: Message, admin: Client) -> None:
    retry(admin, refused)

    said = retry(admin, refused)

    refused.refresh_from_db()
    assert "Purchase order PO-1 is ready; only stuck messages can be retried." in said.replace(
        "purchase order PO-1", "Purchase order PO-1"
    )
    assert refused.tries.filter(outcome="by_hand").count() == 1


def test_without_a_reason_nothing_is_retried(refused: Message, admin: Client) -> None:
    said = retry(admin, refused, reason="  ")

    refused.refresh_from_db()
    assert "Say why: the reason stays with the message." in said
    assert refused.state == "rejected"
    assert not refused.tries.filter(outcome="by_hand").exists()


def test_the_admins_action_leads_to_the_chosen_ones_ticked(company: Company, admin: Client) -> None:
    from tests import factories

    chosen = factories.refused(company, "PO-1")
    factories.refused(company, "PO-2")

    answer = admin.post(
        "/admin/integration/message/",
        {"action": "retry_selected", "_selected_action": [chosen.pk]},
        follow=True,
    )

    page = answer.content.decode()
    assert f'value="{chosen.pk}" aria-label="Tick purchase order PO-1" checked' in page
    assert "PO-2" not in page
    assert "Only the chosen 1" in words(answer)


@pytest.mark.parametrize("role", [roles.FINANCE_CONTROLLER, roles.AUDITOR])
def test_who_may_only_look_finds_no_button_and_is_told_whom_to_ask(
    refused: Message, signed_in: SignedIn, role: str
) -> None:
    client = signed_in(role)
    told = f"As {role} you may not retry, cancel or finish messages. Ask someone who is Integration admin."

    listed = client.get(f"{DEAD_LETTERS}messages/")
    shown = client.get(f"/messages/{refused.pk}/")

    for page in (listed, shown):
        assert told in words(page)
    assert BUTTON.findall(_content(listed)) == ["Find"]
    assert BUTTON.findall(_content(shown)) == []


def _content(page: HttpResponse) -> str:
    return page.content.decode().partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("role", [roles.AP_CLERK, roles.FINANCE_CONTROLLER, roles.AUDITOR, ""])
@pytest.mark.parametrize(
    "address", ["dead-letters/replay/start/", "messages/{}/retry/", "messages/{}/cancel/"]
)
def test_nobody_else_may_act_on_messages(
    refused: Message, signed_in: SignedIn, role: str, address: str
) -> None:
    client = signed_in(role)

    answer = client.post(f"/{address.format(refused.pk)}", {"message": [refused.pk], "reason": "because"})

    refused.refresh_from_db()
    assert answer.status_code == 403
    assert refused.state == "rejected"


@pytest.mark.parametrize("address", ["messages/{0.pk}/", "messages/of/{0.document_kind}/{0.document_id}/"])
def test_another_companys_message_is_not_shown(refused: Message, admin: Client, address: str) -> None:
    work_in_another_company(admin)

    assert admin.get(f"/{address.format(refused)}").status_code == 404


@pytest.mark.parametrize("action", ["retry", "done", "cancel"])
def test_nobody_acts_on_a_message_of_another_company(refused: Message, admin: Client, action: str) -> None:
    work_in_another_company(admin)

    answer = admin.post(f"/messages/{refused.pk}/{action}/", {"reason": "because", "bc_number": "106099"})

    refused.refresh_from_db()
    assert answer.status_code == 404
    assert refused.state == "rejected"


def work_in_another_company(client: Client) -> None:
    from tests import factories

    client.post("/company/", {"company": factories.open_company("OTHER").pk})


def mark_done(admin: Client, message: Message, **form: str) -> Any:
    form = {"bc_number": "106099", "reason": "Typed it"} | form
    return admin.post(f"/messages/{message.pk}/done/", form, follow=True)


def test_a_message_can_be_marked_as_entered_by_hand(connected: Any, refused: Message, admin: Client) -> None:
    from integration import connections
    from reconciliation.models import PurchaseOrder

    connected.control.seed({"vendors": [{"number": "V1"}]})
    number = connections.client().create("purchaseOrders", {"vendorNumber": "V1"})["number"]

    said = words(mark_done(admin, refused, bc_number=number))

    refused.refresh_from_db()
    order = PurchaseOrder.objects.get(number="PO-1")
    assert f"Purchase order PO-1 is marked as posted, {number} in BC." in said
    assert (refused.state, refused.bc_number, refused.bc_id) == ("done", number, None)
    assert (refused.error, refused.error_code, refused.error_detail) == ("", "", "")
    assert (order.status, order.bc_number) == ("posted", number)


def test_a_number_that_bc_does_not_have_is_refused_until_the_person_is_certain(
    connected: Any, refused: Message, admin: Client
) -> None:
    doubted = mark_done(admin, refused)

    refused.refresh_from_db()
    assert doubted.status_code == 422
    assert "Business Central has no purchase order with the number 106099." in words(doubted)
    assert "I am certain that it is posted there" in words(doubted)
    assert refused.state == "rejected"

    mark_done(admin, refused, certain="on")

    refused.refresh_from_db()
    assert (refused.state, refused.bc_number) == ("done", "106099")


def test_without_business_central_nobody_marks_by_mistake(refused: Message, admin: Client) -> None:
    doubted = words(mark_done(admin, refused))

    refused.refresh_from_db()
    assert "Business Central could not be asked for 106099." in doubted
    assert refused.state == "rejected"


@pytest.fixture
def connected(sandbox: Any, company: Company) -> Any:
    """Let the desk's company be the one of the sandbox."""
    company.bc_id = sandbox.company_id
    company.save()
    return sandbox


def test_by_hand_without_a_number_is_refused_on_the_page_and_keeps_what_was_typed(
    refused: Message, admin: Client
) -> None:
    answer = admin.post(f"/messages/{refused.pk}/done/", {"bc_number": "", "reason": "Typed it"})

    refused.refresh_from_db()
    assert answer.status_code == 422
    assert "Give the number of the document in Business Central." in words(answer)
    assert 'value="Typed it"' in answer.content.decode()
    assert refused.state == "rejected"


def test_giving_up_cancels_the_document_once(refused: Message, admin: Client) -> None:
    from reconciliation.models import PurchaseOrder

    first = words(admin.post(f"/messages/{refused.pk}/cancel/", {"reason": "Ordered twice"}, follow=True))
    second = admin.post(f"/messages/{refused.pk}/cancel/", {"reason": "Ordered twice"})

    refused.refresh_from_db()
    assert "Purchase order PO-1 is cancelled." in first
    assert second.status_code == 422
    assert refused.state == "cancelled"
    assert refused.tries.filter(outcome="by_hand").count() == 1
    assert PurchaseOrder.objects.get(number="PO-1").status == "cancelled"


def test_a_message_tells_its_story(company: Company, admin: Client) -> None:
    from integration.models import Attempt, InboxEvent
    from tests import factories

    message = factories.refused(company, "PO-1")
    InboxEvent.objects.create(
        company=company,
        source="/cafm/nord",
        event_id="E-77",
        type="purchase_order.approved",
        body={},
        body_hash=b"",
        document_kind="purchase_order",
        document_id=message.document_id,
    )
    Attempt.objects.create(
        message=message,
        number=1,
        fence=1,
        started_at=timezone.now(),
        ended_at=timezone.now(),
        outcome="refused",
        status=400,
        sentence="BC refused vendor V10.",
        correlation_id="c0ffee",
        worker="worker-3",
    )

    page = words(admin.get(f"/messages/{message.pk}/"))

    assert "Refused by Business Central" in page
    assert "HTTP 400" in page
    assert "c0ffee" in page
    assert "worker-3" in page
    assert "Received from the CAFM E-77" in page
    assert "vendorNumber V10" in page
    assert "field mapping version 1, of the lines 1" in page


def test_secrets_in_a_payload_or_an_event_are_never_shown(company: Company, admin: Client) -> None:
    from integration.models import InboxEvent
    from tests import factories

    message = factories.queued(company, "PO-1")
    canary = "canary-4711"
    message.payload = {
        "vendorNumber": "V10",
        "clientSecret": canary,
        "bankAccount": {"IBAN": canary},
        "lines": [{"access_token": canary, "quantity": 1}],
    }
    message.save(update_fields=["payload"])
    event = InboxEvent.objects.create(
        company=company,
        source="/cafm",
        event_id="E-1",
        type="x",
        body={"data": {"password": canary, "number": "PO-1", "vendor": {"iban": canary}}},
        body_hash=b"",
    )

    shown = words(admin.get(f"/messages/{message.pk}/"))
    received = words(admin.get(f"/admin/integration/inboxevent/{event.pk}/change/"))

    assert canary not in shown + received
    assert "clientSecret hidden" in shown
    assert "quantity 1" in shown
    assert '"password": "hidden"' in received
    assert '"number": "PO-1"' in received


def test_the_message_of_a_document_is_found_from_the_document(company: Company, admin: Client) -> None:
    from tests import factories

    message = factories.queued(company, "PO-1")

    found = admin.get(f"/messages/of/purchase_order/{message.document_id}/")
    nothing = admin.get("/messages/of/purchase_order/0/", follow=True)

    assert found["Location"] == f"/messages/{message.pk}/"
    assert "Nothing of this document goes to Business Central." in words(nothing)


def test_what_goes_after_another_message_says_so(company: Company, admin: Client) -> None:
    from integration import outbox
    from integration.models import DocumentKind
    from tests import factories

    order = factories.refused(company, "PO-1")
    receipt = factories.Desk(company).receive("4", order="PO-1", number="GR-1")
    message = outbox.enqueue(DocumentKind.GOODS_RECEIPT, receipt)

    page = words(admin.get(f"/messages/{message.pk}/"))

    assert f"It goes after {order} , which is refused." in page

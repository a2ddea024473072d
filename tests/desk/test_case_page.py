"""The page of a case: the sum at the top, the three columns, what came before; and the approvals."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reconciliation import cases, documents, forms, reconcile, roles
from tests import factories

from .reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from django.http import HttpResponse

    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

MOST_QUERIES = 40


def page(client: Client, case: ExceptionCase) -> HttpResponse:
    return client.get(reverse("case", args=[case.pk]))


def marks(response: HttpResponse, line: int) -> dict[str, tuple[str, str]]:
    """The differing cells of a line: their reason and how much they are off."""
    row = response.context["table"].rows[line - 1]
    return {
        name: (cell.mark.code, cell.difference.replace("\N{NO-BREAK SPACE}", " "))
        for name, cell in row.cells.items()
        if cell.mark
    }


def lines_case(desk: factories.Desk, count: int) -> ExceptionCase:
    """Open a case of so many lines, all received, of which every fourth is billed at 5.31 for 5.00."""
    numbers = range(1, count + 1)
    order = f"PO-{count}"
    desk.order(order, *(factories.ordered(n) for n in numbers))
    for n in numbers:
        desk.receive(10, order, line=n)
    bills = [factories.billed(n, price="5.31" if n % 4 == 1 else "5.00") for n in numbers]
    return factories.case_of(desk.invoice(f"R-{count}", *bills, order_number=order))


def test_the_sum_stands_at_the_top_in_a_sentence(desk, signed_in):
    case = factories.price_over_order(desk, "RE-88121", price="5.25")

    shown = words(page(signed_in(roles.AP_CLERK), case))

    assert "Invoice RE-88121 Blocked" in shown
    assert "Liftbau Nord · 52.50 EUR · dated 16 Mar" in shown
    assert "2.50 EUR of 52.50 EUR does not tie out, on line 1." in shown
    assert "Line 1: Price over order." in shown
    assert "(5.25 − 5.00) × 10 = 2.50 EUR · 5.00 % · limit 2 % by the company rule" in shown
    assert "Clears itself when the order is changed." in shown


def test_order_receipts_and_invoice_stand_side_by_side(desk, signed_in):
    case = factories.price_over_order(desk, "RE-88121", price="5.25")

    response = page(signed_in(roles.AP_CLERK), case)

    table = response.context["table"]
    (row,) = table.rows
    assert table.orders == ["PO-RE-88121"]
    assert len(table.receipts) == 1
    assert [cell.text for cell in row.cells.values()] == [
        "1 · FILTER", "10 PCS", "5.00", "50.00", "10 PCS", "0", "10 PCS", "5.25", "52.50",
    ]  # fmt: skip
    assert (table.sums[-1].order.text, table.sums[-1].invoice.text) == ("50.00", "52.50")


def test_the_differing_cells_are_marked_by_sign_and_word_not_by_colour_alone(desk, signed_in):
    case = factories.price_over_order(desk, "RE-88121", price="5.25")

    response = page(signed_in(roles.AP_CLERK), case)

    assert marks(response, 1) == {
        "price": ("PRICE_OVER", "+0.25 (5.00 %)"),
        "net": ("LINE_TOTAL", "+2.50 EUR (5.00 %)"),
    }
    price = re.search(r'<td data-title="Billed price".*?</td>', response.content.decode(), re.S)
    assert price
    assert '<svg class="sign"' in price[0]
    assert ", Price over order</span>" in price[0]


def test_what_was_rejected_at_the_door_is_marked_where_it_was_counted(desk, signed_in):
    desk.order()
    desk.receive(8, rejected=2)
    case = factories.case_of(desk.invoice())

    response = page(signed_in(roles.AP_CLERK), case)

    assert marks(response, 1) == {
        "quantity": ("OVER_ACCEPTED", "+2 PCS (25.00 %)"),
        "rejected": ("OVER_ACCEPTED", ""),
    }


def test_rejected_goods_that_went_back_are_told_beside_the_rejected_ones(desk, signed_in):
    desk.order()
    desk.receive(8, rejected=2)
    line = forms.ReturnLineForm(1, 1, Decimal(3), "PCS", Decimal(2))
    went_back = forms.ReturnForm("RT-1", "PO-1", datetime.date(2026, 11, 6), "dented", (line,))
    documents.record_return(desk.company, went_back, source="test")
    case = factories.case_of(desk.invoice())

    (row,) = page(signed_in(roles.AP_CLERK), case).context["table"].rows

    assert (row.accepted.text, row.accepted.notes) == ("8 PCS", ["3 PCS returned"])
    assert (row.rejected.text, row.rejected.notes) == ("2 PCS", ["2 PCS of them returned"])


def test_what_is_missing_is_marked_where_it_should_have_been_received(desk, signed_in):
    case = factories.billed_before_receipt(desk)

    response = page(signed_in(roles.AP_CLERK), case)

    assert response.context["table"].rows[0].accepted.text == "nothing yet"
    assert marks(response, 1) == {"accepted": ("NO_RECEIPT", "10 PCS missing")}


def test_boxes_are_shown_in_the_order_s_unit_too(desk, signed_in):
    desk.order("PO-1", factories.ordered(quantity="24"))
    desk.receive(1, unit="BOX")
    case = factories.case_of(desk.invoice("R-1", factories.billed(quantity="24")))

    (row,) = page(signed_in(roles.AP_CLERK), case).context["table"].rows

    assert (row.accepted.text, row.accepted.notes) == ("1 BOX", ["= 12 PCS"])


def test_a_service_shows_what_was_confirmed(desk, signed_in):
    desk.order("PO-1", factories.ordered(quantity="1", price="300", kind="service", unit="", item=""))
    desk.confirm("100")
    case = factories.case_of(
        desk.invoice("R-1", factories.billed(quantity="1", price="300", unit="", item=""))
    )

    (row,) = page(signed_in(roles.AP_CLERK), case).context["table"].rows

    assert (row.accepted.text, row.accepted.notes) == ("100.00", ["service"])
    assert case.code == "AMOUNT_OVER_ACCEPTED"


def test_a_line_that_is_not_on_the_order_says_so(desk, signed_in):
    desk.order()
    desk.receive(10)
    stray = factories.billed(2, "3", "9.00", item="BELT", order_line=None, description="Belts")
    case = factories.case_of(desk.invoice("R-1", factories.billed(), stray))

    response = page(signed_in(roles.AP_CLERK), case)

    assert response.context["table"].rows[1].order_quantity.notes == ["not on the order"]
    assert marks(response, 2)["line"] == ("NOT_ON_ORDER", "+27.00 EUR")


def test_an_invoice_that_cannot_be_read_says_what_is_missing(desk, signed_in):
    desk.order()
    case = factories.case_of(desk.invoice("R-1", total=None))

    response = page(signed_in(roles.AP_CLERK), case)

    assert response.context["why"].gist == ""
    assert "Cannot be read. The invoice has no total that could be read." in words(response)
    assert response.context["facts"][:2] == ["Liftbau Nord", "no total"]
    assert response.context["table"].sums[-1].invoice.text == ""


def test_a_credit_memo_is_called_one(desk, signed_in):
    desk.order()
    desk.receive(10)
    case = factories.case_of(desk.invoice("G-1", type="credit_memo"))

    response = page(signed_in(roles.AP_CLERK), case)

    assert "Credit memo G-1 Blocked" in words(response)
    assert marks(response, 1) == {"quantity": ("OVER_CREDIT", "+10 PCS")}


def test_charges_and_tax_stand_beneath_the_lines(desk, signed_in):
    desk.order()
    desk.receive(10)
    freight = (forms.ChargeForm("freight", Decimal(80)),)
    case = factories.case_of(
        desk.invoice("R-1", charges=freight, tax=Decimal("9.50"), total=Decimal("139.50"))
    )

    sums = page(signed_in(roles.AP_CLERK), case).context["table"].sums

    assert [(row.label, row.order.text, row.invoice.text) for row in sums] == [
        ("Freight", "0.00", "80.00"),
        ("Tax", "0.00", "9.50"),
        ("Total", "50.00", "139.50"),
    ]
    assert sums[0].invoice.mark.code == "UNPLANNED_CHARGE"


def test_twelve_lines_stay_readable_and_cost_no_query_more_than_one(desk, signed_in):
    small, large = lines_case(desk, 1), lines_case(desk, 12)
    client = signed_in(roles.AP_CLERK)
    counted = []

    for case in (small, large):
        with CaptureQueriesContext(connection) as queries:
            response = page(client, case)
        counted.append(len(queries))

    why = response.context["why"]
    assert why.gist == "9.30 EUR of 609.30 EUR does not tie out, on 3 of 12 lines."
    assert len(response.context["table"].rows) == 12
    assert len(why.boxes) == 3
    assert re.fullmatch(r"\d+ more reasons( and \d+ notes?)?", why.more_title)
    assert counted[0] == counted[1] <= MOST_QUERIES


def test_an_unknown_case_is_not_there(desk, signed_in):
    client = signed_in(roles.AP_CLERK)

    assert client.get("/exceptions/987654/").status_code == 404
    assert client.get("/exceptions/987654/history/").status_code == 404
    assert client.post("/exceptions/987654/reject/", {"reason": "Not ours"}).status_code == 404


def test_another_company_s_case_is_not_there(desk, signed_in):
    from masterdata.models import Company
    from reconciliation import policies

    other = Company.objects.create(name="OTHER", ledger_currency="EUR")
    policies.install_defaults(other)
    case = factories.billed_before_receipt(factories.Desk(other))
    client = signed_in(roles.AP_CLERK)

    looked = [client.get(reverse(name, args=[case.pk])) for name in ("case", "case-history")]
    acted = client.post(reverse("case-act", args=[case.pk, "reject"]), {"reason": "Not ours"})

    assert [answer.status_code for answer in (*looked, acted)] == [404, 404, 404]
    case.refresh_from_db()
    assert case.status == "open"
    client.post(reverse("choose-company"), {"company": other.pk})
    assert page(client, case).status_code == 200


@pytest.mark.parametrize("query", ["q=%00", "tab=none&sort=-&page=x", "vendor=%00%27&owner=%00&reason=%00"])
def test_an_address_that_was_tampered_with_shows_the_case(desk, signed_in, query):
    case = factories.billed_before_receipt(desk)

    response = signed_in(roles.AP_CLERK).get(f"{reverse('case', args=[case.pk])}?{query}")

    assert response.status_code == 200


def test_a_stranger_is_asked_to_sign_in(desk):
    case = factories.billed_before_receipt(desk)

    response = page(Client(), case)

    assert response.url == f"{reverse('sign-in')}?next={reverse('case', args=[case.pk])}"


def test_a_closed_case_tells_how_it_ended_and_offers_nothing(desk, signed_in):
    case = factories.billed_before_receipt(desk)
    clerk = signed_in(roles.AP_CLERK)
    cases.release(case, by=person_of(clerk), reason="Agreed with the buyer")

    response = page(clerk, case)

    assert response.context["actions"] == []
    assert re.search(
        r"Clara Weiss released this case at \d\d:\d\d\. The invoice is on its way to Business Central\.",
        words(response),
    )


def test_a_posted_invoice_closes_the_story(desk, signed_in):
    case = factories.billed_before_receipt(desk)
    clerk = signed_in(roles.AP_CLERK)
    cases.release(case, by=person_of(clerk), reason="Agreed with the buyer")
    case.invoice.refresh_from_db()
    documents.mark_posted(case.invoice, bc_id=None, bc_number="108001", at=timezone.now())

    response = page(clerk, case)

    assert "The invoice is posted in Business Central as 108001." in words(response)
    assert response.context["events"][0].title == "Posted in Business Central"


def test_the_timeline_tells_who_did_what_the_newest_first(desk, signed_in):
    case = factories.billed_before_receipt(desk)
    clerk = signed_in(roles.AP_CLERK)
    approver = factories.person(roles.AP_APPROVER)
    cases.take(case, by=person_of(clerk))
    cases.comment(case, by=approver, text="Spoke with the supplier")
    desk.receive(4, case.order_number)
    reconcile.match_due()

    events = page(clerk, case).context["events"]

    assert [(event.title, event.who) for event in events if event.title != "Figures changed"] == [
        ("Blocked: billed over received, billed over accepted", "matching rules version 1, engine 1"),
        ("Comment", "Anton Berg"),
        ("Taken", "You"),
        ("Blocked: billed before receipt", "matching rules version 1, engine 1"),
        ("Invoice received", "test"),
    ]
    changed = next(event for event in events if event.title == "Figures changed")
    assert ("Reason", "Billed before receipt", "Billed over received") in [
        (change.label, change.old, change.new) for change in changed.changes
    ]


def test_the_history_shows_each_change_with_its_old_and_new_value(desk, signed_in):
    case = factories.billed_before_receipt(desk)
    clerk = signed_in(roles.AP_CLERK)
    day = timezone.localdate() + datetime.timedelta(days=3)
    cases.wait(case, by=person_of(clerk), until=day, reason="Delivery announced")

    response = signed_in(roles.AUDITOR).get(reverse("case-history", args=[case.pk]))

    assert {(change.who, change.label, change.old, change.new) for change in response.context["changes"]} == {
        ("Clara Weiss", "Status", "open", "waiting for receipt"),
        ("Clara Weiss", "Owner", "nobody", "Clara Weiss"),
        ("Clara Weiss", "Waits until", "–", f"{day:%-d %b}"),
        ("Tieout, matching", "Case", "–", "opened"),
    }
    assert re.search(r"today \d\d:\d\d Clara Weiss Status open waiting for receipt", words(response))


def test_the_approvals_list_what_waits_the_oldest_first(desk, signed_in):
    clerk = factories.person(roles.AP_CLERK)
    for number in ("R-1", "R-2"):
        case = factories.billed_before_receipt(desk, number, price="500.00")
        cases.release(case, by=clerk, reason=f"Because of {number}")

    response = signed_in(roles.AP_APPROVER).get(reverse("approvals"))

    told = [
        (row.row.title, row.by, row.reason, row.at_stake, row.is_own) for row in response.context["proposals"]
    ]
    assert told == [
        ("R-1", "Clara Weiss", "Because of R-1", "5,000.00 EUR", False),
        ("R-2", "Clara Weiss", "Because of R-2", "5,000.00 EUR", False),
    ]
    assert response.context["proposals"][0].row.url.endswith("?tab=approval")


def test_the_approvals_cost_the_same_for_two_and_for_ten(desk, signed_in):
    clerk = factories.person(roles.AP_CLERK)
    client = signed_in(roles.AP_APPROVER)
    counted = []

    for upto in (2, 10):
        for number in range(len(counted) * 2, upto):
            case = factories.billed_before_receipt(desk, f"R-{number}", price="500.00")
            cases.release(case, by=clerk, reason="Urgent")
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("approvals"))
        assert len(response.context["proposals"]) == upto
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_a_clerk_sees_the_approvals_and_who_may_approve(desk, signed_in):
    shown = words(signed_in(roles.AP_CLERK).get(reverse("approvals")))

    assert "As AP clerk you may not approve releases. Ask someone who is AP approver." in shown
    assert "Nothing waits for approval" in shown


def person_of(client: Client) -> User:
    return get_user_model().objects.get(pk=client.session["_auth_user_id"])

"""What a case's forms refuse with a sentence, what they suggest, and what the page writes beside them."""

from __future__ import annotations

import datetime
import logging
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from config.logging import RefusalInOneLine
from reconciliation import cases, reconcile, roles
from reconciliation.matching.sentences import billed_so_far, cash
from tests import factories

from .reading import words

pytestmark = pytest.mark.django_db

CLERK = roles.AP_CLERK
LONG = "delivery note " * 150  # 2,099 characters without the last blank


@pytest.mark.parametrize(
    ("action", "field"), [("release", "reason"), ("wait", "reason"), ("comment", "text")]
)
def test_a_text_too_long_is_refused_and_kept_on_the_page(desk, signed_in, action, field):
    case = factories.billed_before_receipt(desk)
    day = timezone.localdate() + datetime.timedelta(days=3)

    page = signed_in(CLERK).post(
        reverse("case-act", args=[case.pk, action]),
        {"seen": cases.version(case), "until": day.isoformat(), field: LONG},
    )

    assert page.status_code == 422
    assert "Nothing was saved: the text has 2,099 characters, and 2,000 are kept. Shorten it." in words(page)
    assert f"{LONG}</textarea>" in page.content.decode()
    case.refresh_from_db()
    assert (case.status, case.comments.count(), case.resolutions.count()) == ("open", 0, 0)


def test_two_thousand_characters_over_many_lines_are_kept_whole(desk, signed_in):
    case = factories.billed_before_receipt(desk)
    text = "a\n" * 999 + "ab"

    signed_in(CLERK).post(
        reverse("case-act", args=[case.pk, "comment"]), {"text": text.replace("\n", "\r\n")}
    )

    assert case.comments.get().text == text


@pytest.mark.parametrize(("days", "status"), [(365, 302), (366, 422)])
def test_a_case_waits_for_a_year_at_most(desk, signed_in, days, status):
    case = factories.billed_before_receipt(desk)
    day = timezone.localdate() + datetime.timedelta(days=days)

    page = signed_in(CLERK).post(
        reverse("case-act", args=[case.pk, "wait"]),
        {"seen": cases.version(case), "until": day.isoformat(), "reason": "Delivery announced"},
    )

    assert page.status_code == status
    if status == 422:
        assert "A case waits for a year at most. Choose a day until" in words(page)


def test_one_thing_is_suggested_and_said_in_a_word(desk, signed_in):
    desk.order()
    factories.case_of(desk.invoice("R-1", factories.billed()))
    twin = factories.case_of(desk.invoice("R-1", factories.billed(), bc_id=uuid.uuid4()))
    codes = {finding.code for finding in twin.findings.all()}

    page = signed_in(CLERK).get(reverse("case", args=[twin.pk]))

    assert codes >= {"DUPLICATE", "NO_RECEIPT"}
    assert [action.name for action in page.context["actions"] if action.is_suggested] == ["reject"]
    assert "Reject the invoice usual" in words(page)


def test_a_small_difference_is_suggested_to_be_written_off(desk, signed_in):
    small = factories.price_over_order(desk, "R-1", price="5.40")
    large = factories.price_over_order(desk, "R-2", price="6.00")
    client = signed_in(CLERK)

    pages = [client.get(reverse("case", args=[case.pk])) for case in (small, large)]

    suggested = [[each.name for each in page.context["actions"] if each.is_suggested] for page in pages]
    assert suggested == [["write-off"], ["release"]]


def test_a_unit_of_its_own_says_how_many_pieces_it_holds(desk, signed_in):
    desk.order("PO-1", factories.ordered(unit="BOX"))
    case = factories.case_of(desk.invoice("R-1", factories.billed(unit="BOX")))

    page = signed_in(CLERK).get(reverse("case", args=[case.pk]))

    assert words(page).count("1 BOX = 12 PCS") == 1


def test_how_a_case_ended_is_told_in_whole_sentences(desk, signed_in):
    case = factories.billed_before_receipt(desk)
    desk.receive("10", case.order_number, number="GR-77")
    reconcile.match_due()

    page = signed_in(CLERK).get(reverse("case", args=[case.pk]))

    assert "receipt GR-77. The invoice is on its way to Business Central." in words(page)


def test_a_decision_of_another_day_is_told_with_its_day(desk):
    case = factories.billed_before_receipt(desk)
    cases.reject(case, by=factories.person(CLERK), reason="Billed twice")
    case.resolutions.update(at=datetime.datetime(2025, 11, 24, 22, 59, tzinfo=datetime.UTC))
    case.refresh_from_db()

    assert cases.what_happened(case) == "Clara Weiss rejected this invoice on 24 Nov 2025 at 23:59."


@pytest.mark.parametrize("tab", ["closed", "open"])
def test_only_open_cases_can_be_ticked(desk, signed_in, tab):
    case = factories.billed_before_receipt(desk)
    if tab == "closed":
        cases.reject(case, by=factories.person(CLERK, "carl"), reason="Billed twice")

    shown = signed_in(CLERK).get(reverse("worklist"), {"tab": tab})

    assert case.invoice_number in words(shown)
    assert ('type="checkbox" name="case"' in shown.content.decode()) == (tab == "open")
    assert ("Take the ticked" in words(shown)) == (tab == "open")


def test_a_refusal_is_one_line_of_the_log(signed_in, caplog):
    with caplog.at_level(logging.WARNING, logger="django.request"):
        signed_in(roles.AUDITOR).post(reverse("take-selected"))

    (record,) = caplog.records
    assert record.getMessage() == "Forbidden (Permission denied): /exceptions/take/"
    assert record.exc_info is None


def test_a_failure_keeps_its_traceback():
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 1, "", None, (ValueError, ValueError(), None)
    )
    record.status_code = 500

    assert RefusalInOneLine().filter(record)
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("5544", "5,544.00 EUR"),
        ("-1234567.5", "-1,234,567.50 EUR"),
        ("0.5", "0.50 EUR"),
        ("1234.56789", "1,234.56789 EUR"),
    ],
)
def test_amounts_are_written_as_on_the_screens(amount, written):
    assert cash(Decimal(amount), "EUR") == written


def test_quantities_are_written_as_on_the_screens():
    told = billed_so_far(Decimal("2500"), Decimal("1200"), "PCS")

    assert told == "Billed 1,300 PCS after 1,200 before, 2,500 in all"

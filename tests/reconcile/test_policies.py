"""The policy: every check has a company rule, what is stated wins, a change reaches what is still open."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from reconciliation import documents, policies, reconcile
from reconciliation.matching.facts import Check
from reconciliation.models import MatchDecision, MatchLevel, MatchOptions, SupplierInvoice, Tolerance

from .desk import ORDERED, billed, ordered, publish
from .test_cases import codes_of, status_of

Status = SupplierInvoice.Status


def company_rules(policy) -> set[str]:
    return {row.check for row in policy.rules if not row.vendor and not row.item and not row.code}


def in_force(company):
    return policies.RulesOfTheDay(company).policy_for(SupplierInvoice(created_at=timezone.now()))


def test_a_new_company_has_a_rule_for_every_check_and_counts_what_was_accepted(company):
    policy = in_force(company)

    assert company_rules(policy) == {check.value for check in Check}
    assert [(row.level, row.vendor, row.item) for row in policy.levels] == [("four_way", None, None)]


def test_rows_that_are_missing_are_filled_in_as_they_were_shipped(company):
    shipped = in_force(company)
    Tolerance.objects.filter(company=company).delete()
    MatchLevel.objects.filter(company=company).delete()
    MatchOptions.objects.filter(company=company).delete()

    publish(company)
    filled = in_force(company)
    assert (set(filled.rules), filled.levels, filled.options) == (
        set(shipped.rules),
        shipped.levels,
        shipped.options,
    )


def test_defaults_are_installed_once_and_change_nothing_that_is_there(company):
    Tolerance.objects.filter(company=company, check_name="price").update(upper_percent=7)

    assert policies.install_defaults(company) == 0

    price = Tolerance.objects.get(company=company, check_name="price")
    assert price.upper_percent == 7


def test_the_narrowest_tolerance_decides_and_is_named(desk, company):
    for vendor, item, percent in (("V10", "", "30"), ("", "FILTER", "25"), ("V10", "FILTER", "1")):
        Tolerance.objects.create(
            company=company,
            check_name="price",
            vendor_number=vendor,
            item_number=item,
            upper_percent=Decimal(percent),
        )
    publish(company)
    desk.order()
    desk.receive(10)
    invoice = desk.invoice("R-1", billed(price="5.10"))

    reconcile.match_due()

    [finding] = [row for row in MatchDecision.objects.get().answer["findings"] if row["code"] == "PRICE_OVER"]
    assert finding["broken"] == [{"limit": "percent", "value": "1", "rule": "item+vendor"}]
    assert codes_of(invoice) == {"PRICE_OVER"}


def test_zero_is_a_limit_and_empty_is_none(desk, company):
    Tolerance.objects.filter(company=company, check_name="price").update(upper_percent=0, upper_amount=None)
    publish(company)
    desk.order()
    desk.receive(10)
    invoice = desk.invoice("R-1", billed(price="5.001"))
    reconcile.match_due()
    assert codes_of(invoice) == {"PRICE_OVER"}

    Tolerance.objects.filter(company=company, check_name="price").update(upper_percent=None)
    publish(company)
    reconcile.match_due()

    assert status_of(invoice) == Status.READY


def test_a_level_of_the_order_line_beats_those_of_vendor_and_company(desk, company):
    MatchLevel.objects.create(company=company, vendor_number="V10", level="three_way")
    publish(company)
    desk.order("PO-1", ordered(match_level="two_way"))
    desk.order("PO-2", ordered())
    by_line = desk.invoice("R-1")
    by_vendor = desk.invoice("R-2", order_number="PO-2")

    reconcile.match_due()

    assert status_of(by_line) == Status.READY
    assert codes_of(by_vendor) == {"NO_RECEIPT"}


def test_a_changed_master_record_reaches_open_invoices_only(desk, company):
    desk.order("PO-1", ordered(match_level="two_way"))
    desk.order("PO-2")
    posted = desk.invoice("R-1")
    blocked = desk.invoice("R-2", order_number="PO-2")
    reconcile.match_due()
    documents.mark_posted(posted, bc_id=uuid.uuid4(), bc_number="108300", at=timezone.now())

    assert policies.judge_again(company) == 1

    assert list(SupplierInvoice.objects.filter(match_due=True)) == [blocked]


@pytest.mark.parametrize(("share", "status"), [("0", "ready"), ("100", "blocked")])
def test_a_share_of_clean_invoices_is_held_for_a_look(desk, company, share, status):
    MatchOptions.objects.update(sample_percent=share, near_duplicate_days=7)
    publish(company)
    desk.order()
    desk.receive(10)
    invoice = desk.invoice()

    reconcile.match_due()

    assert status_of(invoice) == status
    assert status == "ready" or codes_of(invoice) == {"SAMPLE"}


@pytest.mark.parametrize(("choice", "status"), [("warn", "ready"), ("block", "blocked")])
def test_an_invoice_older_than_its_order_warns_or_is_held(desk, company, choice, status):
    MatchOptions.objects.update(invoice_before_order=choice, near_duplicate_days=7)
    publish(company)
    desk.order()
    desk.receive(10)
    invoice = desk.invoice(invoice_date=ORDERED - datetime.timedelta(1))

    reconcile.match_due()

    assert status_of(invoice) == status


def test_the_draft_takes_options_back_from_a_version(desk, company):
    MatchOptions.objects.update(invoice_before_order="block", sample_percent="2.5")
    said = policies.draft_of(company)
    MatchOptions.objects.update(invoice_before_order="warn", sample_percent=0)

    changes = policies.differences(policies.draft_of(company), said, "EUR")
    policies.put_back(company, said)

    assert policies.draft_of(company) == said
    assert [(each.name, each.was, each.now) for each in changes] == [
        ("invoice before order", "warn", "block"),
        ("percent of clean invoices held for a look", "0", "2.5"),
    ]

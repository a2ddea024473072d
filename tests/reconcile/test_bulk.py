"""What is judged by one SQL statement is judged as the engine would, to the letter."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from masterdata.models import Item, ItemUnit, Vendor
from reconciliation import bulk, documents, reconcile, replaying, tasks
from reconciliation.forms import ChargeForm, ReversalForm
from reconciliation.gathering import gather
from reconciliation.matching import answer, match, question
from reconciliation.models import (
    ExceptionCase,
    GoodsReceiptLine,
    InvoiceLine,
    MatchDecision,
    MatchGround,
    MatchLevel,
    MatchOptions,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierInvoice,
    Tolerance,
)
from reconciliation.policies import RulesOfTheDay

from .desk import BILLED, billed, ordered, publish
from .test_cases import status_of
from .test_decision_record import Refused
from .test_rematching import take_back

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch):
    monkeypatch.setattr(bulk, "WORTH_IT", 0)


def plain(desk: Desk, name: str, lines: int = 2, price: str = "5.25", vendor: str = "V10") -> SupplierInvoice:
    """Record an order, its receipts and an invoice that agree to the last digit."""
    order, numbers = f"PO-{name}", range(1, lines + 1)
    items = {number: ("FILTER", "BELT")[number % 2] for number in numbers}
    desk.order(order, *(ordered(n, "10", price, item=items[n]) for n in numbers), vendor=vendor)
    for number in numbers:
        desk.receive("10", order=order, line=number)
    return desk.invoice(
        f"R-{name}",
        *(billed(n, "10", price, item=items[n]) for n in numbers),
        order_number=order,
        vendor=vendor,
    )


def as_the_engine_says(company) -> dict[int, tuple[dict, dict]]:
    """Ask the engine about every invoice; nothing is written."""
    invoices = list(SupplierInvoice.objects.exclude(status="rejected").order_by("pk"))
    cases = gather(company, invoices, RulesOfTheDay(company))
    return {key: (question(case), answer(match(case))) for key, case in cases.items()}


def test_what_ties_out_is_cleared_with_the_engines_own_question_and_answer(desk, company):
    invoices = [plain(desk, f"{n}{n}7", lines=n, price=f"{n}.{n}0") for n in range(1, 5)]
    expected = as_the_engine_says(company)

    assert bulk.match_plain() == 4

    for invoice in invoices:
        kept = MatchDecision.objects.get(invoice=invoice)
        assert kept.question == expected[invoice.pk][0]
        assert kept.answer == expected[invoice.pk][1]
        assert (kept.outcome, kept.policy_version) == ("clean", RulesOfTheDay(company).version_for(invoice))
        assert status_of(invoice) == "ready"
    assert not SupplierInvoice.objects.filter(match_due=True).exists()
    assert replaying.replay().differences == []


def test_judging_it_again_keeps_no_second_decision(desk):
    invoice = plain(desk, "1")
    bulk.match_plain()

    reconcile.judge([invoice])

    assert MatchDecision.objects.count() == 1


def reversed_receipt(desk, company):
    plain(desk, "X")
    receipt = desk.receive("1", order="PO-X", number="GR-X")
    form = ReversalForm("RV-1", receipt.number, BILLED, "counted twice")
    documents.record_reversal(company, form, source="test")


def dearer(desk, company):
    desk.order("PO-X", ordered(price="5.00"))
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(price="5.01"), order_number="PO-X")


def not_received(desk, company):
    desk.order("PO-X")
    desk.receive("9", order="PO-X")
    desk.invoice("R-X", billed(), order_number="PO-X")


def received_more(desk, company):
    desk.order("PO-X", ordered(quantity="20"))
    desk.receive("11", order="PO-X")
    desk.invoice("R-X", billed(quantity="10"), order_number="PO-X")


def rejected_at_the_door(desk, company):
    desk.order("PO-X", ordered(quantity="20"))
    desk.receive("10", order="PO-X", rejected="2")
    desk.invoice("R-X", billed(quantity="10"), order_number="PO-X")


def taxed(desk, tax="9.50", more="0"):
    """Record an invoice of 50.00 with tax, and perhaps cents that nobody can explain."""
    desk.order("PO-X")
    desk.receive("10", order="PO-X")
    total = 50 + Decimal(tax) + Decimal(more)
    desk.invoice("R-X", billed(tax=Decimal(tax)), order_number="PO-X", tax=Decimal(tax), total=total)


def taxed_by_less_than_a_cent(desk, company):
    taxed(desk, "9.505")


def taxed_below_nothing(desk, company):
    taxed(desk, "-9.50")


def taxed_and_a_cent_off(desk, company):
    taxed(desk, more="0.01")


def taxed_on_a_line_alone(desk, company):
    taxed(desk)
    SupplierInvoice.objects.update(tax=0, total=50)


def charged(desk, company):
    desk.order("PO-X")
    desk.receive("10", order="PO-X")
    freight = (ChargeForm("FREIGHT", Decimal(3)),)
    desk.invoice("R-X", billed(), order_number="PO-X", charges=freight, total=Decimal(53))


def miscounted(desk, company):
    desk.order("PO-X")
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(amount=Decimal("50.01")), order_number="PO-X")


def other_unit(desk, company):
    desk.order("PO-X", ordered(quantity="1", price="60", unit="BOX"))
    desk.receive("12", order="PO-X")
    desk.invoice("R-X", billed(quantity="1", price="60", unit="BOX"), order_number="PO-X")


def other_item(desk, company):
    desk.order("PO-X")
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(item="BELT"), order_number="PO-X")


def second_invoice(desk, company):
    plain(desk, "X", lines=1)
    desk.invoice("R-Y", billed(quantity="1"), order_number="PO-X")


def same_number_again(desk, company):
    plain(desk, "X")
    plain(desk, "Y", price="7.00")
    SupplierInvoice.objects.filter(number="R-Y").update(number="r x")


def same_total_soon_after(desk, company):
    plain(desk, "X")
    plain(desk, "Y")


def goods_went_back(desk, company):
    desk.order("PO-1")
    desk.receive("10")
    desk.invoice()
    take_back(desk, "1")


def foreign(desk, company):
    desk.order("PO-X", currency="USD")
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(), order_number="PO-X", currency="USD")


def before_its_order(desk, company):
    invoice = plain(desk, "X")
    PurchaseOrder.objects.filter(number="PO-X").update(order_date=invoice.invoice_date + DAY)


def before_delivery(desk, company):
    invoice = plain(desk, "X")
    PurchaseOrder.objects.filter(number="PO-X").update(expected_on=invoice.invoice_date + DAY)


def blocked_vendor(desk, company):
    plain(desk, "X")
    Vendor.objects.filter(number="V10").update(blocked="payment")


def other_vendor(desk, company):
    plain(desk, "X")
    SupplierInvoice.objects.update(vendor_number="V20")


def closed(desk, company):
    plain(desk, "X")
    PurchaseOrder.objects.update(state="closed")


def cancelled_line(desk, company):
    plain(desk, "X")
    PurchaseOrder.objects.get().lines.filter(line=2).update(cancelled=True)


def nameless(desk, company):
    plain(desk, "X")
    SupplierInvoice.objects.update(order_number="")


def nameless_beside(desk, company):
    plain(desk, "X", lines=1)
    desk.invoice("R-Y", billed(quantity="1", order_line=None), order_number="")


def line_without_number(desk, company):
    plain(desk, "X", lines=1)
    InvoiceLine.objects.update(order_line=None)


def linked_by_a_person(desk, company):
    plain(desk, "X", lines=1)
    InvoiceLine.objects.update(linked=True)


def unknown_order(desk, company):
    desk.invoice("R-X", billed(), order_number="PO-X")


def one_line_twice(desk, company):
    desk.order("PO-X", ordered(quantity="20"))
    desk.receive("20", order="PO-X")
    desk.invoice("R-X", billed(1, "10"), billed(2, "10", order_line=1), order_number="PO-X")


def second_line_came():
    one = GoodsReceiptLine.objects.get()
    GoodsReceiptLine.objects.create(
        receipt=one.receipt,
        line=2,
        order_line=2,
        quantity_received=1,
        quantity_accepted=1,
        quantity_rejected=0,
        unit=one.unit,
    )


def line_that_is_not_on_the_order(desk, company):
    desk.order("PO-X")
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(), billed(2, "1"), order_number="PO-X")


def line_that_came_but_is_not_on_the_order(desk, company):
    line_that_is_not_on_the_order(desk, company)
    second_line_came()


def unordered_goods_came_too(desk, company):
    plain(desk, "X", lines=1)
    second_line_came()


def discounted(desk, company):
    plain(desk, "X")
    PurchaseOrder.objects.get().lines.filter(line=1).update(discount_percent=1)


def unreadable(desk, company):
    plain(desk, "X")
    SupplierInvoice.objects.update(invoice_date=None)


def credit(desk, company):
    plain(desk, "X")
    SupplierInvoice.objects.update(type="credit_memo")


def service(desk, company):
    desk.order("PO-X", ordered(kind="service", item="", unit=""))
    desk.confirm("50", order="PO-X")
    desk.invoice("R-X", billed(item="", unit=""), order_number="PO-X")


def agreed_with_the_order(desk, company):
    plain(desk, "X")
    PurchaseOrder.objects.filter(number="PO-X").update(agreed={"billing": "consignment"})


def agreed_with_a_line(desk, company):
    plain(desk, "X")
    PurchaseOrderLine.objects.filter(order__number="PO-X").update(agreed={"tax_code": "VAT19"})


def held_back_in_part(desk, company):
    plain(desk, "X")
    SupplierInvoice.objects.update(retention_percent=5)


def told_with_its_file(desk, company):
    plain(desk, "X")
    SupplierInvoice.objects.update(file_sha256="ab" * 32)


def weighed_at_the_gate(desk, company):
    plain(desk, "X")
    GoodsReceiptLine.objects.update(price_quantity=3)


ODD = [
    agreed_with_the_order,
    agreed_with_a_line,
    held_back_in_part,
    told_with_its_file,
    weighed_at_the_gate,
    reversed_receipt,
    dearer,
    not_received,
    received_more,
    rejected_at_the_door,
    taxed_by_less_than_a_cent,
    taxed_below_nothing,
    taxed_and_a_cent_off,
    taxed_on_a_line_alone,
    charged,
    miscounted,
    other_unit,
    other_item,
    second_invoice,
    same_number_again,
    same_total_soon_after,
    goods_went_back,
    foreign,
    before_its_order,
    before_delivery,
    blocked_vendor,
    other_vendor,
    closed,
    cancelled_line,
    nameless,
    nameless_beside,
    line_without_number,
    linked_by_a_person,
    unknown_order,
    one_line_twice,
    line_that_is_not_on_the_order,
    line_that_came_but_is_not_on_the_order,
    unordered_goods_came_too,
    discounted,
    unreadable,
    credit,
    service,
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.__name__)
def test_what_is_odd_in_any_way_is_left_to_the_engine(desk, company, odd):
    odd(desk, company)

    assert bulk.match_plain() == 0
    assert MatchDecision.objects.count() == 0


def part_delivery(desk, company):
    desk.order("PO-X", ordered(quantity="20"))
    desk.receive("4", order="PO-X")
    desk.receive("6", order="PO-X")
    desk.invoice("R-X", billed(quantity="10"), order_number="PO-X")


def in_boxes(desk, company):
    desk.order("PO-X", ordered(quantity="3", price="60.50", unit="BOX"))
    desk.receive("3", order="PO-X", unit="BOX")
    desk.invoice("R-X", billed(quantity="3", price="60.50", unit="BOX"), order_number="PO-X")


def with_more_lines_on_the_order(desk, company):
    desk.order("PO-X", ordered(1), ordered(2, item="BELT"), ordered(3, kind="service", item="", unit=""))
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(), order_number="PO-X")


def with_a_level_and_a_date(desk, company):
    desk.order("PO-X", ordered(match_level="two_way", expected_on=BILLED))
    desk.receive("10", order="PO-X")
    desk.invoice("R-X", billed(order_number="PO-X"), order_number="PO-X")


def with_precision(desk, company):
    ItemUnit.objects.create(
        company=company,
        row_hash=b"",
        item_number="FILTER",
        unit="PCS",
        per_base=1,
        rounding_precision=Decimal("0.00100"),
    )
    plain(desk, "X")


def with_a_deleted_twin(desk, company):
    Item.objects.create(
        company=company, row_hash=b"", number="FILTER", base_unit="KG", deleted_at="2026-01-01T00:00Z"
    )
    plain(desk, "X")


def under_a_ceiling(desk, company):
    Tolerance.objects.filter(check_name="large_amount").update(upper_amount=105)
    publish(company, judge_open=False)
    plain(desk, "X")


@pytest.mark.parametrize(
    "like",
    [part_delivery, in_boxes, with_more_lines_on_the_order, with_a_level_and_a_date, with_precision,
     with_a_deleted_twin, under_a_ceiling],
    ids=lambda like: like.__name__,
)  # fmt: skip
def test_what_ties_out_in_other_ways_gets_the_engines_words_too(desk, company, like):
    like(desk, company)
    [(asked, answered)] = as_the_engine_says(company).values()

    assert bulk.match_plain() == 1

    kept = MatchDecision.objects.get()
    assert (kept.question, kept.answer) == (asked, answered)


@pytest.mark.parametrize("tax", ["0.01", "0.10", "3.33", "9.5", "1234567.89"])
def test_an_invoice_with_tax_gets_the_engines_words_on_it(desk, company, tax):
    taxed(desk, tax)
    [(asked, answered)] = as_the_engine_says(company).values()

    assert bulk.match_plain() == 1

    kept = MatchDecision.objects.get()
    assert (kept.question, kept.answer, kept.outcome) == (asked, answered, "within")
    assert [finding["code"] for finding in kept.answer["findings"]] == ["TAX_OVER", "TOTAL", "TOTAL"]
    assert status_of(kept.invoice) == "ready"
    assert replaying.replay().differences == []


@pytest.mark.parametrize(
    ("check", "code"), [("tax", ""), ("total", "tax"), ("total", "invoice")], ids=lambda told: told or "all"
)
@pytest.mark.parametrize("limit", ["9.49", "9.50", "9.51"])
def test_where_a_limit_is_set_for_tax_the_engine_is_asked(desk, company, check, code, limit):
    Tolerance.objects.filter(check_name=check, code=code).update(upper_amount=limit)
    publish(company, judge_open=False)
    taxed(desk)

    assert bulk.match_plain() == 0


def ceiling(company):
    Tolerance.objects.filter(check_name="large_amount").update(upper_amount=Decimal("104.99"))


def vendors_own(company):
    Tolerance.objects.create(company=company, check_name="price", vendor_number="V10", upper_percent=1)


def items_own(company):
    Tolerance.objects.create(company=company, check_name="price", item_number="BELT", upper_percent=1)


def levels_own(company):
    MatchLevel.objects.create(company=company, item_number="FILTER", level="two_way")


@pytest.mark.parametrize("rules", [ceiling, vendors_own, items_own, levels_own], ids=lambda r: r.__name__)
def test_where_rules_have_something_special_to_say_the_engine_is_asked(desk, company, rules):
    rules(company)
    publish(company, judge_open=False)
    plain(desk, "X")

    assert bulk.match_plain() == 0


def test_a_part_delivery_is_the_engines_where_rules_bound_below(desk, company):
    Tolerance.objects.filter(check_name="quantity_ordered").update(lower_percent=10)
    publish(company, judge_open=False)
    part_delivery(desk, company)

    assert bulk.match_plain() == 0


@pytest.mark.parametrize("seed", [7, 8])
def test_the_statement_and_the_engine_agree_on_drawn_invoices(desk, company, seed):
    """Whatever befalls them: what the statement clears, the engine lets through in the same words."""
    draw = random.Random(seed)
    MatchOptions.objects.update(near_duplicate_days=2)
    publish(company, judge_open=False)
    for number in range(60):
        order, lines = f"PO-{number}", range(1, draw.randint(1, 3) + 1)
        price = f"{draw.randint(1, 900)}.{draw.choice(['00', '10', '25', '333'])}"
        quantity = draw.choice(["1", "2", "10", "12.5"])
        desk.order(
            order,
            *(
                ordered(
                    n, draw.choice([quantity, quantity, "20"]), price, unit=draw.choice(["PCS"] * 9 + ["BOX"])
                )
                for n in lines
            ),
        )
        for line in lines:
            desk.receive(draw.choice([quantity] * 9 + ["1"]), order=order, line=line)
        if number % 9 == 0:
            desk.receive("0", order=order)
        asked = [billed(n, quantity, draw.choice([price] * 9 + ["1.00"])) for n in lines]
        tax = Decimal(draw.choice(["0", "0", "0", "9.5", "0.01", "3.333", "-1"]))
        desk.invoice(
            f"R-{draw.choice([number, number, 7])}",
            *asked,
            order_number=draw.choice([order] * 9 + ["PO-3"]),
            invoice_date=BILLED + draw.randint(0, 9) * DAY,
            tax=tax,
            total=sum((line.amount for line in asked), tax),
        )
    expected = as_the_engine_says(company)

    count = bulk.match_plain()

    assert 10 < count < 50
    for kept in MatchDecision.objects.all():
        assert (kept.question, kept.answer) == expected[kept.invoice_id]
    assert count == MatchDecision.objects.count()
    assert set(MatchDecision.objects.values_list("outcome", flat=True)) == {"clean", "within"}


def test_the_task_judges_the_plain_and_the_odd(desk):
    plain(desk, "1")
    plain(desk, "2", price="8.00")
    desk.invoice("R-3", billed(), order_number="PO-3")

    assert tasks.match_due_invoices() == 3

    assert sorted(SupplierInvoice.objects.values_list("status", flat=True)) == ["blocked", "ready", "ready"]
    assert ExceptionCase.objects.count() == 1


def test_a_few_invoices_are_left_to_the_engine(desk, monkeypatch):
    monkeypatch.setattr(bulk, "WORTH_IT", 100)
    plain(desk, "1")

    assert bulk.match_plain() == 0


def test_the_number_of_invoices_is_bounded(desk):
    for number in range(1, 5):
        plain(desk, str(number), price=f"{number}.00")

    assert bulk.match_plain(3) == 3
    assert SupplierInvoice.objects.filter(status="received").count() == 1


def test_figures_are_kept_instead_of_words_and_the_rules_once_for_all(desk):
    plain(desk, "1")
    plain(desk, "2", price="8.00")

    bulk.match_plain()

    first, second = MatchDecision.objects.order_by("pk")
    assert first.kept_question is first.kept_answer is None
    assert first.ground == second.ground == MatchGround.objects.get()
    assert len(first.figures) < 600


@pytest.mark.parametrize("change", [{"content": {}}, {"content_hash": b"other"}])
def test_the_database_lets_nobody_change_what_questions_have_in_common(desk, change):
    plain(desk, "1")
    bulk.match_plain()

    with pytest.raises(Refused, match="only ever added to"), transaction.atomic():
        MatchGround.objects.update(**change)


def test_what_was_judged_in_bulk_is_judged_anew_when_its_facts_change(desk):
    invoice = plain(desk, "X", lines=1)
    bulk.match_plain()

    PurchaseOrder.objects.get().lines.update(unit_price=1)
    reconcile.judge([invoice])

    later, earlier = MatchDecision.objects.order_by("-pk")
    assert (earlier.outcome, later.outcome) == ("clean", "blocked")
    assert earlier.question["orders"][0]["lines"][0]["unit_price"] == "5.25"
    assert later.question["orders"][0]["lines"][0]["unit_price"] == "1"

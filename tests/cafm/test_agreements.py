"""What was agreed for an order, told by events: an invoice is judged by it, the whole way through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cafm import forms

if TYPE_CHECKING:
    from masterdata.models import Company
    from tests.cafm.client import Cafm

pytestmark = pytest.mark.django_db

LINE = {"order": "PO-1", "order_line": 1, "item": "FILTER-A", "quantity": "8", "charges": []}


@pytest.fixture
def judging(company: Company) -> None:
    from reconciliation import policies

    policies.install_defaults(company)


def order(**agreed: Any) -> dict[str, Any]:
    return forms.order(charges=[], **agreed)


def received(**line: str) -> dict[str, Any]:
    whole = {"quantity_received": "10", "quantity_accepted": "10", "quantity_rejected": "0"}
    return forms.line_of(forms.receipt(), **whole | line)


def invoice(number: str = "INV-1", *, total: str, **line: Any) -> dict[str, Any]:
    """Bill eight filters at 12.50 where nothing else is told; no charges."""
    return forms.line_of(forms.invoice(number, charges=[], total=total), **LINE | {"amount": total} | line)


def judged(cafm: Cafm, *events: dict[str, Any], number: str = "INV-1") -> dict[str, Any]:
    """Send events, judge what is due, and give the answer about an invoice."""
    from reconciliation import reconcile
    from reconciliation.models import MatchDecision

    for event in events:
        reply = cafm.send(event)
        assert reply.status_code == 202, reply.content
    while reconcile.match_due():
        pass
    decision = MatchDecision.objects.filter(invoice__number=number).latest("pk")
    answer: dict[str, Any] = decision.answer
    return answer


def reasons(answer: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {each["code"]: (each["effect"], each["variance"]) for each in answer["findings"]}


@pytest.mark.parametrize(
    ("billing", "code"), [("consignment", "CONSIGNMENT"), ("self_billed", "SELF_BILLED")]
)
@pytest.mark.usefixtures("judging")
def test_who_bills_an_order_is_told_with_it(cafm: Cafm, billing: str, code: str) -> None:
    answer = judged(cafm, order(billing=billing), received(), invoice(total="100.00"))

    assert answer["outcome"] == "blocked"
    assert reasons(answer) == {code: ("block", None)}


@pytest.mark.usefixtures("judging")
def test_an_order_that_its_vendor_bills_is_no_reason(cafm: Cafm) -> None:
    answer = judged(cafm, order(billing="invoice"), received(), invoice(total="100.00"))

    assert (answer["outcome"], answer["findings"]) == ("clean", [])


@pytest.mark.usefixtures("judging")
def test_a_blanket_order_holds_what_is_over_its_value(cafm: Cafm) -> None:
    sent = order(limit={"amount": "150.00", "from_date": "2026-11-01", "to_date": "2026-12-31"})

    assert judged(cafm, sent, received(), invoice(total="100.00"))["outcome"] == "clean"
    second = judged(
        cafm, invoice("INV-2", total="62.50", quantity="5", invoice_date="2026-11-20"), number="INV-2"
    )

    assert reasons(second)["BLANKET"] == ("block", "12.50")


@pytest.mark.usefixtures("judging")
def test_a_blanket_order_holds_what_comes_after_its_period(cafm: Cafm) -> None:
    sent = order(limit={"to_date": "2026-11-14"})

    answer = judged(cafm, sent, received(), invoice(total="100.00"))

    assert reasons(answer) == {"BLANKET": ("block", None)}


@pytest.mark.usefixtures("judging")
def test_the_last_day_of_a_blanket_order_is_within(cafm: Cafm) -> None:
    answer = judged(cafm, order(limit={"to_date": "2026-11-15"}), received(), invoice(total="100.00"))

    assert answer["outcome"] == "clean"


MILESTONES = [{"name": "Half", "amount": "60.00"}, {"name": "Rest", "amount": "65.00"}]


@pytest.mark.parametrize(
    ("billed", "expected"),
    [
        ({"milestone": "Half", "amount": "60.00", "unit_price": "7.50"}, None),
        ({"milestone": "Half", "amount": "64.00", "unit_price": "8.00"}, "4.00"),
        ({"milestone": "Roof", "amount": "64.00", "unit_price": "8.00"}, "64.00"),
        ({"description": "half", "amount": "60.00", "unit_price": "7.50"}, None),
        ({"description": "Bag filter", "amount": "60.00", "unit_price": "7.50"}, "60.00"),
    ],
    ids=["as agreed", "more than agreed", "unknown", "named by its words alone", "no milestone at all"],
)
@pytest.mark.usefixtures("judging")
def test_a_milestone_is_billed_as_agreed(cafm: Cafm, billed: dict[str, str], expected: str | None) -> None:
    sent = forms.line_of(order(), milestones=MILESTONES)

    answer = judged(cafm, sent, received(), invoice(total=billed["amount"], **billed))

    assert reasons(answer).get("MILESTONE") == (("block", expected) if expected else None)


@pytest.mark.usefixtures("judging")
def test_the_price_of_a_price_break_is_the_orders_price(cafm: Cafm) -> None:
    breaks = [{"from_quantity": "1", "unit_price": "15.00"}, {"from_quantity": "10", "unit_price": "12.50"}]
    sent = forms.line_of(order(), price_breaks=breaks)

    answer = judged(cafm, sent, received(), invoice(total="120.00", unit_price="15.00"))

    assert reasons(answer)["PRICE_OVER"] == ("block", "2.50")


def test_a_unit_price_that_is_not_its_price_breaks_is_refused(cafm: Cafm) -> None:
    breaks = [{"from_quantity": "10", "unit_price": "11.00"}]

    reply = cafm.send(forms.line_of(order(), price_breaks=breaks))

    assert reply.status_code == 422
    assert reply.json()["errors"] == [
        {
            "pointer": "/data/lines/0/unit_price",
            "detail": "10.00000 are ordered, and from so many on the price breaks say 11.00000000.",
        }
    ]


@pytest.mark.parametrize(("price", "outcome"), [("15.62", "within"), ("15.63", "blocked")])
@pytest.mark.usefixtures("judging")
def test_a_price_that_the_buyer_guessed_has_wider_limits(
    cafm: Cafm, company: Company, price: str, outcome: str
) -> None:
    from reconciliation.models import Tolerance
    from tests.reconcile.desk import publish

    limits = {"upper_percent": 25}
    Tolerance.objects.create(company=company, check_name="price", code="estimated", **limits)
    Tolerance.objects.filter(check_name__in=["total", "line_total"]).update(
        upper_percent=None, upper_amount=None
    )
    publish(company)
    sent = forms.line_of(order(), price_estimated=True, quantity="1")
    came = received(quantity_received="1", quantity_accepted="1")

    answer = judged(cafm, sent, came, invoice(total=price, quantity="1", unit_price=price))

    assert answer["outcome"] == outcome


@pytest.mark.usefixtures("judging")
def test_a_planned_charge_of_a_line_is_no_surprise(cafm: Cafm) -> None:
    packing = [{"code": "PACKING", "amount": "1.00"}]
    sent = forms.line_of(order(), charges=packing)

    answer = judged(cafm, sent, received(), invoice(total="101.00", charges=packing))

    assert "UNPLANNED_CHARGE" not in reasons(answer)
    assert answer["outcome"] in ("clean", "within")


@pytest.mark.usefixtures("judging")
def test_another_tax_code_than_ordered_is_seen(cafm: Cafm) -> None:
    sent = forms.line_of(order(), tax_code="VAT19")

    answer = judged(cafm, sent, received(), invoice(total="100.00", tax_code="VAT7"))

    assert "TAX_CODE" in reasons(answer)


@pytest.mark.usefixtures("judging")
def test_what_is_priced_by_weight_is_held_against_the_weight_that_came(cafm: Cafm) -> None:
    sent = forms.line_of(order(), price_unit="KG", planned_ratio="2.5", unit_price="5.00")
    came = received(price_quantity="25")

    answer = judged(
        cafm, sent, came, invoice(total="120.00", unit_price="5.00", quantity="8", price_quantity="24")
    )

    assert reasons(answer)["UNIT_RATIO"] == ("block", "0.5")


def test_what_is_priced_by_weight_has_its_price_by_the_unit_in_business_central(cafm: Cafm) -> None:
    from integration import couriers
    from integration.models import Message

    cafm.send(forms.line_of(order(), price_unit="KG", planned_ratio="2.5", unit_price="5.00"))
    message = Message.objects.get()
    prepared = couriers.COURIERS[message.document_kind].prepare(couriers.load(message), message.key)

    assert [line.get("directUnitCost") for line in prepared.payload["purchaseOrderLines"]][-1] == 12.5


def test_a_price_by_weight_without_its_planned_weight_is_refused(cafm: Cafm) -> None:
    reply = cafm.send(forms.line_of(order(), price_unit="KG"))

    assert [each["pointer"] for each in reply.json()["errors"]] == ["/data/lines/0/planned_ratio"]


@pytest.mark.usefixtures("judging")
def test_what_is_held_back_for_later_is_told_apart(cafm: Cafm) -> None:
    bill = invoice(total="100.00")
    bill["data"]["retention_percent"] = "5"

    answer = judged(cafm, order(), received(), bill)

    assert (answer["outcome"], answer["retained"], answer["payable"]) == ("clean", "5.00", "95.00")


@pytest.mark.usefixtures("judging")
def test_more_of_an_advance_than_was_paid_is_held(cafm: Cafm) -> None:
    paid = invoice("ADV-1", total="40.00", item=None, order_line=None, quantity="1", unit_price="40.00")
    paid["data"]["type"] = "prepayment"
    bill = invoice(total="100.00")
    bill["data"]["advance"] = "50.00"

    answer = judged(cafm, order(), received(), paid, bill)

    assert reasons(answer)["PREPAYMENT"] == ("block", "10.00")


@pytest.mark.usefixtures("judging")
def test_as_much_of_an_advance_as_was_paid_is_set_off(cafm: Cafm) -> None:
    paid = invoice("ADV-1", total="40.00", item=None, order_line=None, quantity="1", unit_price="40.00")
    paid["data"]["type"] = "prepayment"
    bill = invoice(total="100.00")
    bill["data"]["advance"] = "40.00"

    answer = judged(cafm, order(), received(), paid, bill)

    assert "PREPAYMENT" not in reasons(answer)
    assert answer["payable"] == "60.00"


@pytest.mark.usefixtures("judging")
def test_a_released_retention_consumes_nothing_of_its_order(cafm: Cafm) -> None:
    release = invoice("RET-1", total="5.00", item=None, order_line=None, quantity="1", unit_price="5.00")
    release["data"]["type"] = "retention_release"

    answer = judged(cafm, order(), received(), invoice(total="100.00"), release, number="RET-1")

    assert answer["outcome"] == "clean"


@pytest.mark.usefixtures("judging")
def test_the_same_file_under_another_number_is_a_near_duplicate(cafm: Cafm) -> None:
    first, second = invoice(total="50.00", quantity="4"), invoice("X-77", total="25.00", quantity="2")
    for bill in (first, second):
        bill["data"]["file_sha256"] = "ab" * 32

    answer = judged(cafm, order(), received(), first, second, number="X-77")

    assert reasons(answer)["NEAR_DUPLICATE"][0] == "warn"


def changed(**line: str) -> dict[str, Any]:
    """Change the order after its goods came."""
    data = forms.line_of(order(version=2), **line)["data"]
    return forms.event("purchase_order.changed.v1", data, time="2026-11-12T09:00:00Z")


@pytest.mark.usefixtures("judging")
def test_what_came_before_an_order_was_cut_may_be_billed(cafm: Cafm) -> None:
    answer = judged(cafm, order(), received(), changed(quantity="6"), invoice(total="100.00"))

    assert "OVER_ORDERED" not in reasons(answer)
    assert answer["outcome"] != "blocked"


@pytest.mark.usefixtures("judging")
def test_the_price_of_the_day_the_goods_came_is_told_beside_todays(cafm: Cafm) -> None:
    answer = judged(cafm, order(), received(), changed(unit_price="11.00"), invoice(total="100.00"))

    assert reasons(answer)["PRICE_OVER"] == ("block", "1.50")
    told = next(each for each in answer["findings"] if each["code"] == "CHANGE_ORDER")
    assert told["sentence"] == (
        "Billed at 12.50 EUR, as the order said when the goods came; it says 11.00 EUR now."
    )


@pytest.mark.usefixtures("judging")
def test_a_change_before_the_goods_came_leaves_todays_price_alone(cafm: Cafm) -> None:
    change = changed(unit_price="11.00") | {"time": "2026-11-09T09:00:00Z"}

    answer = judged(cafm, order(), received(), change, invoice(total="100.00"))

    assert "CHANGE_ORDER" not in reasons(answer)


@pytest.mark.usefixtures("judging")
def test_an_invoice_with_terms_of_its_own_is_not_posted_as_it_stands(cafm: Cafm) -> None:
    from integration.couriers import billed
    from reconciliation.models import PurchaseOrder, SupplierInvoice

    bill = invoice(total="100.00")
    bill["data"]["retention_percent"] = "5"
    judged(cafm, order(), received(), bill)

    reason = billed.foreign_to_order(SupplierInvoice.objects.get(), PurchaseOrder.objects.get())

    assert reason == "5 % of it are held back for later"

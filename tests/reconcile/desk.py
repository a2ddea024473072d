"""A company with masters and its default policy, and short ways to record what happens to an order."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.contrib.auth.models import User

from masterdata.models import Company, ExchangeRate, Item, ItemUnit, Vendor
from reconciliation import documents, policies
from reconciliation.forms import (
    ConfirmationForm,
    ConfirmationLineForm,
    InvoiceForm,
    InvoiceLineForm,
    OrderForm,
    OrderLineForm,
    ReceiptForm,
    ReceiptLineForm,
)
from reconciliation.models import PolicyVersion

ORDERED = datetime.date(2026, 3, 2)
RECEIVED = datetime.date(2026, 3, 9)
BILLED = datetime.date(2026, 3, 16)
NUMBERS = itertools.count(1)


def open_company(name: str = "FACILITY") -> Company:
    """Make a company in euros with two vendors, a filter in pieces and boxes of twelve, and dollars."""
    made = Company.objects.create(name=name, ledger_currency="EUR")
    vendors = {"V10": "Liftbau Nord", "V20": "Klima Süd"}
    Vendor.objects.bulk_create(
        Vendor(company=made, row_hash=b"", number=number, name=name) for number, name in vendors.items()
    )
    Item.objects.bulk_create(
        Item(company=made, row_hash=b"", number=number, base_unit="PCS") for number in ("FILTER", "BELT")
    )
    ItemUnit.objects.create(company=made, row_hash=b"", item_number="FILTER", unit="BOX", per_base=12)
    ExchangeRate.objects.create(
        company=made,
        row_hash=b"",
        currency="USD",
        starting_date=datetime.date(2026, 1, 1),
        exchange_amount=100,
        relational_amount=90,
    )
    policies.install_defaults(made)
    return made


class Desk:
    """What happens around an order, in one line each."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def order(self, number: str = "PO-1", *lines: OrderLineForm, vendor="V10", currency="EUR", **more):
        form = OrderForm(
            number=number,
            vendor_number=vendor,
            currency=currency,
            order_date=ORDERED,
            approved_by="Bea Buyer",
            lines=lines or (ordered(),),
            **more,
        )
        return documents.record_order(self.company, form, source="test")

    def receive(self, accepted, order="PO-1", *, line=1, rejected=0, unit="PCS", number=None):
        accepted, rejected = Decimal(accepted), Decimal(rejected)
        form = ReceiptForm(
            number=number or f"GR-{next(NUMBERS)}",
            order_number=order,
            received_on=RECEIVED,
            received_by="Sam Store",
            lines=(ReceiptLineForm(1, line, accepted + rejected, accepted, rejected, unit),),
        )
        return documents.record_receipt(self.company, form, source="test")

    def confirm(self, amount, order="PO-1", *, line=1, accepted=True, number="SC-1"):
        form = ConfirmationForm(
            number=number,
            order_number=order,
            confirmed_on=RECEIVED,
            confirmed_by="Rita",
            accepted=accepted,
            lines=(ConfirmationLineForm(1, line, amount=Decimal(amount)),),
        )
        return documents.record_confirmation(self.company, form, source="test")

    def invoice(
        self, number: str = "R-100", *lines: InvoiceLineForm, vendor="V10", currency="EUR", bc_id=None, **more
    ):
        lines = lines or (billed(),)
        more.setdefault("total", sum((line.amount + line.tax for line in lines), Decimal(0)))
        more.setdefault("order_number", "PO-1")
        form = InvoiceForm(
            number=number,
            vendor_number=vendor,
            currency=currency,
            invoice_date=more.pop("invoice_date", BILLED),
            lines=lines,
            **more,
        )
        origin = "bc" if bc_id else "cafm"
        return documents.record_invoice(self.company, form, source="test", origin=origin, bc_id=bc_id)


def ordered(line=1, quantity="10", price="5.00", *, item="FILTER", unit="PCS", kind="item", **more):
    return OrderLineForm(line, kind, Decimal(quantity), Decimal(price), unit=unit, item=item, **more)


def billed(
    line=1, quantity="10", price="5.00", *, item="FILTER", unit="PCS", order_line: int | None = -1, **more
):
    quantity, price = Decimal(quantity), Decimal(price)
    return InvoiceLineForm(
        line,
        quantity,
        price,
        more.pop("amount", quantity * price),
        unit=unit,
        item=item,
        order_line=line if order_line == -1 else order_line,
        **more,
    )


def publish(company: Company, *, judge_open: bool = True) -> PolicyVersion:
    """Publish the draft at once, by two people; and judge what is open by it."""
    people = [User.objects.get_or_create(username=name)[0] for name in ("fred", "greta")]
    version = policies.propose(company, by=people[0], reason="Agreed with purchasing", wanted_from=None)
    version = policies.approve(version, by=people[1])
    if judge_open:
        policies.judge_by(version, by=people[1])
    return version

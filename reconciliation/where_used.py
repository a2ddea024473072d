"""Where a master record is used: what is still under way with a vendor, an item, an account or a location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from masterdata.models import Account, FixedAsset, Item, Location, Mirror, Unit, Vendor

from .models import Document, ExceptionCase, PurchaseOrder, SupplierInvoice

SHOWN = 20

# What an order names each kind of record by, and the key it names.
OF_ORDERS: dict[type[Mirror], tuple[tuple[str, ...], str]] = {
    Vendor: (("vendor_number",), "number"),
    Item: (("lines__item",), "number"),
    Account: (("lines__account",), "number"),
    FixedAsset: (("lines__asset",), "number"),
    Location: (("location", "lines__location"), "code"),
    Unit: (("lines__unit",), "code"),
}
OF_INVOICES: dict[type[Mirror], tuple[tuple[str, ...], str]] = {
    Vendor: (("vendor_number",), "number"),
    Item: (("lines__item",), "number"),
    Unit: (("lines__unit",), "code"),
}


@dataclass(frozen=True)
class Use:
    """A document under way that names the record."""

    title: str
    note: str
    url: str


@dataclass(frozen=True)
class Uses:
    """The newest uses of one kind, and how many there are in all."""

    one: str
    many: str
    permission: str
    total: int
    shown: list[Use]

    @property
    def title(self) -> str:
        return f"{self.total} {self.one if self.total == 1 else self.many}"


def where_used(record: Mirror) -> list[Uses]:
    """List what is under way with this record: open orders, open invoices and open cases."""
    found = []
    if asked := _names(OF_ORDERS, record):
        orders = PurchaseOrder.objects.filter(asked, company=record.company, state=PurchaseOrder.State.OPEN)
        pks = orders.exclude(status=Document.Status.CANCELLED).values("pk")
        found.append(_orders(PurchaseOrder.objects.filter(pk__in=pks).order_by("-pk")))
    if asked := _names(OF_INVOICES, record):
        closed = [SupplierInvoice.Status.POSTED, SupplierInvoice.Status.REJECTED]
        named = SupplierInvoice.objects.filter(asked, company=record.company).exclude(status__in=closed)
        found.append(_invoices(SupplierInvoice.objects.filter(pk__in=named.values("pk")).order_by("-pk")))
        by_invoice = ExceptionCase.objects.open().filter(invoice__in=named.values("pk"))
        found.append(_cases(by_invoice.order_by("-pk")))
    return found


def _names(table: dict[type[Mirror], tuple[tuple[str, ...], str]], record: Mirror) -> Q | None:
    if type(record) not in table:
        return None
    fields, key = table[type(record)]
    asked = Q()
    for field in fields:
        asked |= Q(**{field: getattr(record, key)})
    return asked


def _orders(rows: QuerySet[Any]) -> Uses:
    shown = [
        Use(
            row.number,
            row.get_status_display(),
            _admin("purchaseorder", row.pk),
        )
        for row in rows[:SHOWN]
    ]
    return Uses("open order", "open orders", "reconciliation.view_purchaseorder", rows.count(), shown)


def _invoices(rows: QuerySet[Any]) -> Uses:
    shown = [
        Use(
            str(row),
            row.get_status_display(),
            _admin("supplierinvoice", row.pk),
        )
        for row in rows[:SHOWN]
    ]
    return Uses(
        "invoice not posted yet",
        "invoices not posted yet",
        "reconciliation.view_supplierinvoice",
        rows.count(),
        shown,
    )


def _cases(rows: QuerySet[Any]) -> Uses:
    shown = [Use(str(row), row.get_status_display(), reverse("case", args=[row.pk])) for row in rows[:SHOWN]]
    return Uses("open exception", "open exceptions", "reconciliation.view_exceptioncase", rows.count(), shown)


def _admin(name: str, pk: int) -> str:
    return reverse(f"admin:reconciliation_{name}_change", args=[pk])

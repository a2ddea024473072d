"""Which vendors belong together: they bill and are paid for each other, and send one invoice only once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from masterdata.models import Company

from .documents import OPEN_INVOICES
from .models import SupplierInvoice, VendorFamily


def heads_of(company: Company, vendors: Iterable[str]) -> dict[str, str]:
    """Give the head of each of these vendors that is in a family; a head is its own."""
    asked = {*vendors}
    rows = VendorFamily.objects.filter(Q(vendor_number__in=asked) | Q(head__in=asked), company=company)
    pairs = list(rows.values_list("vendor_number", "head"))
    known = {head: head for _, head in pairs} | dict(pairs)
    return {vendor: known[vendor] for vendor in asked if vendor in known}


@transaction.atomic
def judge_again(company: Company, heads: Iterable[str]) -> int:
    """Let the open invoices of these families be matched again; returns how many."""
    family = {*heads}
    members = VendorFamily.objects.filter(company=company, head__in=family).values("vendor_number")
    theirs = SupplierInvoice.objects.filter(
        Q(vendor_number__in=family) | Q(vendor_number__in=members), company=company, status__in=OPEN_INVOICES
    )
    locked = theirs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    return SupplierInvoice.objects.filter(pk__in=list(locked)).update(match_due=True)

"""Small steps that every writer of documents takes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

from masterdata.models import Company
from reconciliation.inserting import Parts, insert
from reconciliation.models import Document, PurchaseOrder, SupplierInvoice

from .errors import DocumentExists

InvoiceStatus = SupplierInvoice.Status

# An invoice may still be judged in these; the others are out of matching's hands.
OPEN_INVOICES = [InvoiceStatus.RECEIVED, InvoiceStatus.BLOCKED]

# A cleared invoice is judged again only when something is taken away: new goods cannot hold it.
UNPOSTED_INVOICES = [*OPEN_INVOICES, InvoiceStatus.READY]

# A union of small answers, each by an index of its own; joined with OR they would be one scan of all.
MARK_DUE = """
WITH invoices AS NOT MATERIALIZED (
  SELECT * FROM reconciliation_supplierinvoice
   WHERE company_id = %(company)s AND status = ANY(%(open)s))
UPDATE reconciliation_supplierinvoice SET match_due = true
 WHERE id IN (
   SELECT id FROM reconciliation_supplierinvoice
    WHERE id IN (
      SELECT id FROM invoices WHERE order_number = ANY(%(orders)s)
       UNION
      SELECT i.id FROM invoices i JOIN reconciliation_invoiceline l ON l.invoice_id = i.id
       WHERE l.order_number = ANY(%(orders)s)
       UNION
      SELECT id FROM invoices WHERE vendor_number = %(vendor)s AND vendor_number <> '' AND order_number = '')
      AND id IS DISTINCT FROM %(but)s
    ORDER BY id FOR UPDATE)
"""


_one_lock: ContextVar[str] = ContextVar("one lock for all subjects", default="")


def one_at_a_time(company: Company, subject: str) -> None:
    """Let whoever records a document of the same subject wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_of(company, subject)])


@contextmanager
def one_lock(name: str) -> Iterator[None]:
    """Take one lock for all subjects, for a transaction of thousands of documents that is undone at its end.

    PostgreSQL keeps each lock until the transaction ends, and has room for `max_locks_per_transaction` times
    its connections: 6,400 as it is shipped.
    """
    before = _one_lock.set(name)
    try:
        yield
    finally:
        _one_lock.reset(before)


def lock_of(company: Company, subject: str) -> int:
    """Give PostgreSQL's number of the lock that `one_at_a_time` takes."""
    named = _one_lock.get() or f"{company.pk} {subject}"
    digest = hashlib.blake2b(named.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def insert_new(document: Document, parts: Parts, **key: str) -> None:
    """Write a document with its lines; raises DocumentExists when its number is taken."""
    if not insert(document, parts):
        same = {"company": document.company_id, "number": document.number, **key}
        raise DocumentExists(type(document)._default_manager.get(**same))


def order_of(company: Company, number: str) -> PurchaseOrder | None:
    return PurchaseOrder.objects.filter(company=company, number=number).first()


def fields_of(form: Any, but: Iterable[str] = ()) -> dict[str, Any]:
    """Take a form's values as they are; `asdict` would copy the lines too."""
    left_out = {*but}
    return {
        each.name: getattr(form, each.name) for each in dataclasses.fields(form) if each.name not in left_out
    }


def copy_outcome(row: Document, document: Document) -> None:
    """Let the caller's object tell what the row tells."""
    for name in ("status", "bc_id", "bc_number", "posted_at", "state", "match_due", "deleted_at"):
        if hasattr(row, name):
            setattr(document, name, getattr(row, name))


def orders_of(document: Any) -> list[str]:
    """Name the orders that a document has to do with, ours and as BC numbers them."""
    if isinstance(document, PurchaseOrder):
        return [number for number in (document.number, document.bc_number) if number]
    if isinstance(document, SupplierInvoice):
        named = {document.order_number, *document.lines.values_list("order_number", flat=True)}
        return sorted(named - {""})
    number = getattr(document, "order_number", "")
    return [number] if number else []


def facts_changed(
    company: Company,
    orders: Iterable[str],
    *,
    vendor: str = "",
    but: Document | None = None,
    taken_away: bool = False,
) -> None:
    """Mark the open invoices of these orders as due, and the vendor's that name no order.

    Where something was taken away, what is cleared and not posted is judged again, too.
    The rows are locked in one order everywhere, so that two documents cannot wait for each other.
    """
    terms: dict[str, Any] = {
        "company": company.pk,
        "open": [status.value for status in (UNPOSTED_INVOICES if taken_away else OPEN_INVOICES)],
        "orders": [*{*orders}],
        "vendor": vendor,
        "but": but.pk if isinstance(but, SupplierInvoice) else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK_DUE, terms)

"""Billed lines that a person linked to an order line: written on the line, and again after a pull."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from reconciliation.models import InvoiceLine, LineLink, SupplierInvoice

from .errors import WrongStatus
from .steps import OPEN_INVOICES, facts_changed


@transaction.atomic
def link_line(link: LineLink) -> LineLink:
    """Say which order line a billed line means; the invoice has to be judged anew. Raises WrongStatus."""
    line = _line_of(link)
    link.item, link.description = line.item, line.description
    link.former_order_number, link.former_order_line = line.order_number, line.order_line
    link.save()
    _write(line, link.order_number, link.order_line, linked=True)
    return link


@transaction.atomic
def unlink_line(link: LineLink, *, by: User) -> LineLink:
    """Take a link back: the line says again what it said before. Raises WrongStatus."""
    line = _line_of(link)
    link.undone_by, link.undone_at = by, timezone.now()
    link.save(update_fields=["undone_by", "undone_at"])
    _write(line, link.former_order_number, link.former_order_line, linked=False)
    return link


def link_again(invoice: SupplierInvoice) -> None:
    """Write the links on lines that were written anew; one whose line says something else now is over."""
    links = {link.line: link for link in invoice.links.filter(undone_at=None)}
    if not links:
        return
    lines = {line.line: line for line in invoice.lines.filter(line__in=links)}
    for number, link in links.items():
        line = lines.get(number)
        if line and _said(line) == (
            link.item, link.description, link.former_order_number, link.former_order_line,
        ):  # fmt: skip
            line.order_number, line.order_line, line.linked = link.order_number, link.order_line, True
            line.save(update_fields=["order_number", "order_line", "linked"])
        else:
            link.undone_at = timezone.now()
            link.save(update_fields=["undone_at"])


def _said(line: InvoiceLine) -> tuple[str, str, str, int | None]:
    return line.item, line.description, line.order_number, line.order_line


def _line_of(link: LineLink) -> InvoiceLine:
    """Give the billed line, with its invoice locked; an invoice out of matching's hands keeps its links."""
    invoice = SupplierInvoice.objects.select_for_update(of=("self",)).get(pk=link.invoice_id)
    if invoice.status not in OPEN_INVOICES:
        raise WrongStatus(f"{invoice} is {invoice.get_status_display()}; its lines stay as they are.")
    line: InvoiceLine = invoice.lines.get(line=link.line)
    return line


def _write(line: InvoiceLine, order_number: str, order_line: int | None, *, linked: bool) -> None:
    orders = {line.order_number, order_number} - {""}
    line.order_number, line.order_line, line.linked = order_number, order_line, linked
    line.save(update_fields=["order_number", "order_line", "linked"])
    invoice = line.invoice
    SupplierInvoice.objects.filter(pk=invoice.pk).update(match_due=True)
    facts_changed(invoice.company, orders, vendor=invoice.vendor_number)

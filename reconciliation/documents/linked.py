"""Billed lines that a person linked to order lines, whole or in parts: written, and again after a pull."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from reconciliation.models import InvoiceLine, LineLink, SupplierInvoice

from .errors import WrongStatus
from .steps import OPEN_INVOICES, facts_changed

# What parts of a line share out by quantity, and to how many places.
SHARED = {"amount": 8, "discount": 8, "tax": 8, "price_quantity": 5}


@transaction.atomic
def link_line(link: LineLink) -> LineLink:
    """Say which order line a billed line means; the invoice has to be judged anew. Raises WrongStatus."""
    line = _line_of(link)
    _note(link, line)
    link.save()
    _write(line, link.order_number, link.order_line, linked=True)
    return link


@transaction.atomic
def split_line(links: Sequence[LineLink]) -> Sequence[LineLink]:
    """Cut a billed line into a part for each of these links; the invoice has to be judged anew.

    Raises WrongStatus. The first part keeps the number of the line, and what rounding leaves over.
    """
    line = _line_of(links[0])
    figures = _figures(line)
    number = max(line.invoice.lines.values_list("line", flat=True))
    for place, link in enumerate(links):
        _note(link, line)
        link.part_of, link.former_figures = line.line, figures
        link.line = number + place if place else line.line
        link.save()
    _cut(line, links)
    _changed(line.invoice, {line.order_number, *(link.order_number for link in links)})
    return links


@transaction.atomic
def unlink_line(link: LineLink, *, by: User) -> LineLink:
    """Take a link back: the line says again what it said before, and is whole. Raises WrongStatus."""
    line = _line_of(link)
    parts = _parts_of(link)
    for part in parts:
        part.undone_by, part.undone_at = by, timezone.now()
        part.save(update_fields=["undone_by", "undone_at"])
    if link.part_of is not None:
        line = _join(line.invoice, parts)
        _changed(line.invoice, {part.order_number for part in parts})
    _write(line, link.former_order_number, link.former_order_line, linked=False)
    return link


def link_again(invoice: SupplierInvoice) -> None:
    """Write the links on lines that were written anew; one whose line says something else now is over."""
    links: dict[int, list[LineLink]] = {}
    for link in invoice.links.filter(undone_at=None).order_by("pk"):
        links.setdefault(link.billed_line, []).append(link)
    if not links:
        return
    lines = {line.line: line for line in invoice.lines.all()}
    for number, parts in links.items():
        line = lines.get(number)
        if line is None or not _still_means(parts, line, lines.keys()):
            LineLink.objects.filter(pk__in=[part.pk for part in parts]).update(undone_at=timezone.now())
        elif parts[0].part_of is not None:
            _cut(line, parts)
        else:
            _say(line, parts[0].order_number, parts[0].order_line, linked=True)


def _still_means(parts: Sequence[LineLink], line: InvoiceLine, taken: Iterable[int]) -> bool:
    """Tell whether a line says what it said when it was linked; if split, with the same figures."""
    link = parts[0]
    told = (link.item, link.description, link.former_order_number, link.former_order_line)
    if told != (line.item, line.description, line.order_number, line.order_line):
        return False
    added = {part.line for part in parts} - {line.line}
    return link.part_of is None or (link.former_figures == _figures(line) and not added & {*taken})


def _note(link: LineLink, line: InvoiceLine) -> None:
    link.item, link.description = line.item, line.description
    link.former_order_number, link.former_order_line = line.order_number, line.order_line


def _figures(line: InvoiceLine) -> dict[str, str | None]:
    told = {name: getattr(line, name) for name in ("quantity", *SHARED)}
    return {name: None if value is None else f"{value.normalize():f}" for name, value in told.items()}


def _cut(line: InvoiceLine, links: Sequence[LineLink]) -> None:
    """Write the parts: all but the first as lines of their own, with their share of every figure."""
    first, *others = links
    whole, charged = line.quantity, _charges_on(line)
    left = {name: getattr(line, name) for name in SHARED}
    for link in others:
        part = InvoiceLine.objects.get(pk=line.pk)
        part.pk, part.line, part.quantity = None, link.line, link.quantity
        for name, places in SHARED.items():
            value = getattr(line, name)
            if value is None:
                continue
            base = value - charged if name == "amount" else value
            share = (base * link.quantity / whole).quantize(Decimal(1).scaleb(-places))
            setattr(part, name, share)
            left[name] -= share
        _say(part, link.order_number, link.order_line, linked=True)
    for name, value in left.items():
        setattr(line, name, value)
    line.quantity = first.quantity
    _say(line, first.order_number, first.order_line, linked=True)


def _charges_on(line: InvoiceLine) -> Decimal:
    """Add up the charges on a line: they stay with its first part."""
    charges = line.invoice.charges.filter(line=line.line).values_list("amount", flat=True)
    return sum(charges, Decimal(0))


def _join(invoice: SupplierInvoice, parts: Sequence[LineLink]) -> InvoiceLine:
    """Make one line of the parts again, as it was."""
    number, figures = parts[0].billed_line, parts[0].former_figures or {}
    invoice.lines.filter(line__in={part.line for part in parts} - {number}).delete()
    line: InvoiceLine = invoice.lines.get(line=number)
    for name, value in figures.items():
        setattr(line, name, None if value is None else Decimal(value))
    line.save()
    return line


def _parts_of(link: LineLink) -> list[LineLink]:
    """Give the link, with those of the other parts where a line was split."""
    if link.part_of is None:
        return [link]
    together = LineLink.objects.filter(invoice=link.invoice_id, part_of=link.part_of, undone_at=None)
    return list(together.order_by("pk"))


def _line_of(link: LineLink) -> InvoiceLine:
    """Give the billed line, with its invoice locked; an invoice out of matching's hands keeps its links."""
    invoice = SupplierInvoice.objects.select_for_update(of=("self",)).get(pk=link.invoice_id)
    if invoice.status not in OPEN_INVOICES:
        raise WrongStatus(f"{invoice} is {invoice.get_status_display()}; its lines stay as they are.")
    line: InvoiceLine = invoice.lines.get(line=link.line)
    return line


def _write(line: InvoiceLine, order_number: str, order_line: int | None, *, linked: bool) -> None:
    orders = {line.order_number, order_number}
    _say(line, order_number, order_line, linked=linked)
    _changed(line.invoice, orders)


def _say(line: InvoiceLine, order_number: str, order_line: int | None, *, linked: bool) -> None:
    line.order_number, line.order_line, line.linked = order_number, order_line, linked
    line.save()


def _changed(invoice: SupplierInvoice, orders: set[str]) -> None:
    SupplierInvoice.objects.filter(pk=invoice.pk).update(match_due=True)
    facts_changed(invoice.company, orders - {""}, vendor=invoice.vendor_number)

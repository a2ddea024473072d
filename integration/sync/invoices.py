"""Pull purchase invoices: drafts come in to be matched, posted ones are marked as posted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models.functions import Upper
from django.utils import timezone

from integration.bc import Client, is_gone, odata
from integration.errors import PermanentError
from integration.mapping import mirrors, pulls, told
from integration.models import SyncRun
from masterdata.models import Company
from masterdata.upsert import Counts
from reconciliation import documents
from reconciliation.forms import InvoiceForm, InvoiceLineForm
from reconciliation.models import PurchaseOrder, SupplierInvoice

from . import invoice_pages, runs
from .entities import Row
from .invoice_pages import INVOICE_SET, Pulled
from .lacking import OfInvoices
from .masters import since

DRAFTS = odata.eq("status", odata.Member("Draft"))
PAGE_SIZE = 500  # each with its lines

STEP = 10_000  # BC numbers lines in these steps
SOURCE = "Business Central"
PRICE_PLACES = Decimal("0.00000001")
DELETED = "Its draft was deleted in Business Central. It is closed here, with its case."


@dataclass(frozen=True)
class Known:
    """What we keep of an invoice that came before."""

    content_hash: bytes
    origin: str
    is_posted: bool


@dataclass
class Tally:
    """What became of one page."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    latest: datetime | None = field(default=None)


def pull(client: Client, company: Company, run: SyncRun) -> datetime | None:
    """Record the drafts, and what was posted since the last pull; returns the new watermark.

    A full pull shows, too, which drafts are gone.
    BC keeps drafts and posted invoices in one set. The posted ones of the past are not ours to read, so a
    first pull reads drafts only, and a full one the drafts and what changed.
    """
    mark = runs.watermark(company, run.entity)
    latest = mark
    seen: set[UUID] = set()
    question = invoice_pages.question()
    for asked in _questions(mark, run.kind):
        for page in client.pages(INVOICE_SET, filter=asked, page_size=PAGE_SIZE, **question):
            runs.stop_if_asked(run)
            seen |= {UUID(str(row["id"])) for row in page}
            _keep_examples(page)
            tally = _take(company, run, page)
            counts = Counts(tally.new, tally.changed, tally.unchanged)
            runs.count(run, counts, read=len(page), failed=tally.failed)
            latest = max(filter(None, (latest, tally.latest)), default=None)
    if run.kind == SyncRun.Kind.FULL:
        _close_deleted(client, company, run, seen)
    return latest


def _keep_examples(page: Sequence[Row]) -> None:
    """Keep the first invoice of a page with a line of it, for whoever reads how they are mapped."""
    for row in page[:1]:
        mirrors.keep_example(pulls.INVOICES, row)
        for line in invoice_pages.lines_of(row)[:1]:
            mirrors.keep_example(pulls.INVOICE_LINES, line)


def _questions(mark: datetime | None, kind: str) -> Iterator[odata.Filter]:
    if kind == SyncRun.Kind.FULL or mark is None:
        yield DRAFTS
    if changed := since(mark):
        yield changed


def _close_deleted(client: Client, company: Company, run: SyncRun, seen: Collection[UUID]) -> None:
    """Close the open invoices whose draft somebody has deleted in BC; each is asked for by its id first."""
    here = SupplierInvoice.objects.filter(
        company=company,
        origin=SupplierInvoice.Origin.BC,
        type=SupplierInvoice.Type.INVOICE,
        status__in=documents.OPEN_INVOICES,
    )
    for invoice in here.exclude(bc_id__in=seen).order_by("pk"):
        if _is_there(client, invoice) or not documents.mark_deleted(invoice, at=timezone.now()):
            continue
        runs.count(run, Counts(), read=0, deleted=1)
        runs.note(run, f"invoice {invoice.number}", DELETED)


def _is_there(client: Client, invoice: SupplierInvoice) -> bool:
    try:
        client.get(INVOICE_SET, str(invoice.bc_id), select=("id",))
    except PermanentError as error:
        if is_gone(error):
            return False
        raise
    return True


def _take(company: Company, run: SyncRun, page: Sequence[Row]) -> Tally:
    """Record one page; an invoice that cannot be read is skipped and named."""
    read = invoice_pages.read(page)
    invoices, tally = read.invoices, Tally(failed=len(read.refused))
    runs.notes(run, [(f"invoice {number}", reason) for number, reason in read.refused])
    known = _known(company, invoices)
    orders = _our_orders(company, invoices)
    awaited = _awaited(company, invoices)
    gone = OfInvoices.now()
    for invoice in invoices:
        seen = known.get(invoice.id)
        if seen is None and invoice.head.is_posted and _name(invoice) not in awaited:
            _count_as_old(invoice, tally)
            continue
        form = gone.kept(company, invoice.id, form_of(invoice, company, orders))
        _record(company, invoice, form, seen, tally)
    return tally


def _record(
    company: Company,
    invoice: Pulled,
    form: InvoiceForm,
    known: Known | None,
    tally: Tally,
) -> None:
    tally.latest = max(filter(None, (tally.latest, invoice.modified_at)), default=None)
    if known is not None and _is_settled(invoice, form, known):
        tally.unchanged += 1
    else:
        documents.record_invoice(
            company,
            form,
            source=SOURCE,
            origin=SupplierInvoice.Origin.BC,
            bc_id=invoice.id,
            bc_number=invoice.head.bc_number,
            posted_at=(invoice.modified_at or timezone.now()) if invoice.head.is_posted else None,
        )
        tally.new += known is None
        tally.changed += known is not None


def _count_as_old(invoice: Pulled, tally: Tally) -> None:
    """Leave what somebody posted who never showed it to us as a draft."""
    tally.latest = max(filter(None, (tally.latest, invoice.modified_at)), default=None)
    tally.unchanged += 1


def _is_settled(invoice: Pulled, form: InvoiceForm, known: Known) -> bool:
    """Tell whether there is nothing to learn from BC about an invoice."""
    if known.is_posted:
        return True
    if invoice.head.is_posted:
        return False
    return known.origin != SupplierInvoice.Origin.BC or known.content_hash == documents.content_hash(form)


def _known(company: Company, invoices: Iterable[Pulled]) -> dict[UUID, Known]:
    ids = [invoice.id for invoice in invoices]
    rows = SupplierInvoice.objects.filter(company=company, bc_id__in=ids)
    return {
        row.bc_id: Known(bytes(row.content_hash or b""), row.origin, row.is_posted)
        for row in rows.only("bc_id", "content_hash", "origin", "status")
    }


def _awaited(company: Company, invoices: Iterable[Pulled]) -> set[tuple[str, str]]:
    """Tell which posted ones are invoices of the CAFM that were cleared: a person has posted them in BC."""
    numbers = {_name(invoice)[1] for invoice in invoices if invoice.head.is_posted}
    ours = documents.let_through(company).exclude(type=SupplierInvoice.Type.CREDIT_MEMO)
    cleared = ours.annotate(in_bc=Upper("number"))
    return set(cleared.filter(in_bc__in=numbers - {""}).values_list("vendor_number", "in_bc"))


def _name(invoice: Pulled) -> tuple[str, str]:
    return invoice.head.vendor_number, invoice.head.number.upper()


def _our_orders(company: Company, invoices: Iterable[Pulled]) -> dict[str, str]:
    """Give our number of each order that BC names by its own."""
    numbers = {invoice.head.order_number for invoice in invoices} - {""}
    orders = PurchaseOrder.objects.filter(company=company, bc_number__in=numbers)
    return dict(orders.values_list("bc_number", "number"))


def form_of(invoice: Pulled, company: Company, orders: Mapping[str, str]) -> InvoiceForm:
    """Tell an invoice in our words; its order keeps BC's number where it is not one of ours."""
    head = invoice.head
    order = orders.get(head.order_number, head.order_number)
    lines = [line for line in invoice.lines if line.kind != "comment"]
    return InvoiceForm(
        number=head.number or head.bc_number,
        vendor_number=head.vendor_number,
        vendor_name=head.vendor_name,
        currency=head.currency or company.ledger_currency,
        invoice_date=head.invoice_date,
        due_on=head.due_on,
        order_number=order,
        total=head.total,
        tax=head.tax,
        discount=sum((_net(line.invoice_discount, line, head) for line in lines), Decimal(0)),
        lines=tuple(_line(line, head, order) for line in lines),
    )


def _line(line: told.InvoiceLine, head: told.Invoice, order: str) -> InvoiceLineForm:
    """Tell a line; made from an order, it has the sequence of the order line."""
    number = line_number(int(line.sequence))
    return InvoiceLineForm(
        line=number,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=_net(line.unit_price, line, head),
        discount=_net(line.discount, line, head),
        amount=line.amount + _net(line.invoice_discount, line, head),
        tax=line.tax,
        item=line.object_number if line.kind == "item" else "",
        description=line.description,
        order_number=order,
        order_line=number if order else None,
    )


def line_number(sequence: int) -> int:
    """Give the CAFM's number of a line that we sent to BC with this sequence."""
    return sequence // STEP if sequence % STEP == 0 else sequence


def _net(amount: Decimal, line: told.InvoiceLine, head: told.Invoice) -> Decimal:
    """Take the tax out of an amount, where the invoice's prices include it."""
    if not head.prices_include_tax or not amount:
        return amount
    return (amount / (1 + line.tax_percent / 100)).quantize(PRICE_PLACES)

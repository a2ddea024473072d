"""What becomes of open balances: read the same way on the stage and after they were taken over for real."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from integration.couriers.base import plain
from integration.models import DocumentKind, Rehearsal, RehearsedDocument
from integration.opening import Problem, Staged
from integration.outbox import worth
from masterdata.models import Company
from reconciliation.models import GoodsReceipt, GoodsReceiptLine, InvoiceLine, PurchaseOrder, SupplierInvoice
from reconciliation.open_balances import SOURCE

Fate = RehearsedDocument.Fate
Key = tuple[str, str]
Told = dict[str, Any]

KIND = "open_balances."  # and the name of the file
OWNER = "CAFM"
HANGS = "Its order is not taken over"
WHOLE_FILE = "the whole file"
STOCK = "stock"  # compared, and never a document here
TOGETHER = 500  # documents, read with their lines in a few statements


def of_all(rehearsal: Rehearsal, staged: Staged) -> Iterator[RehearsedDocument]:
    """Say of each document of the files what became of it, the orders first."""
    wrong = _by_document(staged.problems)
    refused = {name: _refused(problems) for name, problems in wrong.items()}
    refused |= {name: _told(Fate.REFUSED, cause=HANGS) for name in staged.left if name not in wrong}
    told = of(rehearsal.company, staged.kept) | refused
    for (file, key), fate in sorted(told.items(), key=lambda each: (ORDER[each[0][0]], each[0][1])):
        named = {
            "kind": KIND + file,
            "number": (key or WHOLE_FILE)[:100],
            "event_id": key[:200],
            "source": SOURCE,
        }
        yield RehearsedDocument(rehearsal=rehearsal, **named, **fate)


def of_kept(company: Company, documents: Iterable[RehearsedDocument]) -> list[Told | None]:
    """Say what became of documents that were rehearsed; None for what is not here."""
    keys = [(each.kind.removeprefix(KIND), each.event_id) for each in documents]
    told = of(company, keys)
    return [told.get(key) for key in keys]


def of(company: Company, keys: Iterable[Key]) -> dict[Key, Told]:
    """Say of documents that were taken over what of them is here, by file and key."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for file, key in keys:
        wanted[file].append(key)
    return {
        (file, key): told
        for file, read in READ.items()
        for part in _parts(wanted[file])
        for key, told in read(company, part).items()
    }


def _orders(company: Company, numbers: Sequence[str]) -> dict[str, Told]:
    rows = PurchaseOrder.objects.filter(company=company, received_from=SOURCE, number__in=numbers)
    received, invoiced = _received(company, numbers), _invoiced(company, numbers)
    told = {}
    for order in rows.select_related("company").prefetch_related("lines"):
        lines = [
            {
                "line": line.line,
                "what": line.item or line.account,
                "ordered": plain(line.quantity),
                "unit": line.unit,
                "received": plain(received.get((order.number, line.line), Decimal(0))),
                "invoiced": plain(invoiced.get((order.number, line.line), Decimal(0))),
            }
            for line in sorted(order.lines.all(), key=lambda each: each.line)
        ]
        told[order.number] = _kept(DocumentKind.PURCHASE_ORDER, order, lines)
    return told


def _receipts(company: Company, numbers: Sequence[str]) -> dict[str, Told]:
    rows = GoodsReceipt.objects.filter(company=company, received_from=SOURCE, number__in=numbers)
    told = {}
    for receipt in rows.select_related("company").prefetch_related("lines", "order__lines"):
        lines = [
            {
                "order": receipt.order_number,
                "line": line.order_line,
                "received": plain(line.quantity_accepted),
            }
            for line in sorted(receipt.lines.all(), key=lambda each: each.line)
        ]
        told[receipt.number] = _kept(DocumentKind.GOODS_RECEIPT, receipt, lines)
    return told


def _invoices(company: Company, numbers: Sequence[str]) -> dict[str, Told]:
    rows = SupplierInvoice.objects.filter(company=company, bc_number__in=numbers)
    told = {}
    for invoice in rows.select_related("company"):
        line = {"number": invoice.number, "vendor": invoice.vendor_number, "currency": invoice.currency}
        told[invoice.bc_number] = _kept(DocumentKind.SUPPLIER_INVOICE, invoice, [line])
    return told


READ: dict[str, Callable[[Company, Sequence[str]], dict[str, Told]]] = {
    "orders": _orders,
    "receipts": _receipts,
    "invoices": _invoices,
}
ORDER = {name: place for place, name in enumerate((*READ, STOCK))}


def _received(company: Company, numbers: Sequence[str]) -> dict[tuple[str, int], Decimal]:
    lines = GoodsReceiptLine.objects.filter(
        receipt__company=company, receipt__received_from=SOURCE, receipt__order_number__in=numbers
    )
    added = lines.values_list("receipt__order_number", "order_line").annotate(Sum("quantity_accepted"))
    return {(order, line): quantity for order, line, quantity in added}


def _invoiced(company: Company, numbers: Sequence[str]) -> dict[tuple[str, int], Decimal]:
    lines = InvoiceLine.objects.filter(
        invoice__company=company, invoice__received_from=SOURCE, order_number__in=numbers
    )
    added = lines.values_list("order_number", "order_line").annotate(Sum("quantity"))
    return {(order, line): quantity for order, line, quantity in added if line is not None}


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(keys), TOGETHER):
        yield keys[begin : begin + TOGETHER]


def _by_document(problems: Iterable[Problem]) -> Mapping[Key, list[Problem]]:
    found: dict[Key, list[Problem]] = defaultdict(list)
    for each in problems:
        found[each.file, each.document].append(each)
    return found


def _refused(problems: Sequence[Problem]) -> Told:
    first = problems[0]
    where = f"{first.file}, {first.column}" if first.column else first.file
    sentences = [f"Row {each.row}: {each.sentence}" for each in problems]
    return _told(Fate.REFUSED, cause=f"The open balances are wrong ({where})", sentence=" ".join(sentences))


def _kept(kind: str, document: Any, lines: list[dict[str, Any]]) -> Told:
    told = _told(Fate.KEPT, lines=[json.dumps(each) for each in lines])
    return told | {"amount": worth.of(kind, document)}


def _told(fate: Fate, cause: str = "", sentence: str = "", lines: list[str] | None = None) -> Told:
    return {
        "fate": fate,
        "cause": cause[:300],
        "owner": OWNER if cause else "",
        "sentence": sentence,
        "amount": None,
        "lines": lines or [],
    }

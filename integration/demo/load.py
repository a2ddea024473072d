"""Load the demo's story: what BC holds, who works here, what the CAFM has sent, what suppliers have billed.

Safe to run at every start. Each step looks at what is there: events keep their ids, invoices their suppliers'
numbers, and the story keeps the day on which it was first told.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from integration import delivery, inbox, installation, sync, totals
from integration.demo import days, events, masters, people, story
from integration.errors import ConfigurationError
from integration.models import ApiKey, DocumentKind, Message
from integration.sandbox.control_client import ControlClient
from masterdata.models import Company
from reconciliation import reconcile
from reconciliation.models import ControlDay, DayTotal, ExceptionCase, PurchaseOrder, SupplierInvoice

DAY_FILE = "story-day"
DELIVERY_SECONDS = 25.0
PULL_TRIES = 20
PULL_PAUSE_SECONDS = 0.5
PAUSE = threading.Event()


@dataclass(frozen=True)
class Loaded:
    """What the demo holds after loading."""

    vendors: int
    items: int
    orders: int
    posted: int
    stuck: int
    invoices: int
    open_cases: int


def load(folder: Path, *, control: ControlClient, say: Callable[[str], object]) -> Loaded:
    """Load what is missing of the demo; raises ConfigurationError when BC is not connected."""
    today = _first_day(folder)
    control.seed(masters.rows(today))
    company = _connected(installation.set_up())
    _pull("all")
    people.create_logins(folder)
    key = people.create_key(folder, company)
    say("People and master data are there.")
    _send(folder, key, today)
    delivery.drain(until_idle=True, seconds=DELIVERY_SECONDS)
    say("Orders and receipts are in Business Central.")
    _bill(company, key, control, today)
    _compare_days(company)
    loaded = _count(company)
    say(
        f"{loaded.orders} orders, {loaded.invoices} invoices, {loaded.open_cases} exceptions open, "
        f"{loaded.stuck} messages stuck."
    )
    return loaded


def _connected(installed: installation.Installed) -> Company:
    if installed.company is None:
        raise ConfigurationError(
            "The demo needs Business Central: the BC_* variables are not set. Start it with `make demo`."
        )
    return installed.company


def _first_day(folder: Path) -> datetime.date:
    """Give the day on which the story was first told, so that telling it again changes nothing."""
    path = folder / DAY_FILE
    if not path.exists():
        path.write_text(timezone.localdate().isoformat() + "\n")
    return datetime.date.fromisoformat(path.read_text().strip())


def _send(folder: Path, key: ApiKey, today: datetime.date) -> None:
    """Let the CAFM's events come in, and what it says of the days that are over."""
    book = days.Book(folder)
    for event in _events(today):
        inbox.receive(event, key=key)
        book.note(event)
    for event in book.days_before(timezone.localdate()):
        inbox.receive(event, key=key)


def _compare_days(company: Company) -> None:
    """Take the totals of the story's days, so that the calendar has something to show at once."""
    told = DayTotal.objects.filter(company=company).values_list("date", flat=True)
    kept = ControlDay.objects.of(company).values_list("date", flat=True)
    for day in sorted({*told} - {*kept}):
        totals.take_and_keep(company, day)


def _events(today: datetime.date) -> Iterator[events.Event]:
    """Give what the CAFM has sent, orders first."""
    orders = {order.number: order for order in story.ORDERS}
    for order in story.ORDERS:
        yield events.order_event(order, today)
    for receipt in story.RECEIPTS:
        yield events.receipt_event(receipt, orders[receipt.order], today)
    for confirmation in story.CONFIRMATIONS:
        yield events.confirmation_event(confirmation, orders[confirmation.order], today)
    for used in story.CONSUMPTIONS:
        yield events.consumption_event(used, today)


def _bill(company: Company, key: ApiKey, control: ControlClient, today: datetime.date) -> None:
    """Let the suppliers' invoices come in; what repeats a number comes when the first one is posted."""
    first, repeated = _waves(story.INVOICES)
    orders = {order.number: order for order in story.ORDERS}
    for invoice in first:
        if invoice.is_from_cafm:
            inbox.receive(events.invoice_event(invoice, orders[invoice.order], today), key=key)
    _draft(company, control, first, today)
    _settle()
    _draft(company, control, repeated, today)
    _settle()


def _waves(invoices: tuple[story.Invoice, ...]) -> tuple[list[story.Invoice], list[story.Invoice]]:
    first: dict[str, story.Invoice] = {}
    repeated = [each for each in invoices if first.setdefault(each.number, each) is not each]
    return list(first.values()), repeated


def _draft(
    company: Company, control: ControlClient, invoices: list[story.Invoice], today: datetime.date
) -> None:
    """Enter drafts in BC that are not there yet, each made from its order's number in BC."""
    orders = {order.number: order for order in story.ORDERS}
    numbers = dict(PurchaseOrder.objects.of(company).exclude(bc_number="").values_list("number", "bc_number"))
    there = {
        (row["vendorInvoiceNumber"], str(row["invoiceDate"])) for row in control.dump("purchaseInvoices")
    }
    drafts = [
        events.invoice_draft(invoice, orders[invoice.order], numbers[invoice.order], today)
        for invoice in invoices
        if not invoice.is_from_cafm and invoice.order in numbers
    ]
    missing = [row for row in drafts if (row["vendorInvoiceNumber"], row["invoiceDate"]) not in there]
    if missing:
        control.seed({"purchaseInvoices": missing})


def _settle() -> None:
    """Pull, match, and post what is clean."""
    _pull("invoices")
    while reconcile.match_due():
        pass
    delivery.drain(until_idle=True, seconds=DELIVERY_SECONDS)


def _pull(entity: str) -> None:
    """Pull now, or as soon as the run that beat has just started is over; then there is nothing to miss."""
    for _ in range(PULL_TRIES):
        try:
            sync.pull_entity(entity)
        except sync.AlreadyRunning:
            PAUSE.wait(PULL_PAUSE_SECONDS)
        else:
            return
    sync.pull_entity(entity)


def _count(company: Company) -> Loaded:
    messages = Message.objects.of(company)
    return Loaded(
        vendors=len(masters.VENDORS),
        items=len(masters.PARTS) + len(masters.SERVICES),
        orders=messages.filter(document_kind=DocumentKind.PURCHASE_ORDER).count(),
        posted=messages.filter(state=Message.State.DONE).count(),
        stuck=messages.stuck().count(),
        invoices=SupplierInvoice.objects.of(company).count(),
        open_cases=ExceptionCase.objects.of(company).open().count(),
    )

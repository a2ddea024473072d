"""The questions that only writing answers: with a draft order that is deleted again, and a posted receipt."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integration.bc import LATER, Client, Operation, is_gone, odata, payloads
from integration.bc.names import (
    DIRECT_UNIT_COST,
    ETAG,
    INVOICE_QUANTITY,
    INVOICED_QUANTITY,
    LINE_OBJECT_NUMBER,
    LINE_TYPE,
    ORDER_DATE,
    ORDER_NUMBER,
    RECEIVE_QUANTITY,
    RECEIVED_QUANTITY,
    REQUESTED_RECEIPT_DATE,
    VENDOR_NUMBER,
)
from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    PermanentError,
    UnknownOutcome,
)

from .answers import Answer, Probe, Row, differs, expected, first_page

LINES = "purchaseOrderLines"
MARKER_SEQUENCE, SEQUENCE = 1, 10_000
STOP = "Do not post to this tenant before the developers have looked at it."
LINE_FIELDS = (
    "id",
    "sequence",
    LINE_TYPE,
    "description",
    "quantity",
    RECEIVE_QUANTITY,
    INVOICE_QUANTITY,
    RECEIVED_QUANTITY,
    INVOICED_QUANTITY,
)


@dataclass
class Trial:
    """The draft order that the probes work on; `kept` when something was posted on it."""

    vendor: str
    item: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    order: Row = field(default_factory=dict)
    kept: bool = False

    @property
    def marker(self) -> str:
        return f"Tieout probe {self.key}"

    @property
    def day(self) -> date:
        return timezone.localdate()

    def body(self, **changes: Any) -> Row:
        """One unit of one item, below the comment that carries our key."""
        header = {VENDOR_NUMBER: self.vendor, ORDER_DATE: self.day.isoformat()} | changes
        return header | {
            LINES: [
                {"sequence": MARKER_SEQUENCE, LINE_TYPE: "Comment", "description": self.marker},
                {
                    "sequence": SEQUENCE,
                    LINE_TYPE: "Item",
                    LINE_OBJECT_NUMBER: self.item,
                    "quantity": Decimal(1),
                    DIRECT_UNIT_COST: Decimal(1),
                },
            ]
        }


def choose_trial(client: Client, *, vendor: str = "", item: str = "") -> Trial:
    """Take the vendor and item that were named, or the first that are not blocked.

    Raises ConfigurationError when there is none, or none of that number.
    """
    for entity_set, noun, number in (("vendors", "vendor", vendor), ("items", "item", item)):
        if number and not client.find(entity_set, filter=odata.eq("number", number), select=("id",)):
            raise ConfigurationError(f"There is no {noun} {number} in Business Central. Correct --{noun}.")
    vendor = vendor or _first(client, "vendors", lambda row: row["blocked"] == odata.BLANK_MEMBER)
    item = item or _first(
        client, "items", lambda row: row["type"] == "Inventory" and not row["blocked"], "type"
    )
    return Trial(vendor, item)


@contextmanager
def on_a_draft(client: Client, trial: Trial) -> Iterator[None]:
    """Create the order, and delete it again unless something was posted on it.

    Raises ConfigurationError, with where to look, when the order may have stayed.
    """
    try:
        trial.order = client.create("purchaseOrders", payloads.in_order("purchaseOrders", trial.body()))
    except UnknownOutcome as error:
        raise ConfigurationError(
            "Business Central's answer about the draft order was lost. Look there for an order of vendor "
            f"{trial.vendor} with the comment {trial.marker!r}, delete it, then probe again."
        ) from error
    try:
        yield
    finally:
        if not trial.kept:
            _clear_away(client, trial)


def _clear_away(client: Client, trial: Trial) -> None:
    try:
        now = client.get("purchaseOrders", trial.order["id"], select=("id",))
        client.delete("purchaseOrders", trial.order["id"], etag=now[ETAG])
    except IntegrationError as error:
        raise ConfigurationError(
            f"The draft order {trial.order['number']} of these probes may still be in Business Central. "
            f"Delete it there. {error.sentence.removesuffix(LATER)}".rstrip()
        ) from error


def writing(trial: Trial) -> tuple[Probe, ...]:
    """The questions that leave nothing behind."""
    return (
        Probe(
            "order with lines",
            "Is an order taken with its lines in one call, their numbers kept, and found by its comment?",
            lambda client: order_with_lines(client, trial),
        ),
        Probe(
            "line numbers",
            "Is a second line of the same number refused?",
            lambda client: same_number(client, trial),
        ),
        Probe(
            "versions",
            "Is a change to an old version refused?",
            lambda client: old_version(client, trial),
        ),
        Probe(
            "quantity to invoice",
            "Does setting what to receive also set what to invoice, and can it be set back?",
            lambda client: reset_of_invoicing(client, trial),
        ),
        Probe(
            "snapshot batch",
            "Is a batch taken back as a whole when a part of it fails?",
            lambda client: snapshot(client, trial),
        ),
    )


def posting(trial: Trial) -> tuple[Probe, ...]:
    """The question whose answer stays in the books."""
    return (
        Probe(
            "receipt alone",
            "Is a receipt posted without an invoice and without the vendor's invoice number?",
            lambda client: receipt_alone(client, trial),
        ),
    )


def order_with_lines(client: Client, trial: Trial) -> Answer:
    number = trial.order["number"]
    sequences = sorted(line["sequence"] for line in _lines(client, trial))
    if sequences != [MARKER_SEQUENCE, SEQUENCE]:
        return differs(f"The lines of order {number} are numbered {sequences}.", STOP)
    asked = odata.eq(VENDOR_NUMBER, trial.vendor) & odata.eq(ORDER_DATE, trial.day)
    found = client.find(
        "purchaseOrders",
        filter=asked,
        select=("id", "number"),
        expand=odata.nested(LINES, ("sequence", "description")),
    )
    ours = [row for row in found if any(line["description"] == trial.marker for line in row[LINES])]
    if [row["id"] for row in ours] != [trial.order["id"]]:
        return differs(f"{len(ours)} orders carry the comment of order {number}.", STOP)
    return expected(f"Order {number} was taken as sent and is found by its comment.")


def same_number(client: Client, trial: Trial) -> Answer:
    body = {"sequence": MARKER_SEQUENCE, LINE_TYPE: "Comment", "description": "second"}
    try:
        client.create_line("purchaseOrders", trial.order["id"], LINES, body)
    except IntegrationError as error:
        return expected(f"Refused with {error.code or error.status}.")
    return differs(
        "A second line of the same number was taken.",
        "Nothing: Tieout sends the lines of an order once, together with it.",
    )


def old_version(client: Client, trial: Trial) -> Answer:
    old = client.get("purchaseOrders", trial.order["id"], select=("id",))[ETAG]
    days = [(trial.day + timedelta(days=each)).isoformat() for each in (7, 8)]
    client.update("purchaseOrders", trial.order["id"], {REQUESTED_RECEIPT_DATE: days[0]}, etag=old)
    try:
        client.update("purchaseOrders", trial.order["id"], {REQUESTED_RECEIPT_DATE: days[1]}, etag=old)
    except ConflictError as error:
        return expected(f"Refused with {error.status} {error.code}.")
    return differs("A change to an old version was taken.", STOP)


def reset_of_invoicing(client: Client, trial: Trial) -> Answer:
    line = _item_line(client, trial)
    line = _set(client, line, **{RECEIVE_QUANTITY: Decimal(1)})
    was = line[INVOICE_QUANTITY]
    line = _set(client, line, **payloads.nothing_to_invoice())
    if line[INVOICE_QUANTITY] or line[RECEIVE_QUANTITY] != 1:
        return differs(
            f"After setting what to invoice to 0, {line[RECEIVE_QUANTITY]} is to be received and "
            f"{line[INVOICE_QUANTITY]} to be invoiced.",
            STOP,
        )
    how = "also sets" if was else "leaves"
    return expected(
        f"Setting what to receive {how} what to invoice; Tieout sets it to 0 afterwards, and it stays."
    )


def snapshot(client: Client, trial: Trial) -> Answer:
    other = Trial(trial.vendor, trial.item)
    good = payloads.in_order("purchaseOrders", other.body())
    bad = {VENDOR_NUMBER: "TIEOUT-NO-SUCH-VENDOR"}
    client.batch([Operation("POST", "purchaseOrders", good), Operation("POST", "purchaseOrders", bad)])
    asked = odata.eq(VENDOR_NUMBER, trial.vendor) & odata.eq(ORDER_DATE, trial.day)
    found = client.find(
        "purchaseOrders",
        filter=asked,
        select=("id", "number"),
        expand=odata.nested(LINES, ("sequence", "description")),
    )
    for row in found:
        if any(line["description"] == other.marker for line in row[LINES]):
            client.delete("purchaseOrders", row["id"], etag=row[ETAG])
            return differs(f"Order {row['number']} stayed although its batch failed; it was deleted.", STOP)
    return expected("Nothing of the failed batch was kept.")


def receipt_alone(client: Client, trial: Trial) -> Answer:
    line = _set(client, _item_line(client, trial), **{RECEIVE_QUANTITY: Decimal(1)})
    _set(client, line, **payloads.nothing_to_invoice())
    now = client.get("purchaseOrders", trial.order["id"], select=("id", "number"))
    trial.kept = True  # whatever is answered, it may have been posted
    refusal = ""
    try:
        client.act("purchaseOrders", trial.order["id"], "receiveAndInvoice", etag=now[ETAG])
    except IntegrationError as error:
        refusal = error.sentence
    receipts = client.find(
        "purchaseReceipts", filter=odata.eq(ORDER_NUMBER, now["number"]), select=("id", "number")
    )
    if not receipts:
        trial.kept = False
        return differs(
            f"The receipt was not posted. {refusal}".strip(),
            "If it asks for the vendor's invoice number: clear Ext. Doc. No. Mandatory in Purchases & "
            "Payables Setup, or install the Tieout app.",
        )
    number = receipts[0]["number"]
    try:
        line = _item_line(client, trial)
    except PermanentError as error:
        if is_gone(error):
            return differs(
                f"Receipt {number} was posted, and order {now['number']} is gone: it was invoiced as well.",
                STOP,
            )
        raise
    if line[INVOICED_QUANTITY] or line[RECEIVED_QUANTITY] != 1:
        return differs(
            f"Receipt {number} was posted; {line[RECEIVED_QUANTITY]} is received and "
            f"{line[INVOICED_QUANTITY]} invoiced.",
            STOP,
        )
    stays = f"Undo receipt {number} in BC, then delete order {now['number']}."
    if refusal:
        return differs(f"Receipt {number} was posted, and yet answered with an error. {refusal}", stays)
    return expected(f"Receipt {number} was posted and nothing was invoiced.", stays)


def _first(client: Client, entity_set: str, fits: Callable[[Row], bool], *more: str) -> str:
    for row in first_page(client, entity_set, ("id", "number", "blocked", *more), 200, orderby="number"):
        if fits(row):
            return str(row["number"])
    raise ConfigurationError(f"There is none among the first 200 {entity_set} that is not blocked; name one.")


def _lines(client: Client, trial: Trial) -> list[Row]:
    return client.lines("purchaseOrders", trial.order["id"], LINES, select=LINE_FIELDS)


def _item_line(client: Client, trial: Trial) -> Row:
    return next(line for line in _lines(client, trial) if line["sequence"] == SEQUENCE)


def _set(client: Client, line: Row, **changes: Decimal) -> Row:
    return client.update(LINES, line["id"], changes, etag=line[ETAG])

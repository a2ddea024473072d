"""The questions that reading alone answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils import timezone

from integration.bc import Client, Operation, odata, reading
from integration.bc.names import (
    DUE_DATE_CALCULATION,
    LINE_TYPE,
    MODIFIED,
    ORDER_DATE,
    ORDER_NUMBER,
    RECEIVE_QUANTITY,
    RECEIVED_QUANTITY,
    VENDOR_NUMBER,
)
from integration.contract import compare, uses
from integration.contract.features import FEATURES
from integration.errors import IntegrationError

from .answers import Answer, Probe, Row, differs, expected, first_page, unproved

LOOKED_AT = 50  # of documents, where some of them are enough
# BC shows them below their document or line only.
LINES_ONLY = {"purchaseOrderLines", "purchaseInvoiceLines", "dimensionSetLines"}
DATE_FORMULA = re.compile(r"[<]?([+-]?(\d*[DWMQY]|C[DWMQY]|[DWMQY]\d+))+[>]?")
UNKNOWN_FIELD = "thisFieldDoesNotExist"


def company(client: Client) -> Answer:
    found = client.company()
    said = f"{found['name']} has the id {found['id']}."
    if client.connection.company_guid:
        return expected(said)
    return differs(
        said, f"Set BC_COMPANY to {found['id']}: a name can change, and a copied environment has other ids."
    )


def offer(client: Client) -> Answer:
    offered = client.metadata()
    used = [*uses.of_code(), *uses.of_mappings()]
    expects_app = client.connection.app_url is not None
    findings = compare.judge(offered, used, FEATURES, expects_app=expects_app)
    said = f"Business Central offers {len(offered.standard)} lists, {offered.level.label}."
    if paused := [each for each in findings if each.pauses]:
        return differs(f"{said} {paused[0].sentence}", "Run manage.py check_contract; it names all of it.")
    waits = [each.title for each in FEATURES.values() if each.level > offered.level]
    return expected(f"{said} Waiting for the Tieout app: {', '.join(waits)}." if waits else said)


def rights(client: Client) -> Answer:
    refused = []
    lists = sorted({(use.entity_set, use.app) for use in uses.of_code()} - {("companies", False)})
    offered = client.metadata()
    for entity_set, app in lists:
        if entity_set in LINES_ONLY or not offered.has(entity_set, app=app):
            continue
        try:
            first_page(client, entity_set, ("id",), app=app, read_only=False)
        except IntegrationError as error:
            refused.append(f"{entity_set}: {error.sentence}")
    if refused:
        return differs(
            " ".join(refused), "Give the permission set of the set-up guide to the application's card in BC."
        )
    return expected("Every list that Tieout reads could be read.")


def english(client: Client) -> Answer:
    try:
        client.find("vendors", filter="", select=("id", UNKNOWN_FIELD))
    except IntegrationError as error:
        if "Could not find a property" in error.raw:
            return expected(f"An unknown field is refused with {error.code}, in English.")
        return differs(
            f"An unknown field is refused with {error.code or error.status}: {error.raw[:200]}",
            "Report this text to the developers: errors are told apart by it.",
        )
    return differs("An unknown field was accepted.", "Report it to the developers.")


def paging(client: Client) -> Answer:
    pages = client.pages("unitsOfMeasure", select=("id", "code"), page_size=1)
    one, other = next(pages, []), next(pages, [])
    if not one or not other:
        return unproved("There are not two units of measure to turn a page between.")
    if len(one) == 1 and one[0]["id"] != other[0]["id"]:
        return expected("Pages have the size that was asked for, and the next link leads on.")
    return differs(
        f"A page of one held {len(one)} rows, and the next began with {other[0]['code']}.",
        "Report it to the developers before the first full pull.",
    )


def replica(client: Client) -> Answer:
    first_page(client, "vendors", ("id",), read_only=True)
    return expected("Reading from a replica is accepted, so pulls leave the database to people.")


def delta(client: Client) -> Answer:
    rows = first_page(client, "vendors", ("id", "number", MODIFIED), read_only=False)
    stamp = reading.as_moment(rows[0][MODIFIED]) if rows else None
    if stamp is None:
        return unproved("There is no vendor with a time of change.")
    number = odata.eq("number", rows[0]["number"])
    since, after = (
        client.find("vendors", filter=number & asked(MODIFIED, stamp), select=("id",))
        for asked in (odata.ge, odata.gt)
    )
    if len(since) == 1 and not after:
        return expected("Changes are found by their time, to the fraction of a second.")
    if since:
        return expected(
            "Changes are found by their time; it is kept finer than BC shows it, so some come twice.",
        )
    return differs(
        f"Vendor {rows[0]['number']} is not found by its own time of change.",
        "Pull with --full until the developers have looked at it.",
    )


def choices(client: Client) -> Answer:
    asked = odata.eq("status", odata.Member("Draft"))
    rows = first_page(client, "purchaseInvoices", ("id", "status"), LOOKED_AT, filter=asked)
    if not rows:
        return unproved("There is no draft invoice; the filter itself was accepted.")
    if wrong := {row["status"] for row in rows} - {"Draft"}:
        return differs(f"Asked for drafts, BC gave {', '.join(wrong)}.", "Report it to the developers.")
    return expected(f"Asked for drafts, BC gave drafts only ({len(rows)} looked at).")


def flat_lines(client: Client) -> Answer:
    try:
        first_page(client, "purchaseOrderLines", ("id",))
    except IntegrationError as error:
        return expected(f"Order lines are refused without their order ({error.code or error.status}).")
    return expected("Order lines can be read without their order here; Tieout does not rely on it.")


def currency(client: Client) -> Answer:
    rows = client.find("generalLedgerSetup", filter="", select=reading.SELECTS["generalLedgerSetup"])
    setup = reading.read(reading.LedgerSetup, rows[0]) if rows else None
    if setup is None or setup.local_currency is None:
        return differs(
            "The company names no local currency.", "Set LCY Code in General Ledger Setup, then run set_up."
        )
    listed = client.find("currencies", filter=odata.eq("code", setup.local_currency), select=("id",))
    where = "is" if listed else "is not"
    said = f"The local currency is {setup.local_currency} and {where} among the currencies; both work."
    today = timezone.localdate()
    closed = (setup.posting_from and today < setup.posting_from) or (
        setup.posting_to and today > setup.posting_to
    )
    if closed:
        return differs(
            f"{said} Posting is allowed from {setup.posting_from} to {setup.posting_to}, not today.",
            "Finance opens the period in General Ledger Setup, or documents of today are refused.",
        )
    return expected(said)


def order_lookup(client: Client) -> Answer:
    rows = first_page(client, "purchaseOrders", ("id", VENDOR_NUMBER, ORDER_DATE))
    day = reading.as_date(rows[0][ORDER_DATE]) if rows else None
    if day is None:
        return unproved("There is no open purchase order with a date.")
    asked = odata.eq(VENDOR_NUMBER, rows[0][VENDOR_NUMBER]) & odata.eq(ORDER_DATE, day)
    found = client.find("purchaseOrders", filter=asked, select=("id",))
    if rows[0]["id"] in {row["id"] for row in found}:
        return expected("An order is found again by vendor and day, as it is after a lost answer.")
    return differs(
        "An order is not found again by its vendor and day.",
        "Do not post orders to this tenant before the developers have looked at it.",
    )


def default_to_receive(client: Client) -> Answer:
    lines = ("sequence", LINE_TYPE, "quantity", RECEIVED_QUANTITY, RECEIVE_QUANTITY)
    rows = first_page(
        client,
        "purchaseOrders",
        ("id", "number"),
        LOOKED_AT,
        expand=odata.nested("purchaseOrderLines", lines),
    )
    open_lines = [
        line
        for row in rows
        for line in row["purchaseOrderLines"]
        if line[LINE_TYPE] != "Comment" and line["quantity"] > line[RECEIVED_QUANTITY]
    ]
    if not open_lines:
        return unproved("There is no order line with something open.")
    proposed = sum(bool(line[RECEIVE_QUANTITY]) for line in open_lines)
    return expected(
        f"BC proposes a quantity to receive on {proposed} of {len(open_lines)} open lines; Tieout sets its "
        "own on all of them before it posts."
    )


def receipt_lines(client: Client) -> Answer:
    orders = _by_number(client)
    for number, sequences in orders:
        receipts = client.find(
            "purchaseReceipts",
            filter=odata.eq(ORDER_NUMBER, number),
            select=("id", "number"),
            expand=odata.nested("purchaseReceiptLines", ("sequence", LINE_TYPE)),
        )
        came = {
            line["sequence"] for receipt in receipts for line in receipt["purchaseReceiptLines"] if receipt
        }
        if not came:
            continue
        if came <= sequences:
            return expected(f"The receipts of order {number} name its lines by the order's own numbers.")
        return differs(
            f"The receipts of order {number} number their lines otherwise than the order does.",
            "Do not post receipts to this tenant before the developers have looked at it.",
        )
    return unproved("There is no open order with a posted receipt.")


def invoice_links(client: Client) -> Answer:
    rows = first_page(client, "purchaseInvoices", ("id", ORDER_NUMBER), LOOKED_AT)
    if not rows:
        return unproved("There is no purchase invoice.")
    named = sum(bool(row[ORDER_NUMBER]) for row in rows)
    said = f"{named} of {len(rows)} invoices name their order."
    if named == len(rows):
        return expected(said)
    return expected(
        said, "The others are matched by vendor, item, quantity and price, and shown as a proposal."
    )


def batch(client: Client) -> Answer:
    first = Operation("GET", "vendors?$top=1&$select=id")
    answers = client.batch([first, Operation("GET", "thisListDoesNotExist"), first], snapshot=False)
    done = [answer.done for answer in answers]
    if done == [True, False, False]:
        return expected("A batch stops at the first part that fails.")
    if done == [True, False, True]:
        return differs(
            "A batch goes on after a part that failed.", "Nothing: Tieout looks at each part by itself."
        )
    return differs(f"A batch of three answered {done}.", "Report it to the developers.")


def due_dates(client: Client) -> Answer:
    rows = first_page(client, "paymentTerms", ("id", "code", DUE_DATE_CALCULATION), LOOKED_AT)
    formulas = {row["code"]: row[DUE_DATE_CALCULATION] for row in rows if row[DUE_DATE_CALCULATION]}
    if not formulas:
        return unproved("There are no payment terms with a due date.")
    if odd := [f"{code} {text}" for code, text in formulas.items() if not DATE_FORMULA.fullmatch(text)]:
        return differs(
            f"Some due date formulas are not in BC's neutral form: {', '.join(odd)}.",
            "Nothing today: Tieout takes an invoice's due date as BC gives it.",
        )
    return expected(f"{len(formulas)} due date formulas are in BC's neutral form.")


def _by_number(client: Client) -> Iterator[tuple[str, set[int]]]:
    rows: list[Row] = first_page(
        client,
        "purchaseOrders",
        ("id", "number"),
        LOOKED_AT,
        expand=odata.nested("purchaseOrderLines", ("sequence", RECEIVED_QUANTITY)),
    )
    for row in rows:
        lines = row["purchaseOrderLines"]
        if any(line[RECEIVED_QUANTITY] for line in lines):
            yield row["number"], {line["sequence"] for line in lines}


SIGN_IN = Probe("company", "Can Tieout sign in, and which company does it reach?", company)
PROBES = (
    SIGN_IN,
    Probe("offer", "Does the tenant offer every list, field and action that Tieout uses?", offer),
    Probe("rights", "May Tieout read each list, and is none waiting for a data upgrade?", rights),
    Probe("language", "Do errors come in English, with the codes Tieout knows?", english),
    Probe("paging", "Do pages follow each other without a gap?", paging),
    Probe("replica", "May pulls read from a replica?", replica),
    Probe("changes", "Are changes found by their time?", delta),
    Probe("choices", "Can a list be narrowed by a choice, such as a status?", choices),
    Probe("lines", "Are lines shown below their document only?", flat_lines),
    Probe("currency", "Is there a local currency, and is today open for posting?", currency),
    Probe("order look-up", "Is an order found again by vendor and day?", order_lookup),
    Probe("proposed receipts", "Does BC propose quantities to receive?", default_to_receive),
    Probe("receipt lines", "Do receipt lines carry the numbers of the order's lines?", receipt_lines),
    Probe("invoice links", "How many invoices name their order?", invoice_links),
    Probe("batches", "Does a batch stop at its first failure?", batch),
    Probe("due dates", "Are due date formulas independent of the language?", due_dates),
)

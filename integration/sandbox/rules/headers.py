"""The header of a purchase order or invoice: vendor, currency, terms, dates, totals."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integration.sandbox.entities.declare import NULL_DATE, NULL_GUID, EntitySet, Field
from integration.sandbox.errors import Refusal, dialog, field_check
from integration.sandbox.payload import Payload
from integration.sandbox.rules import setup_checks
from integration.sandbox.rules.base import Work, resolve_link
from integration.sandbox.table import Row
from integration.sandbox.values import Values

CENT = Decimal("0.01")
# Also allowed when the order is released (shown as Open).
WRITABLE_WHEN_RELEASED = {
    "postingDate",
    "documentDate",
    "vendorInvoiceNumber",
    "requestedReceiptDate",
    "purchaser",
}
_ADDRESS = {
    "AddressLine1": "addressLine1",
    "AddressLine2": "addressLine2",
    "City": "city",
    "Country": "country",
    "State": "state",
    "PostCode": "postalCode",
}


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def apply_fields(work: Work, spec: EntitySet, values: Values, payload: Payload) -> None:
    """Validate the header fields one by one in the order received, as the page does."""
    for each, value in payload.changes:
        if values[each.column] != value:
            _APPLY.get(each.name, _plain)(work, spec, each, values, value)


def check_vendor_given(payload: Payload) -> None:
    if not payload.get("vendorNumber") and payload.get("vendorId") in (None, NULL_GUID):
        raise dialog('A "vendorNumber" or a "vendorId" must be provided.')


def check_vendor(vendor: Row, verb: str) -> None:
    if vendor["blocked"] == "All":
        raise dialog(
            f"You cannot {verb} this type of document when Vendor {vendor['number']} is blocked with type All"
        )
    setup_checks.check_vendor_card(vendor, verb)


def check_rate(work: Work, values: Values, date: str) -> None:
    """A foreign currency needs an exchange rate on or before the date; raises Refusal."""
    currency = values["currencyCode"]
    if currency in ("", work.local_currency):
        return
    rates = work.tx.find("currencyExchangeRates", "currencyCode", currency)
    if not any(rate["startingDate"] <= date for rate in rates):
        message = (
            "There is no Currency Exchange Rate within the filter."
            f" Filters: Currency Code: {currency}, Starting Date: 0D..{date}"
        )
        raise Refusal(400, "Internal_DataNotFoundFilter", message)


def check_posting_date(work: Work, values: Values, table: str) -> None:
    setup = next(iter(work.tx.table("generalLedgerSetup").in_order()), None)
    if setup is None:
        return
    first, last, date = setup["allowPostingFrom"], setup["allowPostingTo"], values["postingDate"]
    if (first != NULL_DATE and date < first) or (last != NULL_DATE and date > last):
        message = f"Posting Date is not within your range of allowed posting dates in {table}."
        raise Refusal(400, "Application_FieldValidationException", message)


def check_order_open(order: Row | Values, allowed: set[str], sent: set[str]) -> None:
    """A released order refuses most changes; one under approval refuses all."""
    status = order["status"]
    if status == "Draft" or (status == "Open" and sent <= allowed):
        return
    shown = "Released" if status == "Open" else "Pending Approval"
    raise field_check("Status", "Open", f"Purchase Header: Document Type=Order, No.={order['number']}", shown)


def check_draft(document: Row, kind: str = "invoice") -> None:
    """A posted document can no longer be changed."""
    if document["status"] != "Draft":
        raise dialog(f"The {kind} has been posted and can no longer be modified.")


def vendor_of(work: Work, header: Row) -> Row:
    """The buy-from vendor of a document; raises Refusal if it was deleted."""
    vendor = work.tx.by_key("vendors", header["vendorNumber"])
    if vendor is None:
        raise dialog("The buy-from vendor cannot be found.")
    return vendor


def update_totals(work: Work, header_set: str, line_set: str, header_id: str) -> Row:
    """Spread the invoice discount and add up the lines; the header's stamp and etag move."""
    header = work.tx.table(header_set).rows[header_id]
    lines = work.tx.find(line_set, "documentId", header_id)
    _spread_discount(work, line_set, header["discountAmount"], lines)
    lines = work.tx.find(line_set, "documentId", header_id)
    totals = {
        "totalAmountExcludingTax": sum((line["netAmount"] for line in lines), Decimal(0)),
        "totalTaxAmount": sum((line["netTaxAmount"] for line in lines), Decimal(0)),
        "totalAmountIncludingTax": sum((line["netAmountIncludingTax"] for line in lines), Decimal(0)),
    }
    return work.tx.update(header_set, header_id, totals)


def in_local_currency(work: Work, amount: Decimal, currency: str, date: str) -> Decimal:
    """An amount by the last rate on or before the date."""
    rates = work.tx.find("currencyExchangeRates", "currencyCode", currency)
    valid = [row for row in rates if row["startingDate"] <= date and row["exchangeRateAmount"]]
    if currency in ("", work.local_currency) or not valid:
        return amount
    rate = max(valid, key=lambda row: row["startingDate"])
    return round_amount(amount / rate["exchangeRateAmount"] * rate["relationalExchangeRateAmount"])


def round_amount(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def net_amounts(values: Values) -> Values:
    """The amounts of a line after its share of the invoice discount."""
    net = values["amountExcludingTax"] - values["invoiceDiscountAllocation"]
    tax = round_amount(net * values["taxPercent"] / 100)
    return {"netAmount": net, "netTaxAmount": tax, "netAmountIncludingTax": net + tax}


def _spread_discount(work: Work, line_set: str, discount: Decimal, lines: list[Row]) -> None:
    total = sum((line["amountExcludingTax"] for line in lines), Decimal(0))
    if total and abs(discount) > abs(total):
        raise dialog("The invoice discount cannot be greater than the amount of the document.")
    rest = Decimal(discount) if total else Decimal(0)
    carriers = [line for line in lines if line["amountExcludingTax"]]
    for line in carriers:
        is_last = line is carriers[-1]
        share = rest if is_last else round_amount(discount * line["amountExcludingTax"] / total)
        rest -= share
        if line["invoiceDiscountAllocation"] != share:
            values = {**line.values, "invoiceDiscountAllocation": share}
            work.tx.update(line_set, line.id, {"invoiceDiscountAllocation": share, **net_amounts(values)})


def _plain(work: Work, spec: EntitySet, each: Field, values: Values, value: Any) -> None:
    values[each.column] = value


def _buy_from_vendor(work: Work, spec: EntitySet, each: Field, values: Values, value: Any) -> None:
    vendor = _find_vendor(work, each, value)
    if values["vendorId"] not in (NULL_GUID, vendor.id):
        raise dialog("The buy-from vendor values do not match to a specific Vendor.")
    check_vendor(vendor, "create")
    _take_pay_to(values, vendor)
    values["vendorId"], values["vendorNumber"] = vendor.id, vendor["number"]
    values["vendorName"] = vendor["displayName"]
    values.update({f"buyFrom{theirs}": vendor[ours] for theirs, ours in _ADDRESS.items()})
    values["currencyCode"] = vendor["currencyCode"] or work.local_currency
    values["currencyId"] = vendor["currencyId"]
    if "paymentTermsId" in values:
        values["paymentTermsId"] = vendor["paymentTermsId"]


def _pay_to_vendor(work: Work, spec: EntitySet, each: Field, values: Values, value: Any) -> None:
    vendor = _find_vendor(work, each, value)
    check_vendor(vendor, "create")
    _take_pay_to(values, vendor)


def _take_pay_to(values: Values, vendor: Row) -> None:
    values["payToVendorId"], values["payToVendorNumber"] = vendor.id, vendor["number"]
    values["payToName"] = vendor["displayName"]
    values.update({f"payTo{theirs}": vendor[ours] for theirs, ours in _ADDRESS.items()})


def _find_vendor(work: Work, each: Field, value: Any) -> Row:
    table = work.tx.table("vendors")
    vendor = table.rows.get(value) if each.type == "Edm.Guid" else table.by_key(value)
    if vendor is None:
        kind = "pay-to" if each.name.startswith("payTo") else "buy-from"
        raise dialog(f"The {kind} vendor cannot be found.")
    return vendor


def _linked(work: Work, spec: EntitySet, each: Field, values: Values, value: Any) -> None:
    values[each.column] = value
    link = next(link for link in spec.links if each.name in (link.id_field, link.code_field))
    resolve_link(work, link, values, {each.name})


def _not_imitated(work: Work, spec: EntitySet, each: Field, values: Values, value: Any) -> None:
    raise dialog(f"The sandbox does not imitate a change of '{each.name}'.")


_Apply = Callable[[Work, EntitySet, Field, Values, Any], None]
_APPLY: dict[str, _Apply] = {
    "vendorId": _buy_from_vendor,
    "vendorNumber": _buy_from_vendor,
    "payToVendorId": _pay_to_vendor,
    "payToVendorNumber": _pay_to_vendor,
    "currencyId": _linked,
    "currencyCode": _linked,
    "paymentTermsId": _linked,
    "shipmentMethodId": _linked,
    "invoiceId": _linked,
    "invoiceNumber": _linked,
    "fullyReceived": _not_imitated,
}

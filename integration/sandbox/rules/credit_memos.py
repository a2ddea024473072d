"""Purchase credit memos: drafts to be posted, and posted ones that can be cancelled."""

from decimal import Decimal

from integration.sandbox.entities.declare import EntitySet
from integration.sandbox.errors import dialog, field_missing
from integration.sandbox.rules import (
    dimensions,
    headers,
    inventory,
    invoice_posting,
    lines,
    order_progress,
    setup_checks,
)
from integration.sandbox.rules.base import Work, next_number
from integration.sandbox.rules.documents import HeaderRules, LineRules, delete_document
from integration.sandbox.table import Row
from integration.sandbox.values import NULL_DATE, Values

_KIND = "credit memo"


class CreditMemoRules(HeaderRules):
    """A draft can be written, a posted one cannot."""

    def new_values(self, work: Work, spec: EntitySet) -> Values:
        return {**super().new_values(work, spec), "creditMemoDate": headers.today(), "status": "Draft"}

    def finish(self, work: Work, values: Values) -> None:
        if values["dueDate"] == NULL_DATE:
            values["dueDate"] = values["creditMemoDate"]
        headers.check_rate(work, values, values["postingDate"])

    def check_writable(self, row: Row, sent: set[str]) -> None:
        headers.check_draft(row, _KIND)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        headers.check_draft(row, _KIND)
        own = work.tx.find(self.line_set, "documentId", row.id)
        delete_document(work, spec, row, own, self.line_set)


def post(work: Work, memo: Row) -> None:
    """Post a draft: its id stays, its number changes, goods leave the stock; the bound action."""
    if memo["status"] != "Draft":
        raise dialog("The action can be applied to a draft credit memo only.")
    own = work.tx.find("purchaseCreditMemoLines", "documentId", memo.id)
    if not any(line["quantity"] for line in own):
        raise dialog(order_progress.NOTHING)
    record = f"Purchase Header Document Type='Credit Memo',No.='{memo['number']}'"
    headers.check_posting_date(work, memo.values, record)
    headers.check_rate(work, memo.values, memo["postingDate"])
    vendor = headers.vendor_of(work, memo)
    headers.check_vendor(vendor, "post")
    dimensions.check_before_posting(work, memo, own, vendor)
    setup_checks.check_lines(work, own)
    _check_vendor_number(work, memo)
    number = next_number(work, "P-CR+")
    for line in own:
        _post_line(work, memo, line, number)
    posted = work.tx.update("purchaseCreditMemos", memo.id, {"number": number, "status": "Open"})
    _owe(work, posted, -1)
    invoice_posting.write_ledger_entry(work, posted, "Credit_x0020_Memo", posted["totalAmountIncludingTax"])


def cancel(work: Work, memo: Row) -> None:
    """Take a posted credit memo back; the bound action."""
    if memo["status"] != "Open":
        raise dialog("The action can be applied to a posted credit memo that is open only.")
    work.tx.update("purchaseCreditMemos", memo.id, {"status": "Canceled"})
    _owe(work, memo, 1)


def _check_vendor_number(work: Work, memo: Row) -> None:
    number = memo["vendorCreditMemoNumber"]
    if not number:
        if work.settings.vendor_invoice_number_mandatory:
            raise dialog(
                "You need to enter the document number of the document from the vendor in the"
                " Vendor Cr. Memo No. field, so that this document stays linked to the original."
            )
        return
    for other in work.tx.find("purchaseCreditMemos", "vendorCreditMemoNumber", number):
        is_posted = other["status"] not in ("Draft", "In_x0020_Review")
        if is_posted and other["payToVendorNumber"] == memo["payToVendorNumber"]:
            raise dialog(f"Purchase Credit Memo {number} already exists for this vendor.")


def _post_line(work: Work, memo: Row, line: Row, number: str) -> None:
    if line["lineType"] == "Comment" or not line["quantity"]:
        return
    if not line["lineObjectNumber"]:
        raise field_missing("No.", f"Purchase Line: Line No.={line['sequence']}")
    if line["lineType"] != "Item":
        return
    item = inventory.get_item(work.tx, line["lineObjectNumber"], table=lines.TABLE)
    quantity = inventory.in_base_units(line["quantity"], line["quantityPerUnit"] or Decimal(1))
    inventory.check_stock(work, item, line["locationCode"], quantity)
    entry = {
        "entryType": "Purchase",
        "documentType": "Purchase_x0020_Credit_x0020_Memo",
        "documentNumber": number,
        "externalDocumentNumber": memo["vendorCreditMemoNumber"],
        "postingDate": memo["postingDate"],
        "sourceType": "Vendor",
        "sourceNumber": memo["vendorNumber"],
        "description": line["description"],
        "quantity": -quantity,
        "costAmountActual": -headers.in_local_currency(
            work, line["netAmount"], memo["currencyCode"], memo["postingDate"]
        ),
        "locationCode": line["locationCode"],
        "unitOfMeasureCode": line["unitOfMeasureCode"],
    }
    inventory.write_entry(work.tx, item, entry)


def _owe(work: Work, memo: Row, sign: int) -> None:
    invoice_posting.change_balance(work, memo, sign * memo["totalAmountIncludingTax"])


CREDIT_MEMOS = CreditMemoRules("purchaseCreditMemoLines", "P-CR", {"post": post, "cancel": cancel})
CREDIT_MEMO_LINES = LineRules("purchaseCreditMemos")

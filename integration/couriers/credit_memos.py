"""Credit memos that the CAFM captured: finance posts them, and Tieout sees that by the vendor's number.

Their item lines would take goods out of stock that a return has taken out already, and which invoice they
settle is finance's choice: see docs/decisions/0013.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NoReturn

from integration.bc import odata
from integration.bc.names import TOTAL_AMOUNT_INCLUDING_TAX, VENDOR_CREDIT_MEMO_NUMBER, VENDOR_NUMBER
from integration.errors import PermanentError, ProgramError
from masterdata import lookup
from reconciliation.models import SupplierInvoice

from .base import BeforeWrite, Posted, Prepared, Standing, Visit, as_uuid, in_bc, listed, plain

MEMOS = "purchaseCreditMemos"
SELECT = ("id", "number", "status", TOTAL_AMOUNT_INCLUDING_TAX)
NUMBER = VENDOR_CREDIT_MEMO_NUMBER
UNPOSTED = ("Draft", "In_x0020_Review", "Canceled")


def prepare(memo: SupplierInvoice) -> Prepared:
    """Say by what the posted credit memo will be known."""
    if missing := lookup.missing_vendors(memo.company, [memo.vendor_number]):
        return Prepared(waiting_for=in_bc([f"vendor {listed(missing)}"]))
    return Prepared({VENDOR_NUMBER: memo.vendor_number, NUMBER: memo.number.upper()})


class CreditMemoVisit(Visit):
    """See whether finance has posted the credit memo; else say that it has to be done."""

    def find(self) -> Posted | Standing:
        """Look for a posted credit memo of the vendor with the vendor's number."""
        for row in self._posted_ones():
            if row["status"] not in UNPOSTED:
                self._check_total(Decimal(row[TOTAL_AMOUNT_INCLUDING_TAX]))
                return Posted(as_uuid(row["id"]), row["number"])
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Give the work to a person."""
        memo: SupplierInvoice = self.document
        order = f" for order {memo.order_number}" if memo.order_number else ""
        self._leave_to_finance(
            f"Credit memo {memo.number} of vendor {memo.vendor_number}{order} is cleared, "
            f"{plain(memo.total or Decimal(0))} {memo.currency}. Post it in Business Central: from the "
            "purchase return order where goods went back, else as a purchase credit memo on an account, with "
            f"the vendor's number {self.payload[NUMBER]}, and apply it to its invoice. A retry of this sees "
            "it; or mark this done with its number."
        )

    def _posted_ones(self) -> list[dict[str, Any]]:
        number = odata.eq(NUMBER, self.payload[NUMBER])
        vendor = odata.eq(VENDOR_NUMBER, self.payload[VENDOR_NUMBER])
        try:
            return self.client.find(MEMOS, filter=vendor & number, select=SELECT)
        except ProgramError:  # the vendor's number can be asked for from 26.0 on: nothing is seen below
            return []

    def _check_total(self, theirs: Decimal) -> None:
        ours = self.document.total
        if ours is not None and ours != theirs:
            self._leave_to_finance(
                f"Credit memo {self.document.number} is posted in Business Central with {plain(theirs)}; the "
                f"supplier credits {plain(ours)}. See which is right; then mark this done with its number."
            )

    def _leave_to_finance(self, sentence: str) -> NoReturn:
        raise PermanentError(sentence, owner="finance", code="by_hand")

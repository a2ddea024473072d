"""More than was ordered, as codeunit 8510 "Over-Receipt Mgt." of Business Central lets it come.

Setting a quantity to receive above what is open looks for a code: the item's, then the vendor's, then the
default one. The quantity ordered rises by what is too much, up to the code's percentage of what was ordered
at first. Without a code, and above it, the quantity is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from integration.sandbox.errors import dialog
from integration.sandbox.rules.base import Work
from integration.sandbox.table import Row
from integration.sandbox.values import Values, trim

DEFAULT = ""  # stands for the code that is marked as default


def allow(work: Work, order: Row, values: Values, wanted: Decimal) -> None:
    """Raise the ordered quantity of a line so that so much can come; raises a dialog where no code does."""
    open_quantity = values["quantity"] - values["receivedQuantity"]
    percent = _percent(work, order, values)
    if percent is None or wanted * open_quantity < 0:
        raise dialog(f"You cannot receive more than {trim(Decimal(open_quantity))} units.")
    at_first = values["quantity"] - values["overReceiptQuantity"]
    limit = at_first + at_first * percent / 100
    if values["receivedQuantity"] + wanted > limit:
        allowed = f"allows you to receive up to {trim(limit)} units."
        raise dialog(f"The selected Over-Receipt Code - OVER, {allowed}")
    values["quantity"] = values["receivedQuantity"] + wanted
    values["overReceiptQuantity"] = values["quantity"] - at_first
    values["overReceiptPending"] = work.settings.over_receipts_need_approval


def check_approved(lines: Iterable[Values | Row]) -> None:
    """Refuse to post while somebody has to approve what came above the order."""
    if any(line["overReceiptPending"] for line in lines):
        raise dialog("There are lines with over-receipt required for approval.")


def _percent(work: Work, order: Row, values: Values) -> Decimal | None:
    """The percentage of the line's code; none where no code is for it."""
    if values["lineType"] != "Item":
        return None
    codes = work.settings.over_receipt_percents
    for of in (values["lineObjectNumber"], order["vendorNumber"], DEFAULT):
        if of in codes:
            return Decimal(str(codes[of]))
    return None

"""The engine's reasons in the clerk's words, each with its sign and what makes it go away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Reason:
    """`kind` gives icon and tone: over (too much), wait (something is to come), fix (a cause to mend)."""

    code: str
    label: Text
    kind: str
    remedy: Text = ""

    @property
    def icon(self) -> str:
        return {"over": "triangle", "wait": "circle", "fix": "square"}[self.kind]

    @property
    def tone(self) -> str:
        return "warn" if self.kind == "wait" else "bad"


_RECEIPT = _("Clears itself when the missing goods are received.")
_ORDER = _("Clears itself when the order is changed.")
_CREDIT = _("Clears itself with a credit memo or a corrected invoice.")

_ROWS = [
    Reason("NO_RECEIPT", _("Billed before receipt"), "wait", _RECEIPT),
    Reason("OVER_RECEIVED", _("Billed over received"), "over", _RECEIPT),
    Reason("OVER_ACCEPTED", _("Billed over accepted"), "over", _CREDIT),
    Reason("OVER_ORDERED", _("Billed over ordered"), "over", _ORDER),
    Reason("UNDER", _("Billed less"), "wait"),
    Reason("CLOSES_WITH_EXTRA", _("Closes with surplus"), "wait"),
    Reason("RETURN_AFTER_BILL", _("Returned after billing"), "wait", _CREDIT),
    Reason("PRICE_OVER", _("Price over order"), "over", _ORDER),
    Reason("PRICE_UNDER", _("Price under order"), "wait"),
    Reason("LINE_TOTAL", _("Line total over order"), "over", _ORDER),
    Reason("ZERO_ORDER_PRICE", _("Order has no price"), "fix", _ORDER),
    Reason("ZERO_INVOICE_PRICE", _("Invoice has no price"), "wait"),
    Reason("DISCOUNT", _("Discount missing"), "over", _CREDIT),
    Reason("UNIT_RATIO", _("Weight per unit differs"), "over"),
    Reason(
        "NO_CONVERSION",
        _("No unit conversion"),
        "fix",
        _("Clears itself when the item's unit is added in Business Central."),
    ),
    Reason("CURRENCY", _("Other currency"), "fix", _("The supplier has to bill in the order's currency.")),
    Reason("RATE", _("Exchange rate moved"), "over"),
    Reason(
        "UNPLANNED_CHARGE",
        _("Charge not planned"),
        "over",
        _("Clears itself when the order plans the charge."),
    ),
    Reason("CHARGE_OVER", _("Charge over plan"), "over", _ORDER),
    Reason("TAX_OVER", _("Tax too high"), "over", _CREDIT),
    Reason("TAX_UNDER", _("Tax too low"), "over", _CREDIT),
    Reason("TAX_CODE", _("Other tax code"), "fix", _CREDIT),
    Reason("ARITHMETIC", _("Supplier's sum is wrong"), "fix", _CREDIT),
    Reason("TOTAL", _("Total differs"), "over", _CREDIT),
    Reason("DUPLICATE", _("Duplicate"), "fix", _("Billed before. Reject it.")),
    Reason("NEAR_DUPLICATE", _("Possible duplicate"), "wait"),
    Reason("VENDOR", _("Other vendor"), "fix", _("The order names another vendor.")),
    Reason(
        "VENDOR_BLOCKED",
        _("Vendor blocked"),
        "fix",
        _("Clears itself when the vendor is unblocked in Business Central."),
    ),
    Reason("NOT_ON_ORDER", _("Not on the order"), "fix", _("Clears itself when the order gets the line.")),
    Reason("AMBIGUOUS", _("Several lines fit"), "fix"),
    Reason("DESCRIPTION_ONLY", _("Text only"), "fix"),
    Reason(
        "NO_ACCEPTANCE", _("Service not confirmed"), "wait", _("Clears itself when the service is confirmed.")
    ),
    Reason(
        "AMOUNT_OVER_ACCEPTED",
        _("Over what was confirmed"),
        "over",
        _("Clears itself when the rest is confirmed."),
    ),
    Reason("ORDER_CLOSED", _("Order is closed"), "fix", _("Clears itself when the order is opened again.")),
    Reason(
        "ORDER_NOT_APPROVED", _("Order not approved"), "wait", _("Clears itself when the order is approved.")
    ),
    Reason("INVOICE_BEFORE_ORDER", _("Billed before ordered"), "fix"),
    Reason("CONSIGNMENT", _("Consignment billed"), "fix", _("Nothing is billed here. Reject it.")),
    Reason("SELF_BILLED", _("We bill this ourselves"), "fix", _("Paid from receipts already. Reject it.")),
    Reason("BLANKET", _("Over the blanket order"), "over", _ORDER),
    Reason("MILESTONE", _("Other than the milestone"), "over", _CREDIT),
    Reason("PREPAYMENT", _("More advance set off than paid"), "over", _CREDIT),
    Reason("CHANGE_ORDER", _("Order price changed after receipt"), "wait"),
    Reason("EARLY", _("Billed too early"), "wait"),
    Reason("OVER_CREDIT", _("Credited too much"), "over"),
    Reason("LARGE_AMOUNT", _("Large amount"), "wait"),
    Reason("SAMPLE", _("Picked for a look"), "wait"),
    Reason("UNREADABLE", _("Cannot be read"), "fix", _("The supplier has to send it again.")),
]
REASONS = {reason.code: reason for reason in _ROWS}


def reason(code: str) -> Reason:
    """Give a reason by its code; the engine may know newer ones than this table."""
    return REASONS.get(code) or Reason(code, code.replace("_", " ").capitalize(), "fix")


def by_name() -> list[tuple[str, str]]:
    """Give every reason's code and words, in the order of the words."""
    return _by_name(get_language() or "")


@lru_cache
def _by_name(language: str) -> list[tuple[str, str]]:
    """`language` is what makes two lists differ."""
    return sorted(((each.code, str(each.label)) for each in _ROWS), key=lambda named: named[1])


def tag(shown: Reason) -> SafeString:
    """Write a reason as its sign and words."""
    return _tag(shown.code, get_language() or "")


@lru_cache(maxsize=1000)
def _tag(code: str, language: str) -> SafeString:
    """`language` is what makes two tags of one reason differ."""
    told = render_to_string("desk/reason.html", {"reason": reason(code)})
    return mark_safe(told.strip())  # noqa: S308 - the template has escaped it

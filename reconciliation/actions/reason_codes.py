"""Why something was decided: the codes to choose from, one key each; "other" wants words of one's own."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

CODES: dict[str, Text] = {
    "agreed_with_buyer": _("Agreed with the buyer"),
    "contract": _("Within the yearly contract"),
    "small": _("Small difference"),
    "goods_seen": _("Goods seen on site"),
    "delivery_announced": _("Delivery announced"),
    "receiver_asked": _("Receiver asked"),
    "credit_announced": _("Credit memo announced"),
    "billed_twice": _("Billed twice"),
    "not_ours": _("Not our order"),
    "correction_requested": _("Corrected invoice requested"),
    "nothing_more": _("Nothing more will come"),
    "payment_urgent": _("Payment is urgent"),
    "ask_buyer_first": _("Ask the buyer first"),
    "price_confirmed": _("Price confirmed by the buyer"),
    "price_list": _("New price list of the supplier"),
    "supplier_right": _("The supplier is right"),
    "we_are_right": _("Our figure is right"),
    "rounding": _("Rounding"),
    "different_delivery": _("Two deliveries, two invoices"),
    "clarifying": _("Being clarified"),
    "posted_there": _("Posted in Business Central by hand"),
    "counted": _("Counted on arrival"),
    "done_as_agreed": _("Done as agreed"),
    "wrong_line": _("Billed on the wrong line"),
}


def words(code: str, note: str) -> str:
    """Write a reason: the code's words, and what was added; a code that is not known says nothing."""
    told = [str(CODES[code])] if code in CODES else []
    return ": ".join([*told, note] if note else told)

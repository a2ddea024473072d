"""Why an invoice is held, in the reader's language.

The matching engine writes each reason as an English sentence, which is kept as it was written and never
changed. Here such a sentence is read back by the patterns that the engine writes it with, and filled into the
translation of its pattern. A sentence of another engine, which no pattern fits, stays as it stands.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import cache

from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

QUANTITY = (_("{billed}, {came}: {ending}"),)
ACCEPTED_AMOUNT = _("{amount} billed, {accepted} accepted: {ending}")
PRICE = (
    _("Billed at {billed_price} per {unit}, ordered at {price} ({difference} more, {percent}): {ending}"),
    _("Billed at {billed_price} per {unit}, ordered at {price} ({difference} less, {percent}): {ending}"),
    _("Billed at {billed_price}, ordered at {price} ({difference} more, {percent}): {ending}"),
    _("Billed at {billed_price}, ordered at {price} ({difference} less, {percent}): {ending}"),
)
CHARGE = (
    _("{charge}: {amount} billed after {before} before, {planned} planned: {ending}"),
    _("{charge}: {amount} billed after {before} before, none planned: {ending}"),
    _("{charge}: {amount} billed, {planned} planned: {ending}"),
    _("{charge}: {amount} billed, none planned: {ending}"),
)
TAX = (
    _("Tax of {amount} billed, and no order says how much it should be: {ending}"),
    _("Tax of {amount} billed, {expected} expected: {ending}"),
)
LINK = (
    _("{bills}; it could be order {candidates}. Choose one."),
    _("{bills} without an item; by its amount it is order {order} line {on}."),
    _("{bills} without an item or order line, and no accepted confirmation has just that amount."),
    _("{bills}; order {candidates} is item {other}."),
    _("{bills}; there is no such line on order {order}."),
    _("{bills} and names no order."),
)

# The patterns of each reason's sentences; the first that fits counts.
SENTENCES: Mapping[str, tuple[str, ...]] = {
    "UNREADABLE": (
        _("The invoice has no {missing} that could be read."),
        _("The line's price is per {base}."),
        _("The order line's price is per {base}."),
    ),
    "VENDOR": (_("The invoice is from vendor {vendor}; order {of_others}."),),
    "VENDOR_BLOCKED": (
        _("Vendor {vendor} is blocked for payment. Unblock the vendor there before this can be posted."),
        _("Vendor {vendor} is blocked for everything. Unblock the vendor there before this can be posted."),
    ),
    "DUPLICATE": (
        _("{number} of {day} from vendor {vendor} is already here (posted)."),
        _("{number} of {day} from vendor {vendor} is already here (pending)."),
    ),
    "NEAR_DUPLICATE": (_("This may be {number} of {day} again: {likeness}."),),
    "CURRENCY": (_("The invoice is in {currency}; order {in_others}. Prices were not compared."),),
    "ORDER_CLOSED": (_("Order {shut}. Reopen it, or give a new order."),),
    "ORDER_NOT_APPROVED": (_("Order {waiting} is not approved."),),
    "INVOICE_BEFORE_ORDER": (_("The invoice of {day} is older than order {dated}."),),
    "CONSIGNMENT": (
        _("Order {orders} is a consignment: it is settled when goods are used, and not billed."),
    ),
    "SELF_BILLED": (
        _("We bill order {orders} ourselves from its receipts: this would pay the same goods twice."),
    ),
    "BLANKET": (
        _("{amount} billed in all on order {order}, of which {limit} may be called off."),
        _("Order {order} runs from {first}, and the invoice is of {day}."),
        _("Order {order} runs until {last}, and the invoice is of {day}."),
    ),
    "NOT_ON_ORDER": LINK,
    "AMBIGUOUS": LINK,
    "DESCRIPTION_ONLY": LINK,
    "NO_CONVERSION": (
        _("There is no conversion from {units} to {unit} for this line. Add it, then match again."),
        _("There is no conversion from {units} to {unit} for {item}. Add it, then match again."),
    ),
    "ARITHMETIC": (
        _("Line {line} says {stated}, its figures make {computed}: {difference} too much."),
        _("Line {line} says {stated}, its figures make {computed}: {difference} too little."),
        _("The invoice says {stated}, its figures make {computed}: {difference} too much."),
        _("The invoice says {stated}, its figures make {computed}: {difference} too little."),
    ),
    "NO_RECEIPT": (_("{billed}, but nothing has been received on order {order} line {on}."),),
    "OVER_RECEIVED": QUANTITY,
    "OVER_ACCEPTED": QUANTITY,
    "OVER_ORDERED": QUANTITY,
    "UNDER": (*QUANTITY, ACCEPTED_AMOUNT),
    "CLOSES_WITH_EXTRA": (
        _(
            "This bills order {order} line {on} to the end at {quantity}, while {kept} were kept: {extra} are"
            " in stock unbilled."
        ),
    ),
    "RETURN_AFTER_BILL": (
        _(
            "{quantity} of order {order} line {on} went back after the invoice: a credit of {amount} is"
            " expected."
        ),
    ),
    "OVER_CREDIT": (
        _("{quantity} credited after {before} before, {base_quantity} returned: {extra} too much."),
        _("{quantity} credited after {before} before, {base_quantity} billed: {extra} too much."),
        _("{quantity} credited, {base_quantity} returned: {extra} too much."),
        _("{quantity} credited, {base_quantity} billed: {extra} too much."),
    ),
    "NO_ACCEPTANCE": (
        _("{amount} billed for a service of which nothing is accepted on order {order} line {on}."),
    ),
    "AMOUNT_OVER_ACCEPTED": (ACCEPTED_AMOUNT,),
    "MILESTONE": (
        _("Milestone {name}: {amount} billed in all, {agreed} agreed."),
        _("“{name}” is no milestone: {amount} billed in all, {agreed} agreed."),
        _("{amount} billed for no milestone; agreed are {milestones}."),
    ),
    "PRICE_OVER": PRICE,
    "PRICE_UNDER": PRICE,
    "CHANGE_ORDER": (
        _(
            "The goods came when the order said {then}, and it says {price} now. Billed at {billed_price}:"
            " {ending}"
        ),
        _("Billed at {then}, as the order said when the goods came; it says {price} now."),
    ),
    "ZERO_ORDER_PRICE": (
        _("The order has no price; the invoice asks {billed_price} each, {amount} in all."),
    ),
    "ZERO_INVOICE_PRICE": (
        _("The invoice asks nothing for what was ordered at {price} each: a sample or a replacement?"),
    ),
    "DISCOUNT": (_("A discount of {agreed} was agreed, {given} is given: {difference} missing."),),
    "UNIT_RATIO": (
        _("Billed {quantity} per {unit}, received {base_quantity}: {ending}"),
        _("Billed {quantity} per {unit}, planned {base_quantity}: {ending}"),
    ),
    "LINE_TOTAL": (_("{amount} billed on the order line in all, {ordered} ordered: {ending}"),),
    "UNPLANNED_CHARGE": CHARGE,
    "CHARGE_OVER": CHARGE,
    "TAX_OVER": TAX,
    "TAX_UNDER": TAX,
    "TAX_CODE": (_("Billed with tax code {theirs}, ordered with {ours}."),),
    "TOTAL": (
        _("Lines of {amount}, {expected} expected: {ending}"),
        _("A discount of {amount}, {expected} expected: {ending}"),
        _("Charges of {amount}, {expected} expected: {ending}"),
        _("Tax of {amount}, and no order says how much it should be: {ending}"),
        _("Tax of {amount}, {expected} expected: {ending}"),
        _("Rounding of {amount}, {expected} expected: {ending}"),
        _("An invoice total of {amount}, {expected} expected: {ending}"),
    ),
    "RATE": (
        _("There is no exchange rate from {currency} to {ledger} on {day}."),
        _("{total} were {base} at the order's rate and are {actual} at the invoice's: {moved}."),
    ),
    "PREPAYMENT": (
        _("{amount} of an advance set off after {before} before, {paid} paid in advance."),
        _("{amount} of an advance set off, {paid} paid in advance."),
        _("{amount} of an advance set off, and only {payable} are to be paid on this invoice."),
    ),
    "EARLY": (
        _(
            "{amount} billed {days} day before delivery on {day}; the amount times the days is {weight}:"
            " {ending}"
        ),
        _(
            "{amount} billed {days} days before delivery on {day}; the amount times the days is {weight}:"
            " {ending}"
        ),
    ),
    "LARGE_AMOUNT": (_("An invoice of {amount}: above {ceiling} someone has to approve it."),),
    "SAMPLE": (_("Drawn for audit: nothing is wrong, someone has to look at it."),),
}

# What stands in a place and is itself written by patterns.
PARTS: Mapping[str, tuple[str, ...]] = {
    "billed": (_("Billed {quantity} after {before} before, {all} in all"), _("Billed {quantity}")),
    "came": (
        _("ordered {base_quantity}"),
        _("came as ordered before {base_quantity}"),
        _("received and kept {base_quantity}"),
        _("accepted and kept {base_quantity}"),
        _("received {base_quantity}"),
        _("accepted {base_quantity}"),
    ),
    "ending": (
        _("{judged} There is no exchange rate for {currency} to hold it against the amount."),
        "{judged}",
    ),
    "judged": (
        _("{size} more than the limit of {limits} allows."),
        _("{size} less than the limit of {limits} allows."),
        _("{size} more; the limit is {limits}."),
        _("{size} less; the limit is {limits}."),
        _("{size} more; no limit is set."),
        _("{size} less; no limit is set."),
        _("{size} more, which the limit of {limits} allows."),
        _("{size} less, which the limit of {limits} allows."),
    ),
    "moved": (
        _("{difference} more; the limit is {limits}"),
        _("{difference} less; the limit is {limits}"),
        _("{difference} more"),
        _("{difference} less"),
    ),
    "bills": (
        _("Line {line} bills no item for {amount}"),
        _("Line {line} bills {item} for {amount}"),
    ),
    "likeness": (
        _("it is the same file"),
        _("the numbers {one} and {other} differ only in how they are written"),
        _("both come to {amount}"),
        _("it bills the same quantities of the same order lines at the same amounts"),
    ),
}
# Lists of one or more, joined as people join them.
LISTS: Mapping[str, tuple[str, ...]] = {
    "of_others": (_("{order} is with vendor {vendor}"),),
    "in_others": (_("{order} is in {currency}"),),
    "shut": (_("{order} is closed"), _("{order} is cancelled")),
    "waiting": (_("{order} (version {version})"),),
    "dated": (_("{order} of {day}"),),
    "candidates": (_("{order} line {line}"),),
    "missing": (_("number"), _("date"), _("vendor"), _("total")),
    "limits": ("{limit}",),
    "orders": ("{order}",),
    "units": ("{unit}",),
    "milestones": ("{name}",),
}
# What speaks for an order line that a billed line could mean.
POINTS = (
    _("the same item {item}"),
    _("this vendor's {item} was linked to item {other} before"),
    _("these words of the vendor were linked to item {other} before"),
    _("item {item} is {other}, written differently"),
    _("the text names item {item}"),
    _("the order's text names {item}"),
    _("the same description"),
    _("descriptions {likeness_percent} alike"),
    _("the same price of {price}"),
    _("a price near the ordered {price}"),
    _("the order that the invoice names"),
    _("the same unit {unit}"),
    _("just the {quantity} still open"),
    _("{quantity} are still open"),
)
DAYS = {"day", "first", "last"}
# Numbers, item numbers and names: what a document is called stays so in every language.
NAMES = {
    "charge", "currency", "item", "ledger", "line", "name", "number", "on", "one", "order", "other", "ours",
    "theirs", "unit", "vendor", "version",
}  # fmt: skip
PLACE = re.compile(r"{(\w+)}")
FIGURE = r"-?\d[\d,]*(?:\.\d+)?(?: .*?)?"
UNKNOWN_DAY = _("an unknown day")
DAY = rf"\d{{4}}-\d\d-\d\d|{UNKNOWN_DAY}"
# A figure within a text: no part of a word, of a day or of a number with dashes.
LONE_FIGURE = re.compile(r"(?<![\w.,/-])-?\d[\d,]*(?:\.\d+)?(?![\w/-]|[.,]\w)")
JOINT = re.compile(r"(, | and )")


def in_words(code: str, sentence: str) -> str:
    """Say the sentence of a reason as the language of this moment does."""
    if (get_language() or "en").startswith("en"):
        return sentence
    return read_back(SENTENCES.get(code, ()), sentence) or sentence


def point_in_words(words: str) -> str:
    """Say what speaks for an order line as the language of this moment does."""
    return read_back(POINTS, words) or words


def read_back(patterns: tuple[str, ...], text: str) -> str | None:
    """Fill the translation of the pattern that fits; None where none does."""
    for pattern in patterns:
        if found := _reading(pattern).fullmatch(text):
            filled = {name: _translated(name, value) for name, value in found.groupdict().items()}
            if None not in filled.values():
                return gettext(pattern).format(**filled)
    return None


@cache
def _reading(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern, named=True), re.DOTALL)


def _expression(pattern: str, *, named: bool = False) -> str:
    """Turn a pattern into an expression that finds what stands in its places."""
    parts = []
    for position, part in enumerate(PLACE.split(pattern)):
        if position % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P<{part}>{_content(part)})" if named else f"(?:{_content(part)})")
    return "".join(parts)


def _content(place: str) -> str:
    """Say what may stand in a place."""
    if place in PARTS:
        return "|".join(_expression(each) for each in PARTS[place])
    if place in LISTS or place in NAMES:
        return ".+?"
    return DAY if place in DAYS else FIGURE


def _translated(place: str, text: str) -> str | None:
    if place in PARTS:
        return read_back(PARTS[place], text)
    if place in LISTS:
        return _list(LISTS[place], text)
    if place in DAYS:
        return _day(text)
    return text if place in NAMES else _figures(text)


def _list(patterns: tuple[str, ...], text: str) -> str | None:
    pieces = JOINT.split(text)
    told = [
        gettext(piece) if position % 2 else read_back(patterns, piece)
        for position, piece in enumerate(pieces)
    ]
    return None if None in told else "".join(filter(None, told))


def _day(text: str) -> str:
    if text == UNKNOWN_DAY:
        return gettext(UNKNOWN_DAY)
    return date_format(datetime.date.fromisoformat(text), "SHORT_DATE_FORMAT")


def _figures(text: str) -> str:
    """Write the figures in a text with this language's signs; units and currencies stay."""
    signs = str.maketrans({",": get_format("THOUSAND_SEPARATOR"), ".": get_format("DECIMAL_SEPARATOR")})
    return LONE_FIGURE.sub(lambda found: found[0].translate(signs), text)

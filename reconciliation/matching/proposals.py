"""Ranked proposals for a billed line that no order line answers to: explained, and never taken by themselves.

Each point that speaks for an order line is told with what it weighs, so that a person sees why it is first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz

from .facts import ZERO, InvoiceLine, Order, OrderLine
from .sentences import cash, count

# What a point weighs. An item, words or a price may lead to a line; the rest only ranks.
ITEM, ITEM_KNOWN, ITEM_SPELLED, ITEM_IN_TEXT = 40, 36, 32, 28
WORDS, WORDS_FROM = 30, 60  # so much for the same words, from so many percent of likeness on
PRICE, PRICE_NEAR, NEAR = 20, 10, Decimal("0.1")
OPEN, QUANTITY, UNIT, NAMED = 6, 10, 4, 10
SHORTEST_ITEM = 4  # a shorter number stands in a text by chance
LEAST = 24


@dataclass(frozen=True, slots=True)
class Point:
    """Something that speaks for an order line, in words, and what it weighs."""

    what: str
    weight: int
    words: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order line that a billed line could mean."""

    order: str
    order_line: int
    item: str
    description: str
    points: tuple[Point, ...]

    @property
    def score(self) -> int:
        return sum(point.weight for point in self.points)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a vendor wrote on a line that a person linked before, and the item that it was."""

    item: str
    description: str
    meant: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order line with what may still be billed of it, in its own unit."""

    order: Order
    line: OrderLine
    still_open: Decimal


def spread(quantity: Decimal, still_open: Iterable[Decimal]) -> list[Decimal]:
    """Share a billed quantity out to order lines, to each as much as is open; what is over, to the first."""
    left, shares = quantity, []
    for room in still_open:
        share = min(left, max(room, ZERO))
        left -= share
        shares.append(share)
    if shares:
        shares[0] += left
    return shares


def propose(
    line: InvoiceLine,
    candidates: Iterable[Candidate],
    *,
    currency: str = "",
    references: Iterable[Reference] = (),
) -> list[Proposal]:
    """Rank the order lines that a billed line could mean, the likeliest first; weak ones are left out."""
    known = frozenset(each.meant for each in references if each.meant and _is_same(line, each))
    found = [
        Proposal(each.order.number, each.line.line, each.line.item, each.line.description, points)
        for each in candidates
        if (points := _points(line, each, currency, known))
    ]
    likely = [proposal for proposal in found if proposal.score >= LEAST]
    return sorted(likely, key=lambda proposal: (-proposal.score, proposal.order, proposal.order_line))


def _is_same(line: InvoiceLine, reference: Reference) -> bool:
    """Tell whether the vendor writes the same again: its number of the item, or without one its words."""
    if line.item or reference.item:
        return bool(_bare(line.item)) and _bare(line.item) == _bare(reference.item)
    return bool(line.description) and _plain_words(line.description) == _plain_words(reference.description)


def _points(line: InvoiceLine, on: Candidate, currency: str, known: frozenset[str]) -> tuple[Point, ...]:
    """Give what speaks for an order line; a unit or a quantity alone speaks for nothing."""
    leading = [*_item(line, on.line, known), *_words(line, on.line), *_price(line, on.line, currency)]
    return (*leading, *_ranking(line, on)) if leading else ()


def _item(line: InvoiceLine, on: OrderLine, known: frozenset[str]) -> Iterator[Point]:
    billed, ordered = _bare(line.item), _bare(on.item)
    if ordered and line.item == on.item:
        yield Point("item", ITEM, f"the same item {on.item}")
    elif on.item in known:
        what = f"this vendor's {line.item} was" if line.item else "these words of the vendor were"
        yield Point("item", ITEM_KNOWN, f"{what} linked to item {on.item} before")
    elif ordered and billed == ordered:
        yield Point("item", ITEM_SPELLED, f"item {line.item} is {on.item}, written differently")
    elif _stands_in(ordered, line.description):
        yield Point("item", ITEM_IN_TEXT, f"the text names item {on.item}")
    elif _stands_in(billed, on.description):
        yield Point("item", ITEM_IN_TEXT, f"the order's text names {line.item}")


def _words(line: InvoiceLine, on: OrderLine) -> Iterator[Point]:
    if not line.description or not on.description:
        return
    likeness = round(fuzz.token_sort_ratio(_plain_words(line.description), _plain_words(on.description)))
    if likeness >= WORDS_FROM:
        same = "the same description" if likeness == 100 else f"descriptions {likeness} % alike"
        yield Point("description", WORDS * likeness // 100, same)


def _price(line: InvoiceLine, on: OrderLine, currency: str) -> Iterator[Point]:
    """Compare the unit prices, each brought to one; a free line is like no other."""
    if not line.unit_price or not on.unit_price or line.price_base <= 0 or on.price_base <= 0:
        return
    if line.unit and on.unit and line.unit != on.unit:
        return
    billed, ordered = line.unit_price / line.price_base, on.unit_price / on.price_base
    if billed == ordered:
        yield Point("price", PRICE, f"the same price of {cash(ordered, currency)}")
    elif abs(billed - ordered) <= NEAR * abs(ordered):
        yield Point("price", PRICE_NEAR, f"a price near the ordered {cash(ordered, currency)}")


def _ranking(line: InvoiceLine, on: Candidate) -> Iterator[Point]:
    same_unit = not line.unit or not on.line.unit or line.unit == on.line.unit
    if line.order == on.order.number:
        yield Point("order", NAMED, "the order that the invoice names")
    if same_unit and line.unit:
        yield Point("unit", UNIT, f"the same unit {line.unit}")
    if same_unit and ZERO < line.quantity == on.still_open:
        yield Point("quantity", QUANTITY, f"just the {count(on.still_open, on.line.unit)} still open")
    elif same_unit and ZERO < line.quantity <= on.still_open:
        yield Point("quantity", OPEN, f"{count(on.still_open, on.line.unit)} are still open")


def _bare(number: str) -> str:
    """Strip a number of what people write differently: signs, spaces, case and leading zeros."""
    return re.sub(r"[\W_]+", "", number).casefold().lstrip("0")


def _stands_in(number: str, text: str) -> bool:
    """Tell whether a text names a number, as words of its own or run together."""
    if len(number) < SHORTEST_ITEM:
        return False
    words = [_bare(word) for word in text.split()]
    return any("".join(words[i : i + n]) == number for i in range(len(words)) for n in (1, 2, 3))


def _plain_words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).casefold().strip()

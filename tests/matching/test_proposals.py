"""Proposed order lines: what speaks for each, the likeliest first, nothing that only a unit speaks for."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.matching.facts import InvoiceLine, Order, OrderLine
from reconciliation.matching.proposals import Candidate, Proposal, Reference, propose, spread


def candidate(line: int = 1, *, order: str = "PO-77", still_open: str = "40", **changes) -> Candidate:
    stated = {"item": "BELT-12", "description": "Drive belt 12 mm", "unit": "PCS", **changes}
    on = OrderLine(
        line, Decimal(stated.pop("quantity", "40")), Decimal(stated.pop("price", "7.50")), **stated
    )
    return Candidate(Order(order, vendor="NORD", lines=(on,)), on, Decimal(still_open))


def billed(**changes) -> InvoiceLine:
    stated = {"quantity": "40", "unit": "PCS", "unit_price": "7.50", "description": "", **changes}
    for name in ("quantity", "unit_price"):
        stated[name] = None if stated[name] is None else Decimal(stated[name])
    return InvoiceLine(1, **stated)


def told(proposals: list[Proposal]) -> list[tuple[int, list[str], int]]:
    return [(one.order_line, [point.words for point in one.points], one.score) for one in proposals]


def test_everything_that_agrees_is_told_with_what_it_weighs():
    line = billed(item="BELT-12", description="Drive belt 12 mm", order="PO-77")

    [proposal] = propose(line, [candidate()], currency="EUR")

    assert [(point.what, point.weight) for point in proposal.points] == [
        ("item", 40),
        ("description", 30),
        ("price", 20),
        ("order", 10),
        ("unit", 4),
        ("quantity", 10),
    ]
    assert [point.words for point in proposal.points] == [
        "the same item BELT-12",
        "the same description",
        "the same price of 7.50 EUR",
        "the order that the invoice names",
        "the same unit PCS",
        "just the 40 PCS still open",
    ]
    assert proposal.score == 114


@pytest.mark.parametrize(
    ("item", "description", "words"),
    [
        ("belt 12", "", "item belt 12 is BELT-12, written differently"),
        ("000BELT12", "", "item 000BELT12 is BELT-12, written differently"),
        ("", "Your ref. BELT-12, black", "the text names item BELT-12"),
        ("", "Your ref. belt 12 black", "the text names item BELT-12"),
    ],
)
def test_an_item_is_known_however_it_is_written(item, description, words):
    [proposal] = propose(billed(item=item, description=description, unit_price=None), [candidate()])

    assert proposal.points[0].words == words


def test_a_vendors_own_number_is_found_in_the_orders_text():
    on = candidate(item="70011", description="Drive belt, vendor no. KX-9981")

    [proposal] = propose(billed(item="KX9981", unit_price=None), [on])

    assert proposal.points[0].words == "the order's text names KX9981"


def test_a_short_number_in_a_text_says_nothing():
    assert propose(billed(description="Set of 12 screws", unit_price=None), [candidate(item="12")]) == []


def test_like_descriptions_are_ranked_by_their_likeness():
    lines = [
        candidate(1, description="Drive belt 12 mm", item="A-1"),
        candidate(2, description="Belt, drive, 12 mm", item="A-2"),
        candidate(3, description="Drive belt 14 mm wide", item="A-3"),
        candidate(4, description="Air filter", item="A-4"),
    ]

    found = told(propose(billed(description="12 mm drive belt", unit_price=None), lines))

    assert [row[0] for row in found] == [1, 2, 3]
    assert found[0][1][0] == "the same description"
    assert found[0][2] == found[1][2] > found[2][2]


def test_the_nearer_price_and_the_open_quantity_decide_between_like_lines():
    lines = [
        candidate(1, price="9.00"),
        candidate(2, price="7.90"),
        candidate(3, price="7.50", still_open="5"),
        candidate(4, price="7.50"),
    ]

    found = propose(billed(item="BELT-12"), lines, currency="EUR")

    assert [one.order_line for one in found] == [4, 2, 3, 1]
    assert [one.score for one in found] == [74, 64, 64, 54]
    assert "a price near the ordered 7.90 EUR" in [point.words for point in found[1].points]


@pytest.mark.parametrize(
    ("price", "base", "weight"),
    [
        ("75.00", "10", 20),
        ("82.50", "10", 10),
        ("8.25", "1", 10),
        ("8.26", "1", None),
        ("6.75", "1", 10),
        ("6.74", "1", None),
    ],
)
def test_a_price_is_near_within_a_tenth_and_brought_to_one(price, base, weight):
    line = billed(item="BELT-12", unit_price=price, price_base=Decimal(base))

    [proposal] = propose(line, [candidate()])

    weights = [point.weight for point in proposal.points if point.what == "price"]
    assert weights == ([weight] if weight else [])


def test_a_price_or_a_quantity_in_another_unit_says_nothing():
    [proposal] = propose(billed(item="BELT-12", unit="BOX"), [candidate()])

    assert {point.what for point in proposal.points} == {"item"}


def test_nothing_is_proposed_for_a_unit_and_a_quantity_alone():
    assert propose(billed(item="X-1", description="Cleaning", unit_price="99"), [candidate()]) == []


def test_a_price_alone_is_too_little_and_with_the_rest_is_enough():
    assert propose(billed(item="X-1", unit=""), [candidate(still_open="0")]) == []
    [proposal] = propose(billed(item="X-1"), [candidate()])
    assert proposal.score == 34


def test_lines_of_equal_weight_stand_in_the_order_of_their_numbers():
    lines = [candidate(2, order="PO-9"), candidate(1, order="PO-9"), candidate(3, order="PO-10")]

    found = propose(billed(item="BELT-12"), lines)

    assert [(one.order, one.order_line) for one in found] == [("PO-10", 3), ("PO-9", 1), ("PO-9", 2)]


words = st.sampled_from(["belt", "drive", "12", "mm", "filter", "air", "BELT-12"])
texts = st.lists(words, max_size=4).map(" ".join)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    item=st.sampled_from(["", "BELT-12", "belt12", "X"]),
    description=texts,
    ordered=st.lists(st.tuples(texts, st.sampled_from(["7.50", "8.00", "0"])), max_size=5),
    turned=st.booleans(),
)
def test_the_order_of_telling_does_not_matter_and_every_score_adds_up(item, description, ordered, turned):
    lines = [
        candidate(number, description=text, price=price) for number, (text, price) in enumerate(ordered, 1)
    ]
    line = billed(item=item, description=description)

    found = propose(line, lines)

    assert propose(line, lines[::-1] if turned else lines) == found
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.score == sum(point.weight for point in one.points)
        assert any(point.what in ("item", "description", "price") for point in one.points)


def test_a_proposal_is_no_link():
    """What is proposed is told; the billed line stays as it was."""
    line = billed(item="BELT-12")
    before = dataclasses.replace(line)

    propose(line, [candidate()])

    assert line == before


@pytest.mark.parametrize(
    ("line", "reference", "words"),
    [
        (
            {"item": "KX-9981"},
            ("kx 9981", "Riemen"),
            "this vendor's KX-9981 was linked to item BELT-12 before",
        ),
        (
            {"description": "Riemen, schwarz"},
            ("", "riemen schwarz"),
            "these words of the vendor were linked to item BELT-12 before",
        ),
        ({"item": "KX-9981"}, ("KX-9982", ""), None),
        ({"item": "KX-9981", "description": "Riemen"}, ("", "Riemen"), None),
        ({"description": "Riemen"}, ("", "Kette"), None),
        ({}, ("", ""), None),
    ],
    ids=[
        "its number",
        "its words",
        "another number",
        "words of what had no number",
        "other words",
        "nothing",
    ],
)
def test_what_a_person_linked_before_speaks_for_its_item(line, reference, words):
    known = [Reference(*reference, meant="BELT-12")]

    found = propose(billed(unit_price=None, **line), [candidate()], references=known)

    assert [point.words for one in found for point in one.points if point.what == "item"] == [words][
        : bool(words)
    ]


def test_an_item_that_is_named_needs_no_reference():
    known = [Reference("BELT-12", "", meant="BELT-12")]

    [proposal] = propose(billed(item="BELT-12"), [candidate()], references=known)

    assert proposal.points[0].words == "the same item BELT-12"


@pytest.mark.parametrize(
    ("quantity", "rooms", "shares"),
    [
        ("10", ["6", "4"], ["6", "4"]),
        ("10", ["6", "8"], ["6", "4"]),
        ("10", ["12", "8"], ["10", "0"]),
        ("10", ["6", "-2", "3"], ["7", "0", "3"]),
        ("10", ["0", "0"], ["10", "0"]),
        ("10", [], []),
    ],
)
def test_a_billed_quantity_is_spread_over_what_is_open(quantity, rooms, shares):
    found = spread(Decimal(quantity), [Decimal(room) for room in rooms])

    assert found == [Decimal(share) for share in shares]


def points(found: list[Proposal]) -> list[tuple[str, int, str]]:
    return [(point.what, point.weight, point.words) for one in found for point in one.points]


def test_less_than_is_open_says_how_much_is():
    found = points(propose(billed(quantity="10", item="BELT-12", unit_price=None), [candidate()]))

    assert found == [
        ("item", 40, "the same item BELT-12"),
        ("unit", 4, "the same unit PCS"),
        ("quantity", 6, "40 PCS are still open"),
    ]


@pytest.mark.parametrize(("quantity", "still_open"), [("0", "0"), ("0", "40"), ("41", "40")])
def test_a_quantity_of_nothing_or_of_more_than_is_open_speaks_for_nothing(quantity, still_open):
    line = billed(quantity=quantity, item="BELT-12", unit_price=None)

    assert "quantity" not in {what for what, *_ in points(propose(line, [candidate(still_open=still_open)]))}


def test_a_line_without_a_unit_is_held_against_what_is_open():
    line = billed(item="BELT-12", unit="", unit_price=None)

    assert points(propose(line, [candidate()]))[1:] == [("quantity", 10, "just the 40 PCS still open")]


@pytest.mark.parametrize("text", ["be lt 12, black", "BELT 12", "belt-12"])
def test_an_item_stands_in_the_text_in_up_to_three_words(text):
    found = points(propose(billed(description=text, unit_price=None), [candidate(description="")]))

    assert found[0] == ("item", 28, "the text names item BELT-12")


def test_an_item_of_four_signs_is_long_enough_for_a_text():
    found = points(propose(billed(item="KX99"), [candidate(item="", description="Belt KX99")]))

    assert found[0] == ("item", 28, "the order's text names KX99")


def test_prices_of_different_bases_are_brought_to_one():
    by_hundred = candidate(price="750", price_base=Decimal(100))

    assert ("price", 20, "the same price of 7.50") in points(propose(billed(), [by_hundred]))


@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_price_base_of_nothing_is_no_price(base):
    line = dataclasses.replace(billed(item="BELT-12"), price_base=Decimal(base))
    on = candidate(price_base=Decimal(base))

    for found in (propose(line, [candidate()]), propose(billed(item="BELT-12"), [on])):
        assert "price" not in {what for what, *_ in points(found)}


def test_likeness_weighs_in_whole_points():
    found = points(propose(billed(description="Drive belt 14 mm", unit_price=None), [candidate()]))

    assert found[0] == ("description", 28, "descriptions 94 % alike")


def test_price_and_unit_alone_are_just_enough_and_the_line_is_told():
    [proposal] = propose(billed(quantity="400"), [candidate()])

    assert (proposal.score, proposal.item, proposal.description) == (24, "BELT-12", "Drive belt 12 mm")

"""Each fault of a day is found, named and owned, and what agrees is not flagged."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation.totals import Fate, Figures, InBC, Kind, Ours, Told, compare, of_bc, of_portal, sentence

D = Decimal
DAY = datetime.date(2026, 11, 27)
BERLIN = ZoneInfo("Europe/Berlin")


def ours(number: str, quantity: str = "4", amount: str = "50", **values: Any) -> Ours:
    figures = Figures(D(quantity), D(amount), "EUR")
    told = {"fate": Fate.POSTED, "told": figures, "sent": figures, "bc_number": f"BC-{number}"}
    return Ours(number, **told | {"keys": frozenset({f"BC-{number}"})} | values)


def in_bc(number: str, quantity: str = "4", amount: str = "50", **values: Any) -> InBC:
    name = f"BC-{number}"
    told = {"day": DAY, "keys": frozenset({name}), "figures": Figures(D(quantity), D(amount), "EUR")}
    return InBC(name, **told | values)


def told(*numbers: str, **values: Any) -> Told:
    return Told(**{"count": len(numbers), "numbers": numbers} | values)


def found(cafm: Told | None, here: list[Ours], bc: list[InBC] | None, **days: datetime.date) -> list[Any]:
    differences = compare(Kind.RECEIPT, DAY, told=cafm, ours=here, in_bc=bc, days_here=days)
    return [(each.cause.value, each.number, each.owner) for each in differences]


def test_a_day_that_agrees_has_no_differences() -> None:
    cafm = told("A", "B", quantity=D(8), amounts={"EUR": D(100)})

    assert found(cafm, [ours("A"), ours("B")], [in_bc("A"), in_bc("B")]) == []


@pytest.mark.parametrize(
    ("cafm", "here", "bc", "expected"),
    [
        (told("A", "B"), [ours("A")], [in_bc("A")], ("missing", "B", "CAFM")),
        (told("A"), [ours("A"), ours("B")], [in_bc("A"), in_bc("B")], ("extra", "B", "CAFM")),
        (Told(2), [ours("A")], [in_bc("A")], ("unnamed", "", "CAFM")),
        (told("A", count=2), [ours("A")], [in_bc("A")], ("contradicts", "", "CAFM")),
        (told("A", quantity=D(5)), [ours("A")], [in_bc("A")], ("told_quantity", "", "CAFM")),
        (told("A", amounts={"EUR": D(51)}), [ours("A")], [in_bc("A")], ("told_amount", "", "CAFM")),
        (None, [ours("A")], [], ("gone", "A", "Stores")),
        (None, [ours("A")], [in_bc("A"), in_bc("A")], ("doubled", "A", "Finance controller")),
        (None, [ours("A")], [in_bc("A", "3")], ("bc_quantity", "A", "Stores")),
        (None, [ours("A")], [in_bc("A", amount="60")], ("bc_amount", "A", "Stores")),
        (None, [ours("A")], [in_bc("A", day=DAY.replace(day=28))], ("bc_day", "A", "Finance controller")),
        (None, [], [in_bc("X")], ("beside", "BC-X", "Finance controller")),
        (None, [], [in_bc("X", is_marked=True)], ("unknown", "BC-X", "Integration admin")),
        (None, [ours("A", fate=Fate.WAITING)], [], ("waiting", "A", "Stores")),
        (None, [ours("A", fate=Fate.STUCK, owner="Ines")], [], ("stuck", "A", "Ines")),
        (None, [ours("A", fate=Fate.MOVING)], [], ("moving", "A", "Integration admin")),
        (None, [ours("A", fate=Fate.STUCK)], [in_bc("A")], ("there_already", "A", "Integration admin")),
        (None, [ours("A", fate=Fate.WAITING)], None, ("waiting", "A", "Stores")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_fault_is_named_and_owned_and_nothing_else_is(
    cafm: Told | None, here: list[Ours], bc: list[InBC] | None, expected: tuple[str, str, str]
) -> None:
    assert found(cafm, here, bc) == [expected]


def test_a_document_of_another_day_is_not_missing() -> None:
    assert found(told("A"), [], [], A=DAY.replace(day=26)) == [("other_day", "A", "CAFM")]


def twice(one: Any, two: str) -> list[Any]:
    """Give a document and another one that came under the same number."""
    keys = frozenset({f"BC-{two}"})
    return [one, replace(one, keys=keys, **{"bc_number": f"BC-{two}"} if isinstance(one, Ours) else {})]


def test_the_same_number_of_two_vendors_is_counted_twice() -> None:
    here, bc = twice(ours("A"), "A2"), twice(in_bc("A"), "A2")

    assert found(told("A", "A", quantity=D(8), amounts={"EUR": D(100)}), here, bc) == []
    assert found(told("A", "A"), here[:1], bc[:1]) == [("missing", "A", "CAFM")]
    assert found(told("A"), here, bc) == [("extra", "A", "CAFM")]
    assert found(told("A", "A", quantity=D(9)), here, bc) == [("told_quantity", "", "CAFM")]


def test_what_bc_owns_is_not_asked_of_the_cafm() -> None:
    assert found(told("A"), [ours("A"), ours("B", from_cafm=False)], [in_bc("A"), in_bc("B")]) == []


def test_what_the_portal_has_under_another_day_is_not_beside_it() -> None:
    assert found(None, [], [in_bc("A", is_known=True)]) == []


def test_half_cents_of_lines_are_no_difference() -> None:
    here = ours("A", amount="50.0149")

    assert found(None, [replace(here, sent=replace(here.sent, lines=3))], [in_bc("A")]) == []
    assert found(None, [here], [in_bc("A")]) == [("bc_amount", "A", "Stores")]


def test_a_quantity_that_lacks_names_the_document_that_has_it() -> None:
    cafm = told("A", "B", quantity=D(4))
    here = [ours("A", "4"), ours("B", "7")]

    (difference,) = compare(Kind.RECEIPT, DAY, told=cafm, ours=here, in_bc=None, days_here={})

    assert difference.number == "B"
    assert difference.sentence == "The CAFM adds up 4, here it is 11. Just that quantity has B."


FAULTS = {
    "waiting": lambda n: (ours(n, fate=Fate.WAITING), []),
    "gone": lambda n: (ours(n), []),
    "doubled": lambda n: (ours(n), [in_bc(n), in_bc(n)]),
    "bc_quantity": lambda n: (ours(n), [in_bc(n, "5")]),
    "bc_amount": lambda n: (ours(n), [in_bc(n, amount="51")]),
    "": lambda n: (ours(n), [in_bc(n)]),
}


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine everything is
@given(st.lists(st.sampled_from(sorted(FAULTS)), max_size=30))
def test_any_mix_of_faults_is_found_to_the_last_one(faults: list[str]) -> None:
    made = [(f"N{place:02}", fault, FAULTS[fault](f"N{place:02}")) for place, fault in enumerate(faults)]
    here = [one for _number, _fault, (one, _rows) in made]
    bc = [row for _number, _fault, (_one, rows) in made for row in rows]

    differences = compare(Kind.RECEIPT, DAY, told=None, ours=here, in_bc=bc, days_here={})

    assert [(each.cause.value, each.number) for each in differences] == [
        (fault, number) for number, fault, _made in made if fault
    ]
    if not differences:
        there = of_bc(bc, DAY)
        assert there is not None
        assert (of_portal(here).count, of_portal(here).amounts) == (there.count, there.amounts)


def test_the_morning_is_said_in_one_sentence() -> None:
    since = datetime.datetime(2026, 11, 27, 8, 12, tzinfo=datetime.UTC)
    late = ours("GRN-1043", fate=Fate.WAITING, why="unit BX", since=since)
    differences = compare(Kind.RECEIPT, DAY, told=None, ours=[late], in_bc=[], days_here={})

    said = sentence(Kind.RECEIPT, 41, 42, differences, day=DAY, zone=BERLIN)

    assert said == (
        "41 of 42 of yesterday's receipts are posted; GRN-1043 waits for unit BX, owner Stores, since 09:12."
    )


def test_a_day_that_went_well_is_said_shortly() -> None:
    many = sentence(Kind.ORDER, 42, 42, [], day=DAY, zone=BERLIN)

    assert many == "All 42 of yesterday's orders are posted."
    assert sentence(Kind.ORDER, 1, 1, [], day=DAY, zone=BERLIN) == "Yesterday's order is posted."

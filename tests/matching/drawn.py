"""Match cases drawn at random: belts with what may befall them, and figures at the edge of the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from .asking import (
    Json,
    confirmation,
    invoice,
    invoice_line,
    order,
    order_line,
    receipt,
    receipt_line,
    return_,
    rule,
)
from .asking import question as asked

CHECKS = [
    "price", "line_total", "quantity_ordered", "quantity_received", "quantity_accepted", "accepted_amount",
    "unit_ratio", "charge", "tax", "total", "rate", "early", "large_amount",
]  # fmt: skip
LEVELS = ["none", "two_way", "three_way", "four_way"]
UNITS = [
    {"item": "BELT", "unit": "BOX", "per_base": "12"},
    {"item": "BELT", "unit": "TRIO", "per_base": "3"},
]
EXTREMES = [
    "0", "1", "-1", "0.01", "3", "-0",
    "0.000000000000000001", "9999999999999999999", "-9999999999999999999", "1000000000000000000",
    "7.123456789012345678", "9999999999999999999.999999999999999999",
]  # fmt: skip


def texts(low: str, high: str, places: int) -> st.SearchStrategy[str]:
    """Give decimal strings as people write them."""
    return st.decimals(low, high, places=places, allow_nan=False).map(lambda figure: f"{figure:f}")


quantities = texts("0", "60", 3)
prices = texts("0", "20", 2)
units = st.sampled_from(["PCS", "BOX", "TRIO"])
limits = st.fixed_dictionaries(
    {},
    optional={
        "percent": texts("0", "40", 1),
        "amount": texts("0", "90", 0),
        "quantity": texts("0", "9", 0),
    },
)


@st.composite
def tolerances(draw: Any) -> list[Json]:
    return [
        rule(
            check,
            upper=draw(limits),
            lower=draw(limits),
            below=draw(st.sampled_from(["ignore", "warn", "block"])),
            combine=draw(st.sampled_from(["all", "any"])),
        )
        for check in draw(st.lists(st.sampled_from(CHECKS), unique=True, max_size=13))
    ]


@st.composite
def questions(draw: Any) -> Json:
    """Make a case about belts on up to three order lines, with what may befall them."""
    numbers = range(1, draw(st.integers(1, 3)) + 1)
    lines = [_ordered(draw, number) for number in numbers]
    returned = st.lists(st.sampled_from(["2026-03-12", "2026-03-25"]), max_size=2, unique=True)
    billed = [_billed(draw, index, numbers) for index in range(1, draw(st.integers(1, 4)) + 1)]
    return asked(
        units=UNITS,
        orders=[order(*lines, tax=draw(prices), charges=_freight("5.00"))],
        receipts=[_received(draw, index, numbers) for index in range(draw(st.integers(0, 2)))],
        returns=[_went_back(draw, day, numbers) for day in draw(returned)],
        confirmations=[confirmation(draw(st.sampled_from(numbers)), amount=draw(prices))],
        earlier=[_earlier(draw, index, numbers) for index in range(draw(st.integers(0, 2)))],
        invoice=invoice(*billed, tax=draw(prices), type=draw(st.sampled_from(["invoice", "credit_memo"]))),
        rules=draw(tolerances()),
        levels=_level(draw(st.sampled_from(LEVELS[1:]))),
    )


def _level(level: str) -> list[Json]:
    return [{"vendor": None, "item": None, "level": level}]


def _freight(amount: str) -> list[Json]:
    return [{"code": "FREIGHT", "amount": amount}]


def _ordered(draw: Any, number: int) -> Json:
    service = {"kind": "service", "item": ""} if draw(st.integers(0, 5)) == 0 else {}
    return order_line(
        number,
        quantity=draw(quantities),
        unit=draw(units),
        unit_price=draw(prices),
        discount=draw(st.sampled_from(["0", "1.50"])),
        delivery_date=draw(st.sampled_from([None, "2026-03-25"])),
        charges=draw(st.sampled_from([[], _freight("9.00")])),
        **service,
    )


def _received(draw: Any, index: int, numbers: Sequence[int]) -> Json:
    lines = [
        receipt_line(draw(quantities), number, unit=draw(units), accepted=draw(st.none() | quantities))
        for number in draw(st.lists(st.sampled_from(numbers), max_size=3))
    ]
    return receipt(*lines, number=f"GR-{index}")


def _went_back(draw: Any, day: str, numbers: Sequence[int]) -> Json:
    quantity = draw(quantities)
    rejected = draw(st.sampled_from([None, "0", quantity]))
    return return_(quantity, draw(st.sampled_from(numbers)), rejected=rejected, date=day)


def _earlier(draw: Any, index: int, numbers: Sequence[int]) -> Json:
    return invoice(
        invoice_line(draw(st.sampled_from(numbers)), quantity=draw(quantities), unit=draw(units)),
        number=f"R-{index}",
        date="2026-03-05",
        type=draw(st.sampled_from(["invoice", "invoice", "credit_memo"])),
        state=draw(st.sampled_from(["posted", "pending"])),
    )


def _billed(draw: Any, index: int, numbers: Sequence[int]) -> Json:
    return invoice_line(
        index,
        order_line=draw(st.sampled_from([*numbers, 9])),
        item=draw(st.sampled_from(["BELT", ""])),
        quantity=draw(texts("-5", "60", 3)),
        unit=draw(units),
        unit_price=draw(prices),
    )


# --- any figure at all ---

figures = st.sampled_from(EXTREMES) | texts("-1e18", "1e18", 18)
bounds = figures.map(lambda text: text.lstrip("-"))
wild_units = st.sampled_from(["PCS", "BOX", "KG", ""])
currencies = st.sampled_from(["EUR", "SEK", ""])


@st.composite
def wild(draw: Any) -> Json:
    """Make a case whose every figure may be anything that the form lets in."""
    both = {"percent": draw(bounds), "amount": draw(bounds), "quantity": draw(bounds)}
    billed = [_wild_billed(draw, number) for number in (1, 2)]
    return asked(
        rates=[_wild_rate(draw)],
        items=[{"number": "BELT", "base_unit": draw(wild_units), "rounding_precision": draw(figures)}],
        units=[{"item": "BELT", "unit": unit, "per_base": draw(figures)} for unit in ("BOX", "KG")],
        orders=[
            order(_wild_ordered(draw), currency=draw(currencies), charges=_freight(draw(figures)))
            | _some(draw, figures, "tax", "discount", "rounding")
        ],
        receipts=[receipt(_wild_received(draw))],
        returns=[return_(draw(figures), date="2026-03-25")],
        confirmations=[confirmation(**_some(draw, st.none() | figures, "quantity", "amount"))],
        earlier=[{**invoice(total="0"), "number": "R-1", "lines": billed[:1], "state": "posted"}],
        invoice=_wild_invoice(draw, billed),
        rules=[rule(check, upper=both, lower=both) for check in CHECKS],
        levels=_level(draw(st.sampled_from(LEVELS))),
        overrides=[{"code": "PRICE_OVER", "line": 1, **_some(draw, figures, "quantity", "amount")}],
    )


def _some(draw: Any, strategy: st.SearchStrategy[Any], *names: str) -> Json:
    return {name: draw(strategy) for name in names}


def _wild_rate(draw: Any) -> Json:
    amounts = _some(draw, figures, "exchange_amount", "relational_amount")
    return {"currency": "SEK", "from": "2026-01-01", **amounts}


def _wild_ordered(draw: Any) -> Json:
    return order_line(
        **_some(draw, figures, "quantity", "unit_price", "price_base", "discount"),
        unit=draw(wild_units),
        price_unit=draw(st.sampled_from([None, "KG"])),
        planned_ratio=draw(st.none() | figures),
        delivery_date="2027-01-01",
        charges=_freight(draw(figures)),
        kind=draw(st.sampled_from(["item", "service"])),
    )


def _wild_received(draw: Any) -> Json:
    return receipt_line(
        draw(figures), unit=draw(wild_units), **_some(draw, st.none() | figures, "accepted", "price_quantity")
    )


def _wild_billed(draw: Any, number: int) -> Json:
    return {
        **invoice_line(number, order_line=1, unit_price="0"),
        **_some(draw, figures, "quantity", "price_base", "discount"),
        **_some(draw, st.none() | figures, "unit_price", "price_quantity", "amount"),
        "unit": draw(wild_units),
        "charges": _freight(draw(figures)),
    }


def _wild_invoice(draw: Any, billed: list[Json]) -> Json:
    return {
        **invoice(total="0"),
        **_some(draw, figures, "tax", "discount", "rounding", "total"),
        "currency": draw(currencies),
        "type": draw(st.sampled_from(["invoice", "credit_memo", "prepayment", "retention_release"])),
        "lines": billed,
        "retention_percent": draw(st.none() | figures),
    }

"""What holds for every case: order does not matter, no limit bites for being higher, nothing crashes."""

from __future__ import annotations

import copy
import random
from decimal import Decimal
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reconciliation.matching import answer, case_from, match, question
from reconciliation.matching.allocation import allocate
from reconciliation.matching.exact import money, plain, rounded, settle, shown, trimmed

from .asking import (
    Json,
    ask,
    codes,
    invoice,
    invoice_line,
    order,
    order_line,
    receipt,
    receipt_line,
    return_,
    rule,
    strict,
)
from .drawn import CHECKS, LEVELS, questions, texts, units, wild

tried = settings(max_examples=60, deadline=None, derandomize=True)
tried_hard = settings(tried, max_examples=120)

GRAVITY = ["info", "warn", "block"]
OUTCOMES = ["clean", "within", "warning", "blocked", "unreadable"]


def judged(case: Json) -> Json:
    return answer(match(case_from(case)))


ZERO = Decimal(0)
NOTHING_CAME = "NO_RECEIPT"
QUANTITY_CHECKS = ("quantity_ordered", "quantity_received", "quantity_accepted", "line_total")
CUMULATIVE = (
    "OVER_RECEIVED",
    "OVER_ACCEPTED",
    "OVER_ORDERED",
    "LINE_TOTAL",
    "AMOUNT_OVER_ACCEPTED",
    NOTHING_CAME,
)
PER_BASE = {"PCS": 1, "BOX": 12, "TRIO": 3}


def _excesses(given: Json) -> dict[tuple[str, int], Decimal]:
    """Give what is too much by check and line; where nothing came, all of it is."""
    codes = ("OVER_RECEIVED", "OVER_ACCEPTED", NOTHING_CAME)
    return {
        (found["code"], found["line"]): Decimal(found["variance"])
        for found in given["findings"]
        if found["code"] in codes
    }


def _of_accepted(given: Json) -> list[Json]:
    """Give what is said of the accepted quantity."""
    return [found for found in given["findings"] if found["check"] == "quantity_accepted"]


def _parted(line: Json, share: Decimal) -> tuple[Json, Json]:
    quantity = Decimal(line["quantity"])
    first = (quantity * share).quantize(Decimal("0.001"))
    price = Decimal(line["unit_price"])
    return tuple(  # type: ignore[return-value]
        {**line, "quantity": str(part), "amount": str(part * price)} for part in (first, quantity - first)
    )


def _final(given: Json, lines: list[Json]) -> dict[tuple[str, int], Decimal]:
    """Give the largest variance by reason and order line: the last line counts all before it."""
    billed_on = {line["line"]: line["order_line"] for line in lines}
    found: dict[tuple[str, int], Decimal] = {}
    for each in given["findings"]:
        if each["code"] in CUMULATIVE and Decimal(each["variance"]) > 0:
            key = (each["code"], billed_on[each["line"]])
            found[key] = max(found.get(key, ZERO), Decimal(each["variance"]))
    return found


def _near(one: Decimal, other: Decimal) -> bool:
    """Compare figures that are shown with nine decimals."""
    return abs(one - other) <= Decimal("0.000000002") * (1 + abs(other))


def _broken(found: Json, limit: Json, base: Decimal, variance: Decimal) -> bool:
    """Tell whether a limit that is told as broken is: EUR is the ledger's currency here."""
    value = Decimal(limit["value"])
    sizes = {"percent": variance * 100 / abs(base) if base else None, "quantity": variance}
    if limit["limit"] == "amount":
        size = Decimal(found["amount"]) if found["amount"] is not None else None
    else:
        size = sizes[limit["limit"]]
    return size is None or abs(size) > value


def _assert_worth(case: Json, found: Json, variance: Decimal) -> None:
    """Value a quantity again: at the order's price, less its discount, per base unit."""
    written = {line["line"]: line for line in case["invoice"]["lines"]}[found["line"]]
    [on] = [line for line in case["orders"][0]["lines"] if line["line"] == written["order_line"]]
    quantity, price = Decimal(on["quantity"]), Decimal(on["unit_price"])
    pieces = quantity * (PER_BASE[on["unit"]] if on["kind"] == "item" else 1)
    if pieces and found["check"] != "unit_ratio":
        expected = (quantity * price - Decimal(on["discount"])) / pieces * variance
        assert _near(Decimal(found["amount"]), expected)


def reasons(given: Json) -> set[tuple[str, int | None, str | None]]:
    return {(found["code"], found["line"], found["subject"]) for found in given["findings"]}


@tried
@given(case=questions(), seed=st.integers(0, 99))
def test_the_order_in_which_things_are_told_does_not_matter(case, seed):
    shuffled = copy.deepcopy(case)
    shuffle = random.Random(seed).shuffle
    for rows in (
        shuffled["invoice"]["lines"],
        shuffled["receipts"],
        shuffled["returns"],
        shuffled["earlier"],
        shuffled["units"],
        shuffled["orders"][0]["lines"],
        *(row["lines"] for row in shuffled["receipts"]),
    ):
        shuffle(rows)

    assert judged(shuffled) == judged(case)


@tried
@given(case=questions())
def test_matching_twice_gives_the_same_and_so_does_the_stored_question(case):
    read = case_from(case)

    assert match(read) == match(read) == match(case_from(question(read)))


@tried
@given(case=questions(), share=texts("0.001", "0.999", 3))
def test_splitting_a_receipt_does_not_matter(case, share):
    split = copy.deepcopy(case)
    for row in split["receipts"]:
        parts = []
        for line in row["lines"]:
            whole = {name: Decimal(line[name]) for name in ("received", "accepted") if line[name] is not None}
            first = {name: amount * Decimal(share) for name, amount in whole.items()}
            rest = {name: amount - first[name] for name, amount in whole.items()}
            parts += [
                {**line, **{name: str(amount) for name, amount in part.items()}} for part in (first, rest)
            ]
        row["lines"] = parts
    for row in list(split["receipts"]):
        last = row["lines"][-1:]
        row["lines"] = row["lines"][:-1]
        split["receipts"].append({**row, "number": f"{row['number']}-B", "lines": last})

    assert judged(split) == judged(case)


@tried
@given(case=questions(), more=texts("0", "30", 2), which=st.sampled_from(["percent", "amount", "quantity"]))
def test_a_higher_limit_never_adds_a_finding_nor_makes_one_graver(case, more, which):
    looser = copy.deepcopy(case)
    for stated in looser["policy"]["rules"]:
        for side in ("upper", "lower"):
            if which in stated[side]:
                stated[side][which] = str(Decimal(stated[side][which]) + Decimal(more))

    strict, loose = judged(case), judged(looser)

    assert reasons(loose) <= reasons(strict)
    effects = {(f["code"], f["line"], f["subject"]): f["effect"] for f in strict["findings"]}
    for found in loose["findings"]:
        before = effects[found["code"], found["line"], found["subject"]]
        assert GRAVITY.index(found["effect"]) <= GRAVITY.index(before)
    assert OUTCOMES.index(loose["outcome"]) <= OUTCOMES.index(strict["outcome"])


@tried
@given(case=questions(), factor=st.sampled_from(["2", "8", "0.5", "1000"]))
def test_a_base_unit_of_another_size_changes_no_verdict(case, factor):
    """Count the item in pieces of another size: the same goods in other numbers have the same reasons."""
    times = Decimal(factor)
    scaled = copy.deepcopy(case)
    scaled["items"] = [{**row, "base_unit": "BIT", "rounding_precision": "0"} for row in scaled["items"]]
    case["items"] = [{**row, "rounding_precision": "0"} for row in case["items"]]
    scaled["units"] = [
        {**row, "per_base": str(Decimal(row["per_base"]) * times)} for row in scaled["units"]
    ] + [{"item": "BELT", "unit": "PCS", "per_base": factor}]
    for stated in scaled["policy"]["rules"]:
        for side in ("upper", "lower"):
            if stated[side].get("quantity") is not None:
                stated[side]["quantity"] = str(Decimal(stated[side]["quantity"]) * times)
    assume(all(line["kind"] == "item" for line in scaled["orders"][0]["lines"]))

    here, there = judged(case), judged(scaled)

    assert there["outcome"] == here["outcome"]
    for one, other in zip(here["findings"], there["findings"], strict=True):
        same = ("code", "line", "subject", "effect", "check", "percent", "amount")
        assert {name: one[name] for name in same} == {name: other[name] for name in same}
        if one["unit"]:
            assert Decimal(other["variance"]) == Decimal(one["variance"]) * times


@tried
@given(case=questions(), came=texts("0", "60", 3), back=texts("0.001", "9", 3))
def test_what_is_sent_twice_counts_once(case, came, back):
    case["policy"]["rules"] = strict(*QUANTITY_CHECKS)  # so that every piece counted twice is seen
    case["receipts"].append(receipt(receipt_line(came, accepted=came), number="GR-9"))
    case["returns"].append(return_(back, number="RT-9"))
    twice = copy.deepcopy(case)
    for name in ("receipts", "returns", "confirmations", "earlier"):
        twice[name] = [*twice[name], *copy.deepcopy(twice[name])]

    assert judged(twice) == judged(case)


@tried_hard
@given(case=questions(), more=texts("0.001", "60", 3), back=texts("0", "90", 3), unit=units, data=st.data())
def test_a_further_accepted_receipt_never_enlarges_an_excess(case, more, back, unit, data):
    """Whatever came before: also where more is said to have gone back than is known to have come."""
    number = data.draw(st.sampled_from([line["line"] for line in case["orders"][0]["lines"]]))
    case["returns"].append(return_(back, number, number="RT-9"))
    further = copy.deepcopy(case)
    further["receipts"].append(receipt(receipt_line(more, number, unit=unit, accepted=more), number="GR-9"))

    before, after = _excesses(judged(case)), _excesses(judged(further))

    for (check, line), excess in after.items():
        assert excess <= max(before.get((check, line), ZERO), before.get((NOTHING_CAME, line), ZERO))


@tried_hard
@given(
    case=questions(),
    came=texts("0", "60", 3),
    rejected=texts("0.001", "60", 3),
    share=st.integers(1, 10),
    day=st.sampled_from([None, "2026-03-12", "2026-03-25"]),
    unit=units,
    data=st.data(),
)
def test_rejected_goods_that_go_back_never_change_what_is_accepted(
    case, came, rejected, share, day, unit, data
):
    number = data.draw(st.sampled_from([line["line"] for line in case["orders"][0]["lines"]]))
    all_of_it = str(Decimal(came) + Decimal(rejected))
    case["policy"]["levels"] = [{"level": "four_way"}]
    case["receipts"] = [receipt(receipt_line(all_of_it, number, accepted=came, rejected=rejected, unit=unit))]
    case["returns"] = []
    back = str(Decimal(rejected) * share / 10)
    gone = copy.deepcopy(case)
    gone["returns"] = [return_(back, number, rejected=back, unit=unit, date=day)]

    assert _of_accepted(judged(gone)) == _of_accepted(judged(case))


@tried
@given(case=questions(), back=texts("0.001", "60", 3), share=st.integers(0, 10), data=st.data())
def test_goods_said_to_be_rejected_leave_no_less_accepted_than_goods_nobody_speaks_of(
    case, back, share, data
):
    number = data.draw(st.sampled_from([line["line"] for line in case["orders"][0]["lines"]]))
    told, silent = copy.deepcopy(case), copy.deepcopy(case)
    silent["returns"].append(return_(back, number, number="RT-9"))
    rejected = str(Decimal(back) * share / 10)
    told["returns"].append(return_(back, number, rejected=rejected, number="RT-9"))

    some, most = _excesses(judged(told)), _excesses(judged(silent))

    assert some.keys() <= most.keys()
    for key, excess in some.items():
        assert excess <= most[key]


@tried
@given(case=questions(), share=texts("0.1", "0.9", 1))
def test_splitting_an_invoice_never_lowers_the_final_variance(case, share):
    """Bill the same in two invoices: what is too much in all is no less for it."""
    case["invoice"] = {**case["invoice"], "type": "invoice"}
    lines = [line for line in case["invoice"]["lines"] if Decimal(line["quantity"]) > Decimal("0.01")]
    assume(lines)
    case["invoice"]["lines"] = lines
    first, rest = zip(*(_parted(line, Decimal(share)) for line in lines), strict=True)
    split = copy.deepcopy(case)
    split["earlier"].append(
        {
            **case["invoice"],
            "number": "R-900-A",
            "date": "2026-03-19",
            "lines": list(first),
            "state": "pending",
        }
    )
    split["invoice"]["lines"] = list(rest)

    whole, parted = _final(judged(case), lines), _final(judged(split), lines)

    assert whole.keys() <= parted.keys()
    for key, variance in whole.items():
        assert parted[key] >= variance


@tried
@given(case=questions())
def test_every_figure_recomputes_from_its_base(case):
    rules = {stated["check"]: stated for stated in case["policy"]["rules"]}

    for found in judged(case)["findings"]:
        if found["base"] is None:
            continue
        base, actual, variance = (Decimal(found[name]) for name in ("base", "actual", "variance"))
        assert _near(variance, actual - base)
        if base:
            assert found["percent"] is None or _near(Decimal(found["percent"]), variance * 100 / abs(base))
        else:
            assert found["percent"] is None
        for limit in found["broken"] if found["code"] != "DISCOUNT" else ():  # it is held with its price
            side = rules[found["check"]]["upper" if variance > 0 else "lower"]
            assert Decimal(limit["value"]) == Decimal(side[limit["limit"]])
            assert _broken(found, limit, base, variance)
        if found["check"] in ("line_total", "accepted_amount", "tax", "total", "charge"):
            assert Decimal(found["amount"]) == variance or found["code"] == "OVER_CREDIT"
        if found["unit"] and found["amount"] is not None and variance:
            _assert_worth(case, found, variance)


@tried
@given(
    accepted=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    price=texts("0.01", "999", 2),
    level=st.sampled_from(LEVELS),
    data=st.data(),
)
def test_no_more_than_accepted_at_the_orders_price_is_clean(accepted, price, level, data):
    came = sum(accepted)
    billed = data.draw(st.integers(1, came))
    part = data.draw(st.integers(0, billed))
    lines = [(1, billed - part), (2, part)]

    given_ = ask(
        rules=[rule(check, upper={"percent": "0"}) for check in CHECKS if check != "large_amount"],
        levels=[{"vendor": None, "item": None, "level": level}],
        orders=[order(order_line(quantity=str(came), unit_price=price))],
        receipts=[
            receipt(receipt_line(str(count + 3), accepted=str(count), rejected="3"), number=f"GR-{index}")
            for index, count in enumerate(accepted)
        ],
        invoice=invoice(
            *(
                invoice_line(number, order_line=1, quantity=str(count), unit_price=price)
                for number, count in lines
                if count
            )
        ),
    )

    assert given_["outcome"] == "clean"
    assert set(codes(given_)) <= {"CLOSES_WITH_EXTRA"}


@tried
@given(extra=texts("0.001", "1000000", 3), price=texts("0.01", "99999", 2))
def test_anything_more_than_accepted_is_blocked_and_worth_its_price(extra, price):
    given_ = ask(
        rules=[rule("quantity_accepted", upper={"percent": "0"})],
        levels=[{"vendor": None, "item": None, "level": "four_way"}],
        orders=[order(order_line(quantity="40", unit_price=price))],
        invoice=invoice(invoice_line(quantity=str(40 + Decimal(extra)), unit_price=price)),
    )

    [finding] = given_["findings"]
    assert (finding["code"], finding["effect"]) == ("OVER_ACCEPTED", "block")
    assert Decimal(finding["variance"]) == Decimal(extra)
    assert Decimal(finding["amount"]) == Decimal(extra) * Decimal(price)


@tried_hard
@given(case=wild())
def test_no_figure_that_the_form_lets_in_stops_the_engine(case):
    given_ = judged(case)

    assert given_["outcome"] in OUTCOMES
    for finding in given_["findings"]:
        for name in ("base", "actual", "variance", "percent", "amount"):
            assert finding[name] is None or Decimal(finding[name]).is_finite()
        assert finding["sentence"].endswith((".", "?"))


@tried
@given(st.decimals(allow_nan=False, allow_infinity=False))
@example(Decimal("1e-30"))
@example(Decimal("9" * 200 + "." + "9" * 50))
@example(Decimal("-0.00"))
@example(Decimal("1e300"))
def test_a_figure_of_any_length_is_written_without_loss_and_rounded_by_less_than_a_half(figure):
    assume(abs(figure.adjusted()) < 400)

    assert Decimal(plain(figure)) == Decimal(money(figure)) == figure == trimmed(figure)
    assert "E" not in plain(figure) + money(figure)
    for near, places in ((shown(figure), 9), (settle(figure), 20), (rounded(figure, 2), 2)):
        assert abs(_exact(near) - _exact(figure)) * 2 * 10**places <= 1


def _exact(figure: Decimal) -> Any:
    from fractions import Fraction

    return Fraction(figure)


@tried
@given(case=questions())
def test_no_receipt_is_shared_out_twice_and_every_billed_piece_is_told(case):
    read = case_from(case)
    found = allocate(read)

    for row in read.receipts:
        for number in {line.order_line for line in row.lines}:
            factor = {"PCS": 1, "BOX": 12, "TRIO": 3, "": 1}
            there = sum(
                max(line.received, line.accepted or Decimal(0)) * factor[line.unit]
                for line in row.lines
                if line.order_line == number
            )
            taken = sum(s.quantity for s in found if s.receipt == row.number and s.order_line == number)
            assert taken <= there
    for line in read.invoice.lines:
        theirs = [share.quantity for share in found if share.line == line.line]
        factor = {"PCS": 1, "BOX": 12, "TRIO": 3}[line.unit]
        sign = -1 if read.invoice.type == "credit_memo" else 1
        assert not theirs or abs(sum(theirs) - sign * line.quantity * factor) < Decimal("0.01")

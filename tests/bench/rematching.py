"""Judging again: when the goods of thousands of invoices come, and when those of one come."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from masterdata.models import Company
from reconciliation import bulk, reconcile
from reconciliation.models import ExceptionCase, GoodsReceipt, SupplierInvoice
from tests.bench import history, matching
from tests.bench.house import House
from tests.bench.measuring import Result
from tests.bench.tables import tables

LINES = 10_000
ONES = 30  # receipts that come alone
SHORT = 0.050  # seconds
ROUNDS = 3


def match_again(house: House) -> list[Result]:
    """Let the goods come after the invoices: all at once, and one by one."""
    with tables(matching.BenchVerdict), history.house_of(LINES) as company:
        rounds = [_round(company) for _ in range(ROUNDS + 1)][1:]
        alone = list(_one_by_one(company))
    size = f"{LINES // 1000}k" if LINES >= 1000 else str(LINES)
    sql = f"one SQL of quantity and price into a logged table, {size} lines"
    kinds = (("", "seconds"), ("_processor", "processor"))
    return [
        *(
            matching.compared(f"match_touched_vs_sql_{size}{name}", sql, rounds, "ours", "sql", what, 0.5)
            for name, what in kinds
        ),
        *_alone("match_one_receipt", [each.seconds for each in alone]),
        *_alone("match_one_receipt_processor", [each.processor for each in alone]),
    ]


def _alone(name: str, seconds: list[float]) -> Iterator[Result]:
    """Tell how long one receipt takes as a rule, and how long when it takes long."""
    ordered = sorted(seconds)
    shares = statistics.quantiles(ordered, n=20)
    for share, took in ((50, shares[9]), (95, shares[18])):
        yield Result(
            f"{name}_p{share}",
            1000 * took,
            "ms",
            SHORT / took,
            "50 ms",
            len(ordered),
            SHORT / ordered[-1],
            SHORT / ordered[0],
            1,
        )


def _round(company: Company) -> matching.Round:
    history.forget_judgements(company)
    sql = matching.cost(lambda: matching.one_sql(company, LINES))
    _take_goods_away(company)
    matching.judge_the_rest()
    assert ExceptionCase.objects.filter(company=company).open().count() == LINES // history.LINES
    _let_goods_come(company)
    plain = matching.cost(lambda: _all_of(bulk.match_plain))
    rest = matching.cost(lambda: _all_of(matching.judge_the_rest))
    return matching.Round(plain, rest, sql, sql, [])


def _all_of(work: Callable[[], Any]) -> int:
    work()
    return LINES


def _one_by_one(company: Company) -> Iterator[matching.Cost]:
    orders = SupplierInvoice.objects.filter(company=company, status="ready").order_by("pk")
    for number in orders.values_list("order_number", flat=True)[:ONES]:
        _take_goods_away(company, order_number=number)
        reconcile.match_due()
        _let_goods_come(company, order_number=number)
        yield matching.cost(reconcile.match_due)


def _take_goods_away(company: Company, **which: str) -> None:
    GoodsReceipt.objects.filter(company=company, **which).update(status="cancelled")
    _let_be_judged(company, **which)


def _let_goods_come(company: Company, **which: str) -> None:
    GoodsReceipt.objects.filter(company=company, **which).update(status="posted")
    _let_be_judged(company, **which)


def _let_be_judged(company: Company, **which: str) -> None:
    SupplierInvoice.objects.filter(company=company, **which).update(match_due=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reconciliation_supplierinvoice")

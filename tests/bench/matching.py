"""Judging by the thousand: beside one SQL statement, and beside the loop that most portals are.

All is committed as in a house that works, in a company of its own that is taken away at the end.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Sum

from masterdata.models import Company
from reconciliation import bulk, reconcile
from reconciliation.models import (
    GoodsReceiptLine,
    InvoiceLine,
    PurchaseOrderLine,
    SupplierInvoice,
)
from tests.bench import history
from tests.bench.house import House
from tests.bench.measuring import Result
from tests.bench.tables import tables

SIZES = [10_000, 100_000]  # lines; a million takes long: --lines 1000000 --rounds 1
ROUNDS = 3
WARM_ENOUGH = 1_000_000  # lines: such a round takes minutes, and warms itself up
LOOPED = 500  # lines; the loop takes as long for each
TICKS = 1e9
FORK = multiprocessing.get_context("fork")

# The company's own lines, quantity and price only, a row each into a table that is logged.
ONE_SQL = """
INSERT INTO integration_benchverdict (line_id, status, quantity, price)
SELECT i.id, CASE WHEN o.id IS NULL THEN 'no order' WHEN g.accepted IS NULL THEN 'no receipt'
                  WHEN abs(i.unit_price - o.unit_price) > o.unit_price * 0.02 THEN 'price'
                  WHEN i.quantity > g.accepted THEN 'quantity' ELSE 'ok' END,
       i.quantity - coalesce(g.accepted, 0), i.unit_price - o.unit_price
  FROM reconciliation_invoiceline i
  JOIN reconciliation_supplierinvoice n ON n.id = i.invoice_id AND n.company_id = %(company)s AND n.match_due
  LEFT JOIN reconciliation_purchaseorder p ON p.number = i.order_number AND p.company_id = n.company_id
  LEFT JOIN reconciliation_purchaseorderline o ON o.order_id = p.id AND o.line = i.order_line
  LEFT JOIN (SELECT r.order_number, l.order_line, sum(l.quantity_accepted) AS accepted
               FROM reconciliation_goodsreceiptline l
               JOIN reconciliation_goodsreceipt r ON r.id = l.receipt_id AND r.company_id = %(company)s
              GROUP BY 1, 2) g ON g.order_number = i.order_number AND g.order_line = i.order_line
"""


class BenchVerdict(models.Model):
    """What the simple ways store for a line."""

    line_id = models.BigIntegerField()
    status = models.CharField(max_length=10)
    quantity = models.DecimalField(max_digits=24, decimal_places=5)
    price = models.DecimalField(max_digits=28, decimal_places=8, null=True)

    class Meta:
        app_label = "integration"

    def __str__(self) -> str:
        return f"{self.line_id} {self.status}"


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: on the clock, and of the processors (this process and its database's)."""

    seconds: float
    processor: float
    lines: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.processor + other.processor, self.lines)


@dataclass(frozen=True)
class Round:
    plain: Cost
    rest: Cost
    sql: Cost
    loop: Cost
    memory: list[float]
    shared: Cost | None = None
    """By two workers at once, as in a house of any size."""

    @property
    def ours(self) -> Cost:
        return self.plain + self.rest


def match_in_bulk(house: House) -> list[Result]:
    """Judge and keep lines by the thousand, one invoice in twenty of them dearer than its order."""
    results = []
    with tables(BenchVerdict):
        for lines in SIZES:
            with history.house_of(lines) as company:
                rounds = [_round(company, lines) for _ in range(ROUNDS + (lines < WARM_ENOUGH))]
            results += _results(f"{lines // 1000}k", rounds[-ROUNDS:])
    return results


def _results(size: str, rounds: list[Round]) -> Iterator[Result]:
    sql = f"one SQL of quantity and price into a logged table, {size} lines"
    loop = f"ORM, two queries and a save a line, {size} lines"
    yield compared(f"match_vs_sql_{size}", sql, rounds, "ours", "sql", "seconds", 0.5, 1 / 1.4)
    yield compared(f"match_vs_sql_{size}_processor", sql, rounds, "ours", "sql", "processor", 0.5, 1 / 1.4)
    yield compared(f"match_plain_vs_sql_{size}_processor", sql, rounds, "plain", "sql", "processor")
    yield compared(f"match_by_two_vs_sql_{size}", sql, rounds, "shared", "sql", "seconds", 0.5, 1 / 1.4)
    yield compared(f"match_by_two_vs_orm_loop_{size}", loop, rounds, "shared", "loop", "seconds", 120, 200)
    yield compared(f"match_vs_orm_loop_{size}", loop, rounds, "ours", "loop", "seconds", 120, 200)
    yield compared(f"match_vs_orm_loop_{size}_processor", loop, rounds, "ours", "loop", "processor", 120, 200)
    peak = [max(each.memory) for each in rounds]
    first = [each.memory[0] for each in rounds]
    growth = statistics.median(start / top for start, top in zip(first, peak, strict=True))
    against = f"after the first chunk, {size} lines"
    yield Result(
        f"match_memory_{size}", statistics.median(peak), "MB", growth, against, len(rounds), goal=0.7
    )


def compared(
    name: str,
    against: str,
    rounds: list[Round],
    ours: str,
    theirs: str,
    what: str,
    goal: float | None = None,
    stretch: float | None = None,
) -> Result:
    """Compare lines a second in each round; what counts is the median of the ratios."""
    rates = [
        [cost.lines / getattr(cost, what) for cost in (getattr(each, ours), getattr(each, theirs))]
        for each in rounds
    ]
    ratios = [mine / other for mine, other in rates]
    value = statistics.median(mine for mine, _ in rates)
    unit = "lines/s"
    return Result(
        name,
        value,
        unit,
        statistics.median(ratios),
        against,
        len(rounds),
        min(ratios),
        max(ratios),
        goal,
        stretch,
    )


def _round(company: Company, lines: int) -> Round:
    history.forget_judgements(company)
    memory: list[float] = []
    sql = cost(lambda: one_sql(company, lines))
    loop = cost(lambda: _orm_loop(company))
    plain = cost(lambda: _judge_plain(lines, memory))
    rest = cost(lambda: judge_the_rest() or lines)
    memory.append(_memory())
    assert not SupplierInvoice.objects.filter(company=company, match_due=True).exists()
    history.forget_judgements(company)
    shared = _by_two(lines)
    assert not SupplierInvoice.objects.filter(company=company, match_due=True).exists()
    return Round(plain, rest, sql, loop, memory, shared)


def _judge_plain(lines: int, memory: list[float]) -> int:
    """Judge what ties out; were it less than the data holds, the engine would be measured instead."""
    judged = bulk.match_plain(tell=_teller(lines, memory))
    assert judged == history.tying_out(lines), judged
    return lines


def _teller(lines: int, memory: list[float]) -> bulk.Progress:
    """Keep how much memory is held after each chunk; where it takes long, tell how far it is."""

    def tell(looked_at: int, judged: int) -> None:
        memory.append(_memory())
        if lines >= WARM_ENOUGH:
            of = lines // history.LINES
            sys.stderr.write(f"  {looked_at:,} of {of:,} invoices looked at, {judged:,} tie out\n")

    return tell


def _by_two(lines: int) -> Cost:
    """Share the work between two processes, each with a connection of its own."""
    connection.close()
    workers = [FORK.Process(target=_judge_all) for _ in range(2)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    return Cost(time.perf_counter() - began, 0, lines)


def _judge_all() -> None:
    bulk.match_plain()
    judge_the_rest()
    connection.close()


def judge_the_rest() -> None:
    while reconcile.match_due():
        pass


def one_sql(company: Company, lines: int) -> int:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL jit = off")
        cursor.execute(ONE_SQL, {"company": company.pk})
        assert cursor.rowcount == lines
    return lines


@transaction.atomic
def _orm_loop(company: Company) -> int:
    chosen = InvoiceLine.objects.filter(invoice__company=company)[:LOOPED]
    for line in chosen.iterator():
        _judge_alone(line, company)
    return len(chosen)


def _judge_alone(line: InvoiceLine, company: Company) -> None:
    ordered = PurchaseOrderLine.objects.filter(
        order__company=company, order__number=line.order_number, line=line.order_line
    ).first()
    accepted = GoodsReceiptLine.objects.filter(
        receipt__company=company, receipt__order_number=line.order_number, order_line=line.order_line
    ).aggregate(accepted=Sum("quantity_accepted"))["accepted"]
    if ordered is None:
        status = "no order"
    elif accepted is None:
        status = "no receipt"
    elif abs(line.unit_price - ordered.unit_price) > ordered.unit_price * Decimal("0.02"):
        status = "price"
    else:
        status = "quantity" if line.quantity > accepted else "ok"
    BenchVerdict(
        line_id=line.pk,
        status=status,
        quantity=line.quantity - (accepted or 0),
        price=line.unit_price - ordered.unit_price if ordered else None,
    ).save(force_insert=True)


def cost(work: Callable[[], Any]) -> Cost:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integration_benchverdict")
    processor, began = _processor(), time.perf_counter()
    lines = work()
    return Cost(time.perf_counter() - began, _processor() - processor, lines)


def _processor() -> float:
    """Give the processor's seconds of this process and of its connection to the database, if that is here."""
    told = Path(f"/proc/{_backend()}/schedstat")
    theirs = int(told.read_text().split()[0]) / TICKS if told.exists() else 0.0
    return time.process_time() + theirs


def _memory() -> float:
    """Give the megabytes that this process and its connection to the database have for themselves."""
    held = 0
    for process in ("self", _backend()):
        status = Path(f"/proc/{process}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        held += sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
    return held / 1024


def _backend() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)

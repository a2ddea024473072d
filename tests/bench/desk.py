"""The clerk's desk over a great many cases: `python -m tests.bench desk --cases 1000000`.

Each page of the worklist is measured beside Django's own changelist and beside the bare statement, in turn
and in one run. `p50` and `p95` are the whole answer in the server, middleware and template included, by the
clock. The ratios are of processor time, ours and the database's, so that a busy machine does not blur them;
the database works without helpers meanwhile, whose time nobody could see.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from masterdata.models import Company
from reconciliation import roles, tallies
from reconciliation.models import ExceptionCase
from reconciliation.views import paging
from reconciliation.views.queue import PAGE_ROWS, Question

from . import cases as filling
from . import changelist
from .house import House
from .measuring import Result

CASES = 100_000
ROUNDS = 9
LIST = "/exceptions/?tab=open"
STOCK = "/stock/reconciliation/exceptioncase/"
DEEP = 5_000  # the page; fewer where there are not so many
GROUPED = """
SELECT company_id, status, code, count(*), sum(amount) FROM reconciliation_exceptioncase GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Asked:
    """One page in the worklist's words and in the changelist's; `goal` is how many times faster."""

    name: str
    ours: str
    theirs: str
    goal: float


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of work: the processor's, here and in the database."""

    clock: float
    work: float
    in_database: float


def desk(house: House) -> list[Result]:
    """Measure the worklist: first page, deep page, filters, search, counts, a case and the bulk preview."""
    _fill(house.company)
    clerk = _clerk()
    ours, stock = Client(), Client()
    ours.force_login(clerk)
    stock.force_login(User.objects.create_superuser("stock"))
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    results = []
    templates = [*settings.TEMPLATES, *changelist.TEMPLATES]
    with override_settings(ROOT_URLCONF="tests.bench.changelist", TEMPLATES=templates):
        for asked in _pages(house.company, clerk):
            results += _measure(asked, ours, stock, clerk, house.company)
        results += _alone(ours, clerk, house.company)
    results += [_counts(house.company, clerk)]
    return results


def _fill(company: Company) -> None:
    began = time.perf_counter()
    filling.fill(company, CASES)
    tallies.fold(least=1)
    with connection.cursor() as cursor:
        for table in (*filling.TABLES, "historicalexceptioncase"):
            cursor.execute(f"VACUUM ANALYZE reconciliation_{table}")
    took = time.perf_counter() - began
    sys.stderr.write(f"{CASES:,} cases with {filling.FINDINGS} findings each, made in {took:.0f} s\n")


def _clerk() -> User:
    roles.apply_roles()
    clerk = User.objects.create(username="bench-clerk")
    clerk.groups.add(Group.objects.get(name=roles.AP_CLERK))
    return clerk


def _pages(company: Company, clerk: User) -> list[Asked]:
    open_cases = ExceptionCase.objects.filter(closed_at=None).count()
    page = min(DEEP, open_cases // PAGE_ROWS - 1)
    deep = _place(company, clerk, page)
    number = f"{CASES * 2 // 3:08}"
    return [
        Asked("first_page", LIST, STOCK, 15),
        Asked(f"page_{page}", f"{LIST}&at={deep}", f"{STOCK}?p={page}", 15),
        Asked("filter_reason", f"{LIST}&reason=PRICE_OVER", f"{STOCK}?code=PRICE_OVER", 15),
        Asked("filter_state", "/exceptions/?tab=waiting", f"{STOCK}?status__exact=waiting", 15),
        Asked("filter_vendor", f"{LIST}&vendor==BV77", f"{STOCK}?vendor_number=BV77", 15),
        Asked("filter_owner", f"{LIST}&owner=bench3", f"{STOCK}?owner__username=bench3", 15),
        Asked("filter_due", f"{LIST}&due_to=2026-03-31", f"{STOCK}?due_on__lte=2026-03-31", 15),
        Asked("filter_amount", f"{LIST}&min=900", f"{STOCK}?amount__gte=900", 15),
        Asked("sort_amount", f"{LIST}&sort=-amount", f"{STOCK}?o=-7", 15),
        Asked("search_number", f"{LIST}&q={number}", f"{STOCK}?q={number}", 40),
        Asked("search_common_word", f"{LIST}&q=pump", f"{STOCK}?q=pump", 40),
        Asked("search_two_words", f"{LIST}&q=pump+BPO-12", f"{STOCK}?q=pump+BPO-12", 40),
    ]


def _place(company: Company, clerk: User, page: int) -> str:
    question = Question.read({"tab": "open"}, clerk)
    rows = question.cases(company, clerk)
    last = rows[page * PAGE_ROWS - 1]
    return paging.Place(page * PAGE_ROWS, False, tuple(key.of(last) for key in question.keys)).write()


def _measure(asked: Asked, ours: Client, stock: Client, clerk: User, company: Company) -> list[Result]:
    statement = _rows_statement(ours, asked.ours)
    took = _in_turn(
        {
            "ours": lambda: _get(ours, asked.ours),
            "stock": lambda: _get(stock, asked.theirs),
            "sql": lambda: _run(statement),
        }
    )
    name = f"worklist_{asked.name}"
    against = f"stock changelist; p95 {_p95(took['ours']):.1f} ms"
    return [
        _result(f"{name}_vs_stock", took["stock"], took["ours"], against, asked.goal),
        _sql_result(f"{name}_sql_vs_raw", took["sql"], [_sql_work(ours, asked.ours) for _ in range(ROUNDS)]),
    ]


def _alone(ours: Client, clerk: User, company: Company) -> list[Result]:
    """Measure what the changelist has nothing like: page 5,000 against page 1, and a case."""
    shown = ExceptionCase.objects.filter(status="open", code="PRICE_OVER").order_by("pk").first()
    assert shown is not None
    shown.save()  # its page tells its history
    open_cases = ExceptionCase.objects.filter(closed_at=None).count()
    deep = _place(company, clerk, min(DEEP, open_cases // PAGE_ROWS - 1))
    keys = ExceptionCase.objects.filter(status="open").order_by("pk").values_list("pk", flat=True)
    ticked = {"do": "release", "which": "ticked", "case": list(keys[:PAGE_ROWS])}
    took = _in_turn(
        {
            "first": lambda: _get(ours, LIST),
            "deep": lambda: _get(ours, f"{LIST}&at={deep}"),
            "case": lambda: _get(ours, f"/exceptions/{shown.pk}/?tab=open"),
            "bulk": lambda: _post(ours, "/exceptions/several/", ticked),
        }
    )
    return [
        _result("worklist_deep_vs_first", took["first"], took["deep"], "the first page", 1 / 1.3),
        *(
            _result(name, took["first"], took[kind], f"the first page; p95 {_p95(took[kind]):.1f} ms", None)
            for name, kind in (("case_page", "case"), ("bulk_preview", "bulk"))
        ),
    ]


def _counts(company: Company, clerk: User) -> Result:
    from reconciliation.dashboard import queue_counts

    took = _in_turn({"kept": lambda: queue_counts(company, clerk), "grouped": lambda: _run(GROUPED)})
    return _result("dashboard_counts_vs_group_by", took["grouped"], took["kept"], "GROUP BY of the cases", 60)


def _in_turn(work: dict[str, Callable[[], object]]) -> dict[str, list[Took]]:
    """Measure each in turn; the first round is for warming up."""
    took: dict[str, list[Took]] = {name: [] for name in work}
    for _ in range(ROUNDS + 1):
        for name, do in work.items():
            clock, here, there = time.perf_counter(), time.process_time(), _database_work()
            do()
            in_database = _database_work() - there
            here = time.process_time() - here
            took[name].append(Took(time.perf_counter() - clock, here + in_database, in_database))
    return {name: times[1:] for name, times in took.items()}


def _database_work() -> float:
    """Give the processor time of the connection's own process so far."""
    process = connection.connection.info.backend_pid
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _result(name: str, theirs: list[Took], ours: list[Took], against: str, goal: float | None) -> Result:
    ratios = [other.work / mine.work for other, mine in zip(theirs, ours, strict=True)]
    median = statistics.median(each.clock for each in ours) * 1000
    return Result(
        name, median, "ms p50", statistics.median(ratios), against, len(ratios), min(ratios), max(ratios),
        goal,
    )  # fmt: skip


def _sql_result(name: str, raw: list[Took], ours: list[float]) -> Result:
    ratios = [each.in_database / mine for each, mine in zip(raw, ours, strict=True)]
    against = "the bare statement (at least a third)"
    return Result(
        name, statistics.median(ours) * 1000, "ms of SQL", statistics.median(ratios), against, len(ratios),
        min(ratios), max(ratios), 1 / 3,
    )  # fmt: skip


def _p95(times: list[Took]) -> float:
    clock = sorted(each.clock for each in times)
    return clock[min(len(clock) - 1, round(len(clock) * 0.95))] * 1000


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise AssertionError(f"{address} answered {response.status_code}")


def _post(client: Client, address: str, sent: dict[str, Any]) -> None:
    response = client.post(address, sent)
    if response.status_code != 200:
        raise AssertionError(f"{address} answered {response.status_code}")


def _run(statement: str, given: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        cursor.fetchall()


def _rows_statement(client: Client, address: str) -> str:
    """Give the statement that reads the page's rows, with its values."""
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        _get(client, address)
    return next(query["sql"] for query in asked.captured_queries if f"LIMIT {PAGE_ROWS + 1}" in query["sql"])


def _sql_work(client: Client, address: str) -> float:
    """Add up what the page's own statements on cases and counts cost; who is signed in is the frame's."""
    spent = 0.0

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal spent
        before = _database_work()
        try:
            return execute(sql, params, many, context)
        finally:
            if "reconciliation_exceptioncase" in sql or "reconciliation_casetally" in sql:
                spent += _database_work() - before

    with connection.execute_wrapper(timed):
        _get(client, address)
    return spent

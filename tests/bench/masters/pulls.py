"""The pull of 50,000 items: beside the limits of its parts, beside dlt, and beside the ORM."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection

from integration import connections, sync
from integration.bc import Client, Lane
from integration.sync.entities import ENTITIES
from masterdata.models import Company, Item, ItemCategory, Unit
from tests.bench.house import House
from tests.bench.measuring import Result

from . import dlt_rival, page_server, pages
from .contest import Contest
from .limits import Bare, HashDiff, NoHistory, OneStatement, update_or_create

ITEMS = 50_000
ORM_ITEMS = 5_000
ROUNDS = 5
ORM_ROUNDS = 3
FETCHES = 9

FULL, SAME, PERCENT, DELTA, ALL = "full", "no change", "1 % changed", "delta", "all changed"
OURS, SQL, SQL_ALONE, HASH, ORM, DLT = "ours", "one SQL", "one SQL, no history", "hash", "ORM", "dlt's best"

# The book keeps what it tells of other tables: the tests after this one rest on it.
EMPTY = """
CREATE TEMP TABLE of_others AS SELECT * FROM masterdata_change WHERE "table" <> 'masterdata_item';
TRUNCATE masterdata_item, masterdata_change;
INSERT INTO masterdata_change SELECT * FROM of_others;
DROP TABLE of_others
"""


@dataclass(frozen=True)
class Ours:
    """The product: its client, its sync, its mirror."""

    root: str
    company: Company
    clients: dict[str, Client]

    def empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # the book of changes refuses it else
            cursor.execute(EMPTY)
            cursor.execute("SET session_replication_role = DEFAULT")

    def pull(self, version: str) -> None:
        run = sync.pull_one(self.clients[version], self.company, "items", full=version != pages.DELTA)
        assert (run.rows_failed, run.rows_waiting) == (0, 0)


@contextmanager
def ours(root: str) -> Iterator[Ours]:
    """Give a company whose items come from the page server."""
    bc_id = uuid.uuid4()
    company = Company.objects.create(name=f"BENCH {bc_id}"[:30], bc_id=bc_id, ledger_currency="EUR")
    here = connections.connection()
    clients = {
        version: Client(
            replace(here, base_url=page_server.base_url(root, version), company=str(bc_id)), lane=Lane.BULK
        )
        for version in pages.VERSIONS
    }
    yield Ours(root, company, clients)
    for mirror in (Item, ItemCategory, Unit):
        mirror.objects.filter(company=company).delete()


def fetch(_house: House) -> list[Result]:
    """Fetch and parse all pages: our client with exact numbers, and http.client with orjson."""
    with page_server.serve(settings.BC_CA_BUNDLE, ITEMS) as root, ours(root) as product:
        select = ENTITIES["items"].select
        bare, client = Bare(root, settings.BC_CA_BUNDLE), product.clients[pages.FIRST]

        def fetched() -> None:
            found = client.pages("items", select=select, page_size=page_server.PAGE_SIZE)
            assert sum(len(page) for page in found) == ITEMS

        def bare_fetched() -> None:
            assert sum(len(page) for page in bare.pages(pages.FIRST)) == ITEMS

        contest = Contest()
        fetched(), bare_fetched()
        for number in range(FETCHES):
            contest.hold("fetch", number, {OURS: fetched, SQL: bare_fetched})
    against = "http.client and orjson: floats, no checks"
    return [
        contest.result(
            "sync_fetch_vs_http",
            "fetch",
            OURS,
            SQL,
            rows=ITEMS,
            goal=1 / 1.6,
            stretch=1 / 1.3,
            against=against,
        )
    ]


def pulls(_house: House) -> list[Result]:
    """Pull all items into an empty mirror, again, with a percent changed, some hundred changes, and all."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root = stack.enter_context(page_server.serve(settings.BC_CA_BUNDLE, ITEMS))
        product = stack.enter_context(ours(root))
        rivals, missing = [], ""
        try:
            rivals = stack.enter_context(dlt_rival.start(root, settings.BC_CA_BUNDLE, folder))
        except dlt_rival.NotThere as exc:
            missing = str(exc)
        match = Match(product, Bare(root, settings.BC_CA_BUNDLE), rivals)
        match.warm_up()
        for number in range(ROUNDS):
            match.play(number)
        for number in range(ORM_ROUNDS):
            match.play_orm(number)
        match.clear()
    return match.results(missing)


class Match:
    """All ways through all kinds of pulls; each has tables of its own."""

    def __init__(self, product: Ours, bare: Bare, rivals: list[dlt_rival.Dlt]) -> None:
        self.product, self.bare = product, bare
        self.limits = {
            SQL: OneStatement("sql", bare),
            SQL_ALONE: NoHistory("alone", bare),
            HASH: HashDiff("hash", bare),
        }
        self.rivals = {f"dlt {rival.strategy}": rival for rival in rivals}
        self.contest = Contest()
        self.rewritten = {SAME: 0, PERCENT: 0}

    def warm_up(self) -> None:
        """Let everyone work once: the short lists are pulled, the pages made, the code loaded."""
        self.product.pull(pages.FIRST)
        for version in pages.VERSIONS:
            assert sum(len(page) for page in self.bare.pages(version)) > 0
        for rival in self.rivals.values():
            rival.empty()
            rival.pull(pages.DELTA)

    def play(self, number: int) -> None:
        """Play one round: everyone begins with nothing and goes through the versions."""
        for each in (self.product, *self.limits.values(), *self.rivals.values()):
            each.empty()
        self._hold(FULL, number, pages.FIRST, (SQL, SQL_ALONE, HASH))
        self._hold(SAME, number, pages.FIRST, (HASH,))
        self._hold(PERCENT, number, pages.ONE_PERCENT, (HASH,))
        self._hold(DELTA, number, pages.DELTA, ())
        self._hold(ALL, number, pages.ALL, (SQL,), rivals=False)
        self._check()

    def play_orm(self, number: int) -> None:
        """Play a round against the ORM, which does a part only; each begins with nothing."""

        def orm() -> None:
            self.product.empty()
            update_or_create(self.bare, self.product.company, min(ORM_ITEMS, ITEMS))

        def mine() -> None:
            self.product.empty()
            self.product.pull(pages.FIRST)

        self.contest.hold(ORM, number, {OURS: mine, ORM: orm})

    def clear(self) -> None:
        """Leave nothing behind."""
        for each in (*self.limits.values(), *self.rivals.values()):
            each.drop()

    def results(self, missing: str) -> list[Result]:
        """Compare the times; `missing` says why dlt has none."""
        rows = [self._row(*each) for each in TABLE]
        if not self.rivals:
            return [*rows, *self._writes(), Result("sync_vs_dlt", 0, "", 0, missing, 0)]
        for event in (FULL, SAME, PERCENT, DELTA):
            self.contest.best(event, DLT, list(self.rivals))
        return [*rows, *(self._row(*each) for each in DLT_TABLE), *self._writes()]

    def _hold(
        self, event: str, number: int, version: str, limits: tuple[str, ...], *, rivals: bool = True
    ) -> None:
        _tidy()
        before = _versions() if event in self.rewritten else {}
        taking_part = {OURS: self.product} | {name: self.limits[name] for name in limits}
        taking_part |= self.rivals if rivals else {}
        self.contest.hold(
            event, number, {name: partial(each.pull, version) for name, each in taking_part.items()}
        )
        if before:
            rewritten = sum(before[key] != found for key, found in _versions().items())
            self.rewritten[event] = max(self.rewritten[event], rewritten)

    def _check(self) -> None:
        """All end with the same costs."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), sum(unit_cost) FROM masterdata_item")
            mine = cursor.fetchone()
            cursor.execute(f"SELECT count(*), sum(unit_cost) FROM {self.limits[SQL].name}_item")
            assert mine == cursor.fetchone()
            assert mine[0] == ITEMS
            for rival in self.rivals.values():
                assert rival.rows() == ITEMS

    def _row(self, name: str, event: str, against: str, goal: float, stretch: float, words: str) -> Result:
        rows = ITEMS // pages.EVERY if event == DELTA else ITEMS
        scale = ITEMS // min(ORM_ITEMS, ITEMS) if event == ORM else 1
        return self.contest.result(
            name, event, OURS, against, rows=rows, goal=goal, stretch=stretch, against=words, scale=scale
        )

    def _writes(self) -> list[Result]:
        """Tell how many rows were written though nothing in them had changed."""
        changed = {SAME: 0, PERCENT: ITEMS // pages.EVERY}
        return [
            Result(
                f"sync_{word}_rows_written",
                found - changed[event],
                "rows",
                1,
                f"unchanged rows, {event}",
                ROUNDS,
            )
            for (event, found), word in zip(self.rewritten.items(), ("nochange", "percent"), strict=True)
        ]


TABLE = (
    ("sync_full_vs_sql_with_history", FULL, SQL, 1 / 1.5, 1 / 1.25, "COPY, upsert and history in one SQL"),
    ("sync_full_vs_copy", FULL, SQL_ALONE, 1 / 1.5, 1 / 1.25, "the same without history"),
    ("sync_all_changed_vs_sql_with_history", ALL, SQL, 1 / 1.5, 1 / 1.25, "the same, each row had changed"),
    ("sync_nochange_vs_hash", SAME, HASH, 1 / 1.5, 1 / 1.2, "a hash beside each row"),
    ("sync_percent_vs_hash", PERCENT, HASH, 1 / 1.5, 1 / 1.2, "a hash beside each row, 1 % changed"),
    ("sync_full_vs_update_or_create", ORM, ORM, 50, 75, "the ORM row by row"),
)
DLT_TABLE = (
    ("sync_full_vs_dlt", FULL, DLT, 2, 3, "dlt, csv, no history"),
    ("sync_nochange_vs_dlt", SAME, DLT, 8, 12, "dlt, nothing changed"),
    ("sync_percent_vs_dlt", PERCENT, DLT, 8, 12, "dlt, 1 % changed"),
    ("sync_delta_vs_dlt", DELTA, DLT, 3, 8, "dlt, the changed rows only"),
)


def _tidy() -> None:
    """Let no clean-up of the round before fall into this one's times."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _versions() -> dict[int, tuple[str, ...]]:
    """Give what any write would change about a row: its place, and who wrote or locked it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text, xmin::text, xmax::text FROM masterdata_item")
        return {row[0]: row[1:] for row in cursor.fetchall()}

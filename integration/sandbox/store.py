"""All state: tables in memory, every transaction written through to SQLite before it is seen."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from integration.sandbox.entities import TABLES
from integration.sandbox.entities.declare import DECIMAL, NULL_GUID, NULL_STAMP
from integration.sandbox.errors import same_key
from integration.sandbox.table import Row, Table
from integration.sandbox.values import Values, new_id, stamp_of
from integration.sandbox.views import VIEWS

FILE_NAME = "sandbox.sqlite3"
REMEMBERED_COMMITS = 20_000
PLATFORM = ""  # the "company" that holds the list of companies
# What the AL app notes when it is deleted: BC's number and name of the table.
LOGGED_DELETIONS = {
    "accounts": (15, "G/L Account"),
    "vendors": (23, "Vendor"),
    "items": (27, "Item"),
    "itemUnitsOfMeasure": (5404, "Item Unit of Measure"),
    "unitsOfMeasure": (204, "Unit of Measure"),
    "locations": (14, "Location"),
    "currencies": (4, "Currency"),
    "currencyExchangeRates": (330, "Currency Exchange Rate"),
    "paymentTerms": (3, "Payment Terms"),
    "dimensions": (348, "Dimension"),
    "dimensionValues": (349, "Dimension Value"),
    "fixedAssets": (5600, "Fixed Asset"),
    "purchaseOrders": (38, "Purchase Header"),
    "purchaseReceipts": (120, "Purch. Rcpt. Header"),
}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    company TEXT NOT NULL, entity_set TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (company, entity_set, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, body BLOB NOT NULL);
"""
_DECIMALS = {
    name: [each.column for each in spec.fields if each.type == DECIMAL] for name, spec in TABLES.items()
}


class Store:
    """Companies, their tables and the settings. One lock guards every read and write of rows."""

    def __init__(self, data_dir: Path) -> None:
        self.lock = threading.RLock()
        self._version = 0
        self._last_stamp = ""
        self._companies: dict[str, dict[str, Table]] = {}
        self.mutations = 0
        self._views: dict[tuple[str, str], tuple[int, Table]] = {}
        self._together: list[Transaction] | None = None
        self._past: deque[Commit] = deque(maxlen=REMEMBERED_COMMITS)
        self._keeps_past = False
        self.on_commit: list[Callable[[Commit], None]] = []
        self._database = sqlite3.connect(
            data_dir / FILE_NAME, check_same_thread=False, isolation_level=None, cached_statements=16
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)
        self._load()

    def close(self) -> None:
        with self.lock:
            self._database.close()

    def table(self, company: str, name: str) -> Table:
        if name in VIEWS:
            return self._view(company, name)
        tables = self._companies.setdefault(company, {})
        if name not in tables:
            tables[name] = Table(TABLES[name])
        return tables[name]

    def _view(self, company: str, name: str) -> Table:
        """A set without rows of its own, put together again when anything has changed."""
        found = self._views.get((company, name))
        if found is None or found[0] != self.mutations:
            view = Table(TABLES[name])
            for row in VIEWS[name](lambda other: self.table(company, other)):
                view.put(row, bulk=True)
            found = self._views[(company, name)] = (self.mutations, view)
        return found[1]

    def companies(self) -> list[Row]:
        with self.lock:
            return list(self.table(PLATFORM, "companies").in_order())

    def company(self, name_or_id: str) -> Row | None:
        with self.lock:
            table = self.table(PLATFORM, "companies")
            return table.rows.get(name_or_id.lower()) or table.by_key(name_or_id)

    @contextmanager
    def transaction(self, company: str) -> Iterator["Transaction"]:
        """Run one unit of work: all of it is written and seen, or none of it.

        Inside `together` it is only written at the end of that.
        """
        with self.lock:
            work = Transaction(self, company)
            try:
                yield work
                if self._together is None:
                    self._write([work])
            except BaseException:
                work.roll_back()
                raise
            if self._together is not None:
                self._together.append(work)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one unit of all transactions inside; an exception or `take_back` undoes them all."""
        with self.lock:
            self._together = []
            try:
                yield
                self.commit_so_far()
            except BaseException:
                self.take_back()
                raise
            finally:
                self._together = None

    def take_back(self) -> None:
        """Undo what `together` has gathered since the last commit."""
        for work in reversed(self._together or []):
            work.roll_back()
        self._together = []

    def commit_so_far(self) -> None:
        """Commit what `together` has gathered, as AL's Commit() does; nothing outside of it."""
        if self._together:
            self._write(self._together)
            self._together = []

    def keep_past(self, *, keep: bool) -> None:
        """Remember from now on what commits replaced, so that `as_of` can show it; or forget it all."""
        with self.lock:
            self._keeps_past = keep
            self._past.clear()

    @contextmanager
    def as_of(self, moment: float) -> Iterator[None]:
        """Show the rows as they were at a moment of `time.monotonic`, as a replica behind its source.

        Goes no further back than `keep_past`.
        """
        with self.lock:
            later = [each for each in self._past if each.at > moment]
            self.mutations += 1
            for commit in reversed(later):
                for change in reversed(commit.changes):
                    change.table.restore(change.row_id, change.old)
            try:
                yield
            finally:
                self.mutations += 1
                for commit in later:
                    for change in commit.changes:
                        change.table.restore(change.row_id, change.new)

    def clear(self) -> None:
        """Forget every row of every company, the companies included."""
        with self.lock:
            self._database.execute("DELETE FROM record")
            self._companies.clear()
            self._past.clear()
            self._views.clear()

    def setting(self, name: str) -> Any:
        with self.lock:
            found = self._database.execute("SELECT body FROM setting WHERE name = ?", (name,)).fetchone()
        return None if found is None else orjson.loads(found[0])

    def keep_setting(self, name: str, value: Any) -> None:
        with self.lock:
            self._database.execute("REPLACE INTO setting VALUES (?, ?)", (name, orjson.dumps(value)))

    def next_version(self) -> int:
        self._version += 1
        return self._version

    def stamp(self) -> str:
        """Now, never before an earlier answer."""
        self._last_stamp = max(self._last_stamp, stamp_of(datetime.now(UTC)))
        return self._last_stamp

    def _load(self) -> None:
        rows = self._database.execute("SELECT company, entity_set, version, body FROM record")
        for company, name, version, body in rows:
            if name in TABLES:
                values = _from_disk(name, body)
                row = Row({"systemModifiedAt": "", **values, "rowVersion": version}, version)
                self.table(company, name).put(row, bulk=True)
                self._version = max(self._version, version)
                self._last_stamp = max(self._last_stamp, row.values.get("lastModifiedDateTime", ""))

    def _write(self, works: list["Transaction"]) -> None:
        touched = {(work.company, *each): None for work in works for each in work.touched}
        kept, gone = [], []
        for company, name, row_id in touched:
            row = self.table(company, name).rows.get(row_id)
            if row is None:
                gone.append((company, name, row_id))
            else:
                kept.append((company, name, row_id, row.version, _to_disk(row.values)))
        if not kept and not gone:
            return
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.executemany("REPLACE INTO record VALUES (?, ?, ?, ?, ?)", kept)
            delete = "DELETE FROM record WHERE company = ? AND entity_set = ? AND id = ?"
            self._database.executemany(delete, gone)
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        for work in works:
            self._committed(work)

    def _committed(self, work: "Transaction") -> None:
        commit = Commit(time.monotonic(), work.company, work.changes())
        if self._keeps_past and not work.is_bulk:  # a replica is never behind on what was seeded
            self._past.append(commit)
        for listen in self.on_commit:
            listen(commit)


@dataclass(frozen=True)
class Change:
    """What a transaction did to one row; None before it was there, or after it was gone."""

    table: Table
    row_id: str
    old: Row | None
    new: Row | None


@dataclass(frozen=True)
class Commit:
    """One transaction after it was written."""

    at: float  # by time.monotonic
    company: str
    changes: list[Change]


class Transaction:
    """Reads and writes of one company inside `Store.transaction`."""

    def __init__(self, store: Store, company: str) -> None:
        self._store = store
        self._journal: list[tuple[Table, str, Row | None]] = []
        self.company = company
        self.is_bulk = False
        self.touched: dict[tuple[str, str], None] = {}

    def changes(self) -> list[Change]:
        """The net change of each row."""
        first: dict[tuple[str, str], tuple[Table, Row | None]] = {}
        for table, row_id, old in self._journal:
            first.setdefault((table.spec.name, row_id), (table, old))
        return [
            Change(table, row_id, old, table.rows.get(row_id))
            for (_name, row_id), (table, old) in first.items()
        ]

    def table(self, name: str) -> Table:
        return self._store.table(self.company, name)

    def get(self, name: str, row_id: str) -> Row | None:
        return self.table(name).rows.get(row_id)

    def by_key(self, name: str, *key: Any) -> Row | None:
        return self.table(name).by_key(*key)

    def find(self, name: str, column: str, value: Any) -> list[Row]:
        return self.table(name).find(column, value)

    def insert(self, name: str, values: Values, *, bulk: bool = False) -> Row:
        """Add a row; what is not given stays blank. Raises Refusal on a key that exists."""
        table = self.table(name)
        complete = {**table.spec.blank, **values}
        if complete["id"] == NULL_GUID:
            complete["id"] = new_id()
        if table.spec.has_stamp and complete["lastModifiedDateTime"] == NULL_STAMP:
            complete["lastModifiedDateTime"] = self._store.stamp()
        if complete["id"] in table.rows:
            raise same_key(table.spec.caption, f"Id='{complete['id']}'")
        self._check_key(table, complete)
        return self._put(table, complete, bulk)

    def update(
        self, name: str, row_id: str, changes: Values, *, touch: bool = True, bulk: bool = False
    ) -> Row:
        """Change a row. Without `touch` its time stamp and etag stay, as when only a FlowField moves."""
        table = self.table(name)
        old = table.rows[row_id]
        values = {**old.values, **changes}
        if touch and table.spec.has_stamp and "lastModifiedDateTime" not in changes:
            values["lastModifiedDateTime"] = self._store.stamp()
        if table.key_of(values) != table.key_of(old.values):
            self._check_key(table, values)
        return self._put(table, values, bulk, version=None if touch else old.version)

    def delete(self, name: str, row_id: str) -> None:
        table = self.table(name)
        row = table.rows[row_id]
        self._journal.append((table, row_id, row))
        self.touched[(name, row_id)] = None
        self._store.mutations += 1
        table.remove(row_id)
        if name in LOGGED_DELETIONS:
            number, caption = LOGGED_DELETIONS[name]
            last = self.table("deletedRecords").last()
            entry = {
                "entryNumber": 1 if last is None else last["entryNumber"] + 1,
                "tableNumber": number,
                "tableName": caption,
                "recordId": row_id,
                "recordNumber": ",".join(str(part) for part in table.key_of(row.values))[:100],
                "deletedDateTime": self._store.stamp(),
            }
            self.insert("deletedRecords", entry)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what happens inside when it fails."""
        mark = len(self._journal)
        try:
            yield
        except BaseException:
            self.roll_back(mark)
            raise

    def roll_back(self, mark: int = 0) -> None:
        self._store.mutations += 1
        while len(self._journal) > mark:
            table, row_id, old = self._journal.pop()
            if old is None:
                table.remove(row_id)
            else:
                table.put(old)

    def _put(self, table: Table, values: Values, bulk: bool, version: int | None = None) -> Row:
        number = version or self._store.next_version()
        values["rowVersion"] = number
        if version is None and not table.spec.has_stamp:
            values["systemModifiedAt"] = self._store.stamp()
        for column, compute in table.spec.derived:
            values[column] = compute(values)
        row = Row(values, number)
        self._store.mutations += 1
        self.is_bulk = self.is_bulk or bulk
        self._journal.append((table, row.id, table.rows.get(row.id)))
        self.touched[(table.spec.name, row.id)] = None
        table.put(row, bulk=bulk)
        return row

    def _check_key(self, table: Table, values: Values) -> None:
        key = table.key_of(values)
        if key in table.keys:
            names = zip(table.spec.key, key, strict=True)
            raise same_key(table.spec.caption, ",".join(f"{name}='{value}'" for name, value in names))


def _to_disk(values: Values) -> bytes:
    return orjson.dumps(values, default=str)


def _from_disk(name: str, body: bytes) -> Values:
    values: Values = {**TABLES[name].blank, **orjson.loads(body)}
    for column in _DECIMALS[name]:
        values[column] = Decimal(values[column])
    return values

"""One entity set of one company in memory: rows, unique key, reading order and indexes."""

import base64
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any

from integration.sandbox.entities.declare import NULL_STAMP, EntitySet
from integration.sandbox.values import Values

Key = tuple[Any, ...]


class Row:
    """One version of one record. Never changed in place: a change makes a new Row."""

    __slots__ = ("bodies", "values", "version")

    def __init__(self, values: Values, version: int) -> None:
        self.values = values
        self.version = version
        self.bodies: dict[Any, bytes] = {}  # the JSON of this version, by selection

    @property
    def id(self) -> str:
        identity: str = self.values["id"]
        return identity

    @property
    def etag(self) -> str:
        raw = f"19;{self.version:020d};1;00;".encode()
        return f'W/"{base64.b64encode(raw).decode()}"'

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


class Table:
    """The rows of a set. Callers hold the store's lock."""

    def __init__(self, spec: EntitySet) -> None:
        self.spec = spec
        self.rows: dict[str, Row] = {}
        self.keys: dict[Key, str] = {}
        self.indexes: dict[str, dict[Any, dict[str, None]]] = {name: {} for name in spec.indexes}
        self._order: list[tuple[Key, str]] = []
        self._order_is_sorted = True
        self._changes: list[tuple[str, str]] = []  # (lastModifiedDateTime, id), old entries included
        self._changes_are_sorted = True

    def key_of(self, values: Values) -> Key:
        return tuple([values[column] for column in self.spec.key])

    def put(self, row: Row, *, bulk: bool = False) -> None:
        """Insert the row or replace the version we have."""
        old = self.rows.get(row.id)
        if old is not None:
            self._leave_indexes(old, row)
        self.rows[row.id] = row
        self._enter_indexes(row, old, bulk)
        self._note_change(row, old)

    def remove(self, row_id: str) -> None:
        row = self.rows.pop(row_id)
        key = self.key_of(row.values)
        self.keys.pop(key, None)
        for column, index in self.indexes.items():
            _leave(index, row.values[column], row_id)
        self._sort_order()
        del self._order[bisect_left(self._order, (key, row_id))]

    def restore(self, row_id: str, row: Row | None) -> None:
        """Put this version of a row in its place; None when there shall be none."""
        if row is not None:
            self.put(row)
        elif row_id in self.rows:
            self.remove(row_id)

    def by_key(self, *key: Any) -> Row | None:
        row_id = self.keys.get(key)
        return None if row_id is None else self.rows[row_id]

    def find(self, column: str, value: Any) -> list[Row]:
        """The rows with this value in an indexed column, in reading order."""
        rows = [self.rows[row_id] for row_id in self.indexes[column].get(value, ())]
        return sorted(rows, key=lambda row: self.key_of(row.values))

    def in_order(self, *, after: Row | None = None) -> Iterator[Row]:
        """Every row in key order, from just behind the given one."""
        self._sort_order()
        start = 0
        if after is not None:
            start = bisect_right(self._order, (self.key_of(after.values), after.id))
        for position in range(start, len(self._order)):
            yield self.rows[self._order[position][1]]

    def last(self) -> Row | None:
        """The row with the highest key."""
        self._sort_order()
        return self.rows[self._order[-1][1]] if self._order else None

    def changed_since(self, stamp: str) -> list[Row] | None:
        """Rows that may have changed at or after the stamp; None when that is no small part."""
        if not self._changes_are_sorted or len(self._changes) > 2 * len(self.rows) + 1000:
            self._rebuild_changes()
        start = bisect_left(self._changes, (stamp, ""))
        if len(self._changes) - start > len(self.rows) // 2:
            return None
        ids = {row_id for _, row_id in self._changes[start:]}
        return [self.rows[row_id] for row_id in ids if row_id in self.rows]

    def _enter_indexes(self, row: Row, old: Row | None, bulk: bool) -> None:
        for column, index in self.indexes.items():
            value = row.values[column]
            if old is None or old.values[column] != value:
                index.setdefault(value, {})[row.id] = None
        key = self.key_of(row.values)
        if old is not None and self.key_of(old.values) == key:
            return
        self.keys[key] = row.id
        place = (key, row.id)
        if not self._order or (self._order_is_sorted and place > self._order[-1]):
            self._order.append(place)
        elif bulk or not self._order_is_sorted:
            self._order.append(place)
            self._order_is_sorted = False
        else:
            insort(self._order, place)

    def _leave_indexes(self, old: Row, row: Row) -> None:
        for column, index in self.indexes.items():
            if old.values[column] != row.values[column]:
                _leave(index, old.values[column], old.id)
        key = self.key_of(old.values)
        if self.key_of(row.values) != key:
            self.keys.pop(key, None)
            self._sort_order()
            del self._order[bisect_left(self._order, (key, old.id))]

    def _note_change(self, row: Row, old: Row | None) -> None:
        stamp = row.values.get("lastModifiedDateTime")
        if stamp is None or (old is not None and old.values["lastModifiedDateTime"] == stamp):
            return
        if self._changes and stamp < self._changes[-1][0]:
            self._changes_are_sorted = False
        self._changes.append((stamp, row.id))

    def _rebuild_changes(self) -> None:
        self._changes = sorted(
            (row.values.get("lastModifiedDateTime", NULL_STAMP), row.id) for row in self.rows.values()
        )
        self._changes_are_sorted = True

    def _sort_order(self) -> None:
        if not self._order_is_sorted:
            self._order.sort()
            self._order_is_sorted = True


def _leave(index: dict[Any, dict[str, None]], value: Any, row_id: str) -> None:
    ids = index[value]
    del ids[row_id]
    if not ids:
        del index[value]

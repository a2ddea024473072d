"""Tell the subscribers about changes: merged, late, sometimes lost, repeated while they are not well."""

import logging
import random
import threading
import time
from dataclasses import dataclass

import orjson

from integration.sandbox.entities import TABLES
from integration.sandbox.late import Later
from integration.sandbox.post import Poster, PostError
from integration.sandbox.settings import Settings
from integration.sandbox.store import PLATFORM, Change, Commit, Store
from integration.sandbox.subscriptions import Resource, Subscriptions
from integration.sandbox.table import Row
from integration.sandbox.values import Values

logger = logging.getLogger(__name__)

COLLECTION_THRESHOLD = 1000
RETRY_SECONDS = 60.0
_RETRIED = (408, 429)


@dataclass
class Batch:
    """What one receiver is to be told, and since when it has been tried."""

    address: str
    rows: list[Values]
    subscriptions: set[str]
    since: float


class Notifications:
    """Listens to commits and posts what the subscribers asked for."""

    def __init__(
        self, store: Store, settings: Settings, subscriptions: Subscriptions, poster: Poster, later: Later
    ) -> None:
        self._store = store
        self._settings = settings
        self._subscriptions = subscriptions
        self._poster = poster
        self._later = later
        self._lock = threading.Lock()
        self._changed: dict[tuple[str, str], dict[str, str]] = {}  # (company, table) → row → kind
        self._since = ""
        self._random = random.Random(0)  # noqa: S311 - which notification is lost
        self._seed = 0
        store.on_commit.append(self.note)

    def note(self, commit: Commit) -> None:
        """Remember what changed; the first change starts the wait."""
        if commit.company == PLATFORM or not self._store.table(PLATFORM, "subscriptions").rows:
            return
        with self._lock:
            is_first = not self._changed
            for change in commit.changes:
                for name, row_id, kind in _told(change):
                    rows = self._changed.setdefault((commit.company, name), {})
                    rows[row_id] = _merged(rows.get(row_id), kind)
            if not self._changed or not is_first:
                return
            self._since = self._store.stamp()
        self._later.after(self._settings.webhook_delay_seconds, self.send)

    def send(self) -> None:
        """Post what has gathered."""
        with self._lock:
            changed, since = self._changed, self._since
            self._changed = {}
        batches: dict[str, Batch] = {}
        for row, resource in self._subscriptions.living():
            kinds = changed.get((resource.company, resource.spec.table))
            if not kinds or self._is_lost():
                continue
            address = row["notificationUrl"]
            batch = batches.setdefault(address, Batch(address, [], set(), time.monotonic()))
            batch.rows += _rows(row, resource, kinds, since, self._store.stamp())
            batch.subscriptions.add(row.id)
        for batch in batches.values():
            self._post(batch)

    def forget(self) -> None:
        """Drop what has gathered."""
        with self._lock:
            self._changed = {}

    def _post(self, batch: Batch) -> None:
        """A receiver that is not well is asked again; one that says no loses its subscription."""
        try:
            status = self._poster.post(batch.address, orjson.dumps({"value": batch.rows})).status
        except PostError:
            status = 503
        if 200 <= status < 300:
            return
        if status in _RETRIED or status >= 500:
            if time.monotonic() - batch.since < self._settings.webhook_retry_seconds:
                self._later.after(RETRY_SECONDS, lambda: self._post(batch))
            return
        logger.info("Removed the subscriptions of %s, which answered %s", batch.address, status)
        for row_id in batch.subscriptions:
            self._subscriptions.remove(row_id)

    def _is_lost(self) -> bool:
        if self._seed != self._settings.webhook_loss_seed:
            self._seed = self._settings.webhook_loss_seed
            self._random.seed(self._seed)
        rate = self._settings.webhook_loss_rate
        return bool(rate) and self._random.random() < rate


def _told(change: Change) -> list[tuple[str, str, str]]:
    """The table, row and kind to tell of; a change of a line is one of its document."""
    spec = TABLES[change.table.spec.name]
    row = change.new or change.old
    if row is None:
        return []
    if spec.parent and spec.parent[0]:
        return [(spec.parent[0], row[spec.parent[1]], "updated")]
    if change.old is not None and change.new is not None and change.old.etag == change.new.etag:
        return []  # only a FlowField moved
    kind = "created" if change.old is None else "deleted" if change.new is None else "updated"
    return [(spec.name, change.row_id, kind)]


def _merged(before: str | None, kind: str) -> str:
    if before == "deleted" or (before == "created" and kind == "updated"):
        return before
    return kind


def _rows(row: Row, resource: Resource, kinds: dict[str, str], since: str, now: str) -> list[Values]:
    common = {
        "subscriptionId": row["subscriptionId"],
        "clientState": row["clientState"],
        "expirationDateTime": row["expirationDateTime"],
    }
    if len(kinds) > COLLECTION_THRESHOLD:
        path = f"{resource.path}?$filter=lastDateTimeModified gt {since}"
        return [{**common, "resource": path, "changeType": "collection", "lastModifiedDateTime": now}]
    return [
        {
            **common,
            "resource": f"{resource.path}({row_id})",
            "changeType": kind,
            "lastModifiedDateTime": now,
        }
        for row_id, kind in kinds.items()
    ]

"""How fast the work can be done at all: bare HTTP and orjson, one SQL statement, a hash beside each row."""

from __future__ import annotations

import hashlib
import http.client
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.db import connection, transaction

from masterdata.models import Company, Item

from . import page_server, pages

COLUMNS = {
    "bc_id": ("id", "uuid"),
    "etag": ("@odata.etag", "text"),
    "number": ("number", "text"),
    "name": ("displayName", "text"),
    "type": ("type", "text"),
    "category": ("itemCategoryCode", "text"),
    "blocked": ("blocked", "boolean"),
    "gtin": ("gtin", "text"),
    "base_unit": ("baseUnitOfMeasureCode", "text"),
    "unit_cost": ("unitCost", "numeric"),
    "unit_price": ("unitPrice", "numeric"),
    "tax_group": ("taxGroupCode", "text"),
    "modified_at": ("lastModifiedDateTime", "timestamptz"),
}
WIRE = [wire for wire, _type in COLUMNS.values()]
HASHED = [wire for wire in WIRE if wire != "@odata.etag"]
NAMES = ", ".join(COLUMNS)
TYPED = ", ".join(f"{name} {type}" for name, (_wire, type) in COLUMNS.items())
CHANGES = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name != "bc_id")

TABLES = f"""
CREATE TABLE {{name}}_item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {TYPED}, UNIQUE (bc_id));
CREATE INDEX ON {{name}}_item (number);
CREATE TABLE {{name}}_history (
    history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id bigint, {TYPED},
    history_date timestamptz, history_type text
);
CREATE INDEX ON {{name}}_history (id);
CREATE TABLE {{name}}_hash (bc_id uuid PRIMARY KEY, hash bytea);
"""
INCOMING = f"CREATE TEMP TABLE bench_incoming ({TYPED}) ON COMMIT DROP"
UPSERT = f"""
INSERT INTO {{name}}_item ({NAMES}) SELECT {NAMES} FROM bench_incoming
ON CONFLICT (bc_id) DO UPDATE SET {CHANGES} WHERE {{name}}_item.etag IS DISTINCT FROM EXCLUDED.etag
"""
WITH_HISTORY = f"""
WITH written AS ({UPSERT} RETURNING id, {NAMES}, xmax = 0 AS is_new)
INSERT INTO {{name}}_history (id, {NAMES}, history_date, history_type)
SELECT id, {NAMES}, now(), CASE WHEN is_new THEN '+' ELSE '~' END FROM written
"""
HASH = "INSERT INTO {name}_hash VALUES (%s, %s) ON CONFLICT (bc_id) DO UPDATE SET hash = EXCLUDED.hash"


class Bare:
    """http.client, a connection that stays open, and orjson."""

    def __init__(self, root: str, ca_bundle: str) -> None:
        context = ssl.create_default_context(cafile=ca_bundle)
        self.http = http.client.HTTPSConnection(*page_server.host_of(root), context=context)
        self.root = root

    def pages(self, version: str) -> Iterator[list[dict[str, Any]]]:
        address = f"{page_server.base_url(self.root, version)}/companies(bench)/items"
        while address:
            parts = urlsplit(address)
            self.http.request("GET", f"{parts.path}?{parts.query}")
            page = orjson.loads(self.http.getresponse().read())
            yield page["value"]
            address = page.get("@odata.nextLink", "")


class Limit:
    """Tables of its own, and one transaction for all pages."""

    def __init__(self, name: str, bare: Bare) -> None:
        self.name = f"bench_{name}"
        self.bare = bare
        _run(TABLES.format(name=self.name))

    def empty(self) -> None:
        _run(f"TRUNCATE {self.name}_item, {self.name}_history, {self.name}_hash")

    def drop(self) -> None:
        _run(f"DROP TABLE {self.name}_item, {self.name}_history, {self.name}_hash")


class OneStatement(Limit):
    """COPY into a temporary table, then one statement that upserts and keeps the history."""

    statement = WITH_HISTORY

    @transaction.atomic
    def pull(self, version: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(INCOMING)
            for page in self.bare.pages(version):
                _copy(cursor, page)
            cursor.execute(self.statement.format(name=self.name))


class NoHistory(OneStatement):
    """The same without a history."""

    statement = UPSERT


class HashDiff(Limit):
    """The hash of each row kept beside it: what has the same one is not sent to the database at all."""

    @transaction.atomic
    def pull(self, version: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT bc_id::text, hash FROM {self.name}_hash")
            known = dict(cursor.fetchall())
            cursor.execute(INCOMING)
            changed = []
            for page in self.bare.pages(version):
                for row in page:
                    written = orjson.dumps([row[name] for name in HASHED])
                    found = hashlib.blake2b(written, digest_size=16).digest()
                    if known.get(row["id"]) != found:
                        changed.append((row, found))
            _copy(cursor, [row for row, _hash in changed])
            cursor.execute(UPSERT.format(name=self.name))
            statement = HASH.format(name=self.name)
            cursor.executemany(statement, [(row["id"], found) for row, found in changed])


def update_or_create(bare: Bare, company: Company, rows: int) -> None:
    """What one would write first: the ORM, row by row, in one transaction."""
    done = 0
    with transaction.atomic():
        for page in bare.pages(pages.FIRST):
            for row in page[: rows - done]:
                values = {
                    "number": row["number"],
                    "name": row["displayName"],
                    "type": row["type"],
                    "base_unit": row["baseUnitOfMeasureCode"],
                    "category": row["itemCategoryCode"],
                    "unit_cost": str(row["unitCost"]),
                    "blocked": row["blocked"],
                    "bc_modified_at": row["lastModifiedDateTime"],
                    "row_hash": b"",
                }
                Item.objects.update_or_create(company=company, bc_id=row["id"], defaults=values)
                done += 1
            if done >= rows:
                return


def _copy(cursor: Any, rows: list[dict[str, Any]]) -> None:
    with cursor.copy(f"COPY bench_incoming ({NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in WIRE])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

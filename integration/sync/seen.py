"""Records that BC tells just as it told them before: a hash beside each row knows them, without reading them.

Nine of ten rows of a full pull are such, so this decides how long it takes. What else bears on a row's values
goes into the hash as well: the company's currency, the filter, and the names of what is quoted by its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import msgspec
from django.db import connection
from psycopg import sql

from integration.bc import RawRow
from masterdata.models import Company, own_fields
from masterdata.upsert import Counts, Turn

from . import filters, places
from .entities import ENTITIES, Entity, Link

FORM = 2  # one more whenever a record is read in another way, so that every row is looked at again
MOST_AT_ONCE = (
    100_000  # rows whose hashes are kept in memory, about 25 MB; longer lists are asked page by page
)

Seals = Mapping[str, bytes]
"""By a record's id the hash of what BC told of it."""

UNKNOWN = b""  # the hash of a row that has to be looked at, whatever BC tells

HERE = """
SELECT mirrored.bc_id::text,
       CASE WHEN mirrored.deleted_at IS NULL AND mirrored.filtered_at IS NULL {are_here}
            THEN mirrored.row_hash ELSE '' END
FROM {mirror} AS mirrored WHERE mirrored.company_id = %(company)s
"""
OF_THESE = " AND mirrored.bc_id = ANY(%(ids)s::uuid[])"
AT_MOST = " LIMIT %(most)s"
QUOTED = """
  AND (mirrored.{field} IN ('', {is_ours}) OR EXISTS (
    SELECT FROM {quoted} AS quoted
    WHERE quoted.company_id = %(company)s AND quoted.{key} = mirrored.{field}
      AND quoted.deleted_at IS NULL {unfiltered}
  ))
"""


class Seen:
    """What one list's mirror holds, for as long as one run writes it."""

    def __init__(self, company: Company, entity: Entity, wanted: filters.Filter, *, is_full: bool) -> None:
        self.company, self.entity = company, entity
        self.seal = _sealer(company, entity, wanted)
        self._is_whole = is_full
        self._kept: dict[str, bytes] | None = None
        self._as_of: datetime | None = None

    def kept(self, turn: Turn, ids: Collection[str]) -> Seals:
        """Give the hashes of those of the records that are in the mirror, and perhaps of others."""
        if self._is_whole and (self._kept is None or self._as_of != turn.last):
            self._kept, self._as_of = self._read(AT_MOST, {"most": MOST_AT_ONCE + 1}), turn.last
            self._let_go_of_a_long_list()
        if self._kept is not None:
            return self._kept
        return self._read(OF_THESE, {"ids": places.as_array(ids)})

    def wrote(self, turn: Turn, seals: Seals, counts: Counts) -> None:
        """Remember what this run itself has written, so that only others' writes are read again."""
        if self._kept is not None:
            self._kept.update(seals)
            self._as_of = turn.stamp if counts.written else self._as_of
            self._let_go_of_a_long_list()

    def _let_go_of_a_long_list(self) -> None:
        if self._kept is not None and len(self._kept) > MOST_AT_ONCE:
            self._kept, self._is_whole = None, False

    def _read(self, which: str, told: Mapping[str, str | int]) -> dict[str, bytes]:
        are_here = sql.Composed([_is_here(link) for link in self.entity.links])
        statement = sql.SQL(HERE).format(mirror=_table(self.entity), are_here=are_here)
        values: dict[str, str | int] = {
            "company": self.company.pk,
            "currency": self.company.ledger_currency,
            **told,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement + sql.SQL(which), values)
            return dict(cursor.fetchall())


def _sealer(company: Company, entity: Entity, wanted: filters.Filter) -> Callable[[RawRow], bytes]:
    """Make the function that hashes one record of an entity, in BC's own writing."""
    kept = [field.name for field in own_fields(entity.model)]
    context = [FORM, company.ledger_currency, kept, str(wanted), _names_by_id(company, entity)]
    begun = hashlib.blake2b(msgspec.json.encode(context), digest_size=16)

    def seal(row: RawRow) -> bytes:
        done = begun.copy()
        done.update(row.raw)
        return done.digest()

    return seal


def _names_by_id(company: Company, entity: Entity) -> list[list[str]]:
    """Give the keys of the lists that this one quotes by their ids: rows hold the key, BC tells the id."""
    quoted = [
        ENTITIES[link.to].model._default_manager.filter(company=company).values_list("bc_id", link.key)
        for link in entity.links
        if link.is_id
    ]
    return [[f"{bc_id} {key}" for bc_id, key in names.order_by("bc_id")] for names in quoted]


def _is_here(link: Link) -> sql.Composed:
    """Ask that what a row names is here; one that is left out takes its parts along."""
    return sql.SQL(QUOTED).format(
        field=sql.Identifier(link.field),
        is_ours=sql.SQL("%(currency)s" if link.to == "currencies" else "NULL"),
        quoted=_table(ENTITIES[link.to]),
        key=sql.Identifier(link.key),
        unfiltered=sql.SQL("AND quoted.filtered_at IS NULL" if link.is_part else ""),
    )


def _table(entity: Entity) -> sql.Identifier:
    return sql.Identifier(entity.model._meta.db_table)

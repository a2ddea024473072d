"""Records that BC tells just as it told them before: a hash beside each row knows them, without reading them.

Nine of ten rows of a full pull are such, so this decides how long it takes. What else bears on a row's values
goes into the hash as well: the company's currency, the filter, the version of the mapping, and the names of
what is quoted by its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

import msgspec
from django.db import connection
from psycopg import sql

from integration.bc import RawRow
from masterdata.models import Company, own_fields
from masterdata.upsert import Counts, Turn

from . import filters, places
from .entities import ENTITIES, Entity, Link

FORM = 4  # one more whenever a record is read in another way, so that every row is looked at again
MOST_AT_ONCE = (
    100_000  # rows whose hashes are kept in memory, about 10 MB; longer lists are asked page by page
)
SIZE = 16  # bytes

Seals = Mapping[str, bytes]
"""By a record's id the hash of what BC told of it."""

MIRROR = "FROM {mirror} AS mirrored WHERE mirrored.company_id = %(company)s"
OF_THESE = " AND mirrored.bc_id = ANY(%(ids)s::uuid[])"
HERE = """
 AND octet_length(mirrored.row_hash) = {size} AND mirrored.deleted_at IS NULL AND mirrored.filtered_at IS NULL
"""
QUOTED = """
 AND (mirrored.{field} IN ('', {is_ours}) OR EXISTS (
    SELECT FROM {quoted} AS quoted
    WHERE quoted.company_id = %(company)s AND quoted.{key} = mirrored.{field}
      AND quoted.deleted_at IS NULL {unfiltered}
 ))
"""
AT_MOST = " LIMIT %(most)s"
IDS = "SELECT mirrored.bc_id::text "
SEALS = "SELECT string_agg(row_hash, '') FROM (SELECT mirrored.row_hash {those}) AS those"


class Seen:
    """What one list's mirror holds, for as long as one run writes it.

    A hash covers the id, so a set of them tells what is as before. Of a whole list it is read once, and again
    when somebody else has written; what this run has written itself is always looked at.
    """

    def __init__(self, company: Company, entity: Entity, wanted: filters.Filter, *, is_full: bool) -> None:
        self.company, self.entity = company, entity
        self.seal = _sealer(company, entity, wanted)
        self._is_whole = is_full
        self._kept: set[bytes] | None = None
        self._as_of: datetime | None = None
        self._written: set[str] = set()
        self._began_empty = False

    def others(self, turn: Turn, seals: Seals) -> set[str]:
        """Tell which records are not known to be in the mirror just as BC tells them."""
        if self._is_whole and (self._kept is None or self._as_of != turn.last):
            self._keep_all(turn)
        kept = self._read(OF_THESE, {"ids": places.as_array(seals)}) if self._kept is None else self._kept
        return {bc_id for bc_id, seal in seals.items() if seal not in kept or bc_id in self._written}

    def known(self, ids: Collection[str]) -> Collection[str]:
        """Tell which of a turn's records are in the mirror, deleted and filtered ones as well."""
        if self._began_empty or not ids:
            return self._written
        statement = sql.SQL(IDS + MIRROR + OF_THESE).format(mirror=_table(self.entity))
        with connection.cursor() as cursor:
            cursor.execute(statement, {"company": self.company.pk, "ids": places.as_array(ids)})
            return {bc_id for (bc_id,) in cursor.fetchall()}

    def wrote(self, turn: Turn, ids: Iterable[str], counts: Counts) -> None:
        """Remember what this run itself has written, so that only others' writes are read again."""
        if self._kept is not None:
            self._written.update(ids)
            self._as_of = turn.stamp if counts.written else self._as_of
            self._let_go_of_a_long_list()

    def _keep_all(self, turn: Turn) -> None:
        self._kept, self._as_of = self._read(AT_MOST, {"most": MOST_AT_ONCE + 1}), turn.last
        self._written, self._began_empty = set(), turn.last is None
        self._let_go_of_a_long_list()

    def _let_go_of_a_long_list(self) -> None:
        if self._kept is not None and len(self._kept) + len(self._written) > MOST_AT_ONCE:
            self._kept, self._is_whole, self._began_empty = None, False, False
            self._written = set()

    def _read(self, which: str, told: Mapping[str, str | int]) -> set[bytes]:
        """Read the hashes of rows that need no look while BC tells them as before: in one value, cut here."""
        links = sql.Composed([_is_here(link) for link in self.entity.links])
        those = sql.SQL(MIRROR + HERE).format(mirror=_table(self.entity), size=sql.Literal(SIZE)) + links
        values = {"company": self.company.pk, "currency": self.company.ledger_currency, **told}
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(SEALS).format(those=those + sql.SQL(which)), values)
            seals = bytes(cursor.fetchone()[0] or b"")
        return {seals[start : start + SIZE] for start in range(0, len(seals), SIZE)}


def _sealer(company: Company, entity: Entity, wanted: filters.Filter) -> Callable[[RawRow], bytes]:
    """Make the function that hashes one record of an entity, in BC's own writing."""
    kept = [field.name for field in own_fields(entity.model)]
    told_by = [company.ledger_currency, str(wanted), entity.mapping.version]
    context = [FORM, kept, told_by, _names_by_id(company, entity)]
    salt = hashlib.blake2b(msgspec.json.encode(context), digest_size=hashlib.blake2b.SALT_SIZE).digest()

    def seal(row: RawRow) -> bytes:
        return hashlib.blake2b(row.raw, digest_size=SIZE, salt=salt).digest()

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

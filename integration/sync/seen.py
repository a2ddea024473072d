"""Records that BC tells just as it told them before: a hash beside each row knows them, without reading them.

Nine of ten rows of a full pull are such, so this decides how long it takes. What else bears on a row's values
goes into the hash as well: the company's currency, the filter, and the names of what is quoted by its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from operator import itemgetter

import msgspec
from django.db import connection
from psycopg import sql

from masterdata.models import Company
from masterdata.upsert import own_fields

from . import filters, places
from .entities import ENTITIES, Entity, Link, Row

FORM = 1  # one more whenever a record is read in another way, so that every row is looked at again
NOT_TOLD = {"lastModifiedDateTime"}  # a new stamp alone changes nothing here

Seals = Mapping[str, bytes]
"""For each record of a page, by its id in small letters, the hash of what BC told of it."""

HERE = """
SELECT mirrored.bc_id::text, mirrored.row_hash FROM {mirror} AS mirrored
WHERE mirrored.company_id = %(company)s AND mirrored.bc_id = ANY(%(ids)s::uuid[])
  AND mirrored.deleted_at IS NULL AND mirrored.filtered_at IS NULL
"""
QUOTED = """
  AND (mirrored.{field} IN ('', {is_ours}) OR EXISTS (
    SELECT FROM {quoted} AS quoted
    WHERE quoted.company_id = %(company)s AND quoted.{key} = mirrored.{field}
      AND quoted.deleted_at IS NULL {unfiltered}
  ))
"""

_write = msgspec.json.Encoder().encode


def seals(company: Company, entity: Entity, wanted: filters.Filter, rows: Mapping[str, Row]) -> Seals:
    """Give the hash of each record; one that lacks a field has none, and has to be looked at."""
    seal = _sealer(company, entity, wanted)
    return {bc_id: seal(row) for bc_id, row in rows.items()}


def mirrored(company: Company, entity: Entity, found: Seals) -> set[str]:
    """Tell which of the records are here, just as BC tells them and with all that they name."""
    statement = sql.SQL(HERE).format(mirror=_table(entity)) + sql.Composed(
        [_is_here(link) for link in entity.links]
    )
    told: dict[str, int | str] = {
        "company": company.pk,
        "currency": company.ledger_currency,
        "ids": places.as_array(found),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return {bc_id for bc_id, kept in cursor.fetchall() if kept and kept == found.get(bc_id)}


def _sealer(company: Company, entity: Entity, wanted: filters.Filter) -> Callable[[Row], bytes]:
    """Make the function that hashes one record of an entity."""
    names = [name for name in entity.select if name not in NOT_TOLD]
    told = itemgetter(*names)
    kept = [field.name for field in own_fields(entity.model)]
    context = [FORM, company.ledger_currency, names, kept, str(wanted), _names_by_id(company, entity)]
    begun = hashlib.blake2b(_write(context), digest_size=16)

    def seal(row: Row) -> bytes:
        try:
            written = _write(told(row))
        except KeyError:
            return b""
        done = begun.copy()
        done.update(written)
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

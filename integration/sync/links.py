"""What a record needs of other lists: a row whose unit, vendor terms or item is not here yet has to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from masterdata.models import Company
from masterdata.upsert import Pulled

from .entities import ENTITIES, Entity, Link


def resolve(
    company: Company, entity: Entity, rows: Sequence[Pulled]
) -> tuple[list[Pulled], list[tuple[Pulled, str]]]:
    """Put keys in the place of BC's ids; returns the rows that can be written, and why the others wait."""
    if not entity.links:
        return list(rows), []
    known = [(link, _known(company, link, rows)) for link in entity.links]
    ready: list[Pulled] = []
    waiting: list[tuple[Pulled, str]] = []
    for row in rows:
        missing = [told for link, keys in known if (told := _missing(company, link, keys, row))]
        if missing:
            waiting.append((row, f"It waits for {' and '.join(missing)}."))
        else:
            ready.append(_with_keys(known, row))
    return ready, waiting


def _known(company: Company, link: Link, rows: Sequence[Pulled]) -> dict[str, str]:
    """Give the records that these rows name and that are here, by what BC names them with."""
    named = {str(row.values[link.field]) for row in rows} - {"", company.ledger_currency}
    by = "bc_id" if link.is_id else link.key
    present = ENTITIES[link.to].model._default_manager.filter(company=company, deleted_at=None)
    found: Any = present.filter(**{f"{by}__in": named}).values_list(by, link.key) if named else ()
    return {str(name): key for name, key in found}


def _missing(company: Company, link: Link, known: Mapping[str, str], row: Pulled) -> str:
    value = str(row.values[link.field])
    is_ours = link.to == "currencies" and value == company.ledger_currency  # BC need not list it
    if not value or value in known or is_ours:
        return ""
    if link.is_id:
        return f"the {link.noun} with the id {value}"
    return f"the {link.noun} {value}"


def _with_keys(known: Sequence[tuple[Link, Mapping[str, str]]], row: Pulled) -> Pulled:
    keys = {
        link.field: names[str(row.values[link.field])]
        for link, names in known
        if link.is_id and row.values[link.field]
    }
    return replace(row, values={**row.values, **keys}) if keys else row

"""What a record needs of other lists: a row whose unit, vendor terms or item is not here yet has to wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count

from masterdata.models import Company
from masterdata.upsert import Pulled

from . import filters
from .entities import ENTITIES, Entity, Link


@dataclass(frozen=True)
class Resolved:
    """What can be written, what waits and why, and what belongs to a record that a filter leaves out."""

    ready: list[Pulled]
    waiting: list[tuple[Pulled, str]]
    left_out: list[Pulled]


@dataclass(frozen=True)
class Known:
    """The records that are here of those that rows name by one link, and what their list's filter is."""

    link: Link
    keys: Mapping[str, str]
    """Our key by what BC names the record with."""
    filtered: Set[str]
    """Those of them that a filter leaves out by now."""
    filter: filters.Filter


def resolve(company: Company, entity: Entity, rows: Sequence[Pulled]) -> Resolved:
    """Put keys in the place of BC's ids, and tell apart what can be written and what cannot."""
    known = [_known(company, link, rows) for link in entity.links]
    resolved = Resolved([], [], [])
    for row in rows:
        missing = [each for each in known if _is_missing(company, each, row)]
        if not missing:
            resolved.ready.append(_with_keys(known, row))
        elif row.is_filtered or any(each.link.is_part and each.filter for each in missing):
            resolved.left_out.append(row)
        else:
            told = " and ".join(_told(each, row) for each in missing)
            resolved.waiting.append((row, f"It waits for {told}."))
    return resolved


def still_needed(company: Company, entity: Entity, rows: Sequence[Pulled]) -> Iterator[tuple[str, str]]:
    """Tell of each record that a filter leaves out while records of other lists go on using it."""
    quoting = [(each, link) for each in ENTITIES.values() for link in each.links if link.to == entity.name]
    for each, link in quoting:
        if link.is_part:
            continue  # these are left out with it
        names = {str(row.values[link.key]) for row in rows if row.is_filtered}
        users = each.model._default_manager.filter(
            company=company, deleted_at=None, filtered_at=None, **{f"{link.field}__in": names}
        )
        for name, count in users.values_list(link.field).annotate(count=Count("pk")).order_by(link.field):
            yield (
                name,
                f"The filter leaves it out, but {count} of the {each.name} that are mirrored use it, so it "
                f"stays here, marked. Widen the filter of {entity.name}, or narrow that of {each.name}.",
            )


def _known(company: Company, link: Link, rows: Sequence[Pulled]) -> Known:
    named = {str(row.values[link.field]) for row in rows} - {"", company.ledger_currency}
    by = "bc_id" if link.is_id else link.key
    present = ENTITIES[link.to].model._default_manager.filter(company=company, deleted_at=None)
    found: Any = present.filter(**{f"{by}__in": named}) if named else present.none()
    told = list(found.values_list(by, link.key, "filtered_at"))
    is_all_here = len({name for name, _, _ in told}) == len(named)
    return Known(
        link=link,
        keys={str(name): key for name, key, _ in told},
        filtered={str(name) for name, _, filtered_at in told if filtered_at},
        filter=filters.Filter() if is_all_here else filters.of(company, ENTITIES[link.to]),
    )


def _is_missing(company: Company, known: Known, row: Pulled) -> bool:
    value = str(row.values[known.link.field])
    is_ours = known.link.to == "currencies" and value == company.ledger_currency  # BC need not list it
    return bool(value) and value not in known.keys and not is_ours


def _told(known: Known, row: Pulled) -> str:
    """Name what a row waits for, and the filter that may be why."""
    link, value = known.link, row.values[known.link.field]
    told = f"the {link.noun} with the id {value}" if link.is_id else f"the {link.noun} {value}"
    if not known.filter:
        return told
    on_key = known.filter.on([link.key])
    leaves_out = "leaves out" if not link.is_id and not on_key.admits({link.key: value}) else "may leave out"
    return f"{told}, which the filter of {link.to} {leaves_out} ({known.filter})"


def _with_keys(known: Sequence[Known], row: Pulled) -> Pulled:
    """Put keys in the place of ids; what belongs to a record that is left out is left out with it."""
    keys = {
        each.link.field: each.keys[str(row.values[each.link.field])]
        for each in known
        if each.link.is_id and row.values[each.link.field]
    }
    is_filtered = row.is_filtered or any(
        each.link.is_part and str(row.values[each.link.field]) in each.filtered for each in known
    )
    if not keys and is_filtered == row.is_filtered:
        return row
    return replace(row, values={**row.values, **keys}, is_filtered=is_filtered)

"""What a record needs of other lists: a row whose unit, vendor terms or item is not here yet has to wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from masterdata.batch import Batch, Value
from masterdata.models import Company

from . import filters
from .entities import ENTITIES, Entity, Link


@dataclass(frozen=True)
class Resolved:
    """What of a batch cannot be written, by its place: what waits and for what, and what is left out."""

    waiting: dict[int, str]
    left_out: set[int]
    """Those that belong to a record that a filter leaves out."""


@dataclass(frozen=True)
class Known:
    """The records that are here of those that rows name by one link, and what their list's filter is."""

    link: Link
    keys: Mapping[Value, Value]
    """Our key by what BC names the record with."""
    missing: Set[Value]
    filtered: Set[Value]
    """Those of them that a filter leaves out by now."""
    filter: filters.Filter


def resolve(company: Company, entity: Entity, batch: Batch) -> Resolved:
    """Put keys in the place of BC's ids, and tell what cannot be written as what it names is not here."""
    known = [_known(company, link, batch.columns[link.field]) for link in entity.links]
    resolved = Resolved({}, set())
    for place in sorted({place for each in known for place in _missing(each, batch)}):
        missing = [each for each in known if batch.columns[each.link.field][place] in each.missing]
        if place in batch.filtered or any(each.link.is_part and each.filter for each in missing):
            resolved.left_out.add(place)
        else:
            told = " and ".join(_told(each, batch.columns[each.link.field][place]) for each in missing)
            resolved.waiting[place] = f"It waits for {told}."
    for each in known:
        _put_keys(each, batch)
    return resolved


def still_needed(company: Company, entity: Entity, batch: Batch) -> Iterator[tuple[str, str]]:
    """Tell of each record that a filter leaves out while records of other lists go on using it."""
    quoting = [(each, link) for each in ENTITIES.values() for link in each.links if link.to == entity.name]
    for each, link in quoting:
        if link.is_part:
            continue  # these are left out with it
        names = {batch.columns[link.key][place] for place in batch.filtered}
        users = each.model._default_manager.filter(
            company=company, deleted_at=None, filtered_at=None, **{f"{link.field}__in": names}
        )
        for name, count in users.values_list(link.field).annotate(count=Count("pk")).order_by(link.field):
            yield (
                name,
                f"The filter leaves it out, but {count} of the {each.name} that are mirrored use it, so it "
                f"stays here, marked. Widen the filter of {entity.name}, or narrow that of {each.name}.",
            )


def _known(company: Company, link: Link, column: Sequence[Value]) -> Known:
    named = set(column) - {"", company.ledger_currency if link.to == "currencies" else ""}
    by = "bc_id" if link.is_id else link.key
    present = ENTITIES[link.to].model._default_manager.filter(company=company, deleted_at=None)
    found: Any = present.filter(**{f"{by}__in": named}) if named else present.none()
    told = list(found.values_list(by, link.key, "filtered_at"))
    keys: dict[Value, Value] = {str(name): key for name, key, _ in told}
    missing = named - keys.keys()
    return Known(
        link=link,
        keys=keys,
        missing=missing,
        filtered={str(name) for name, _, filtered_at in told if filtered_at},
        filter=filters.of(company, ENTITIES[link.to]) if missing else filters.Filter(),
    )


def _missing(known: Known, batch: Batch) -> Iterator[int]:
    if known.missing:
        for place, value in enumerate(batch.columns[known.link.field]):
            if value in known.missing:
                yield place


def _told(known: Known, value: Value) -> str:
    """Name what a row waits for, and the filter that may be why."""
    link = known.link
    told = f"the {link.noun} with the id {value}" if link.is_id else f"the {link.noun} {value}"
    if not known.filter:
        return told
    on_key = known.filter.on([link.key])
    leaves_out = "leaves out" if not link.is_id and not on_key.admits({link.key: value}) else "may leave out"
    return f"{told}, which the filter of {link.to} {leaves_out} ({known.filter})"


def _put_keys(known: Known, batch: Batch) -> None:
    """Put keys in the place of ids; what belongs to a record that is left out is left out with it."""
    link, column = known.link, batch.columns[known.link.field]
    if link.is_part and known.filtered:
        batch.filtered.update(place for place, value in enumerate(column) if value in known.filtered)
    if link.is_id:
        batch.columns[link.field] = [known.keys.get(value, value) for value in column]

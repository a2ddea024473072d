"""What an administrator lets into a mirror: judged here on each row, not by Business Central.

BC would not tell of a record that leaves a filter, nor count what it leaves out (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from integration.errors import ConfigurationError
from integration.models import MirrorFilter
from masterdata.batch import Batch, Value
from masterdata.models import Company

from . import runs
from .entities import ENTITIES, PARTS, Entity

Comparison = MirrorFilter.Comparison


class NoComparison(ConfigurationError):  # noqa: N818
    """A value cannot be compared with what a field holds; the message says how to write it."""


@dataclass(frozen=True)
class Condition:
    """One field, and what it has to be."""

    field: str
    comparison: str
    wanted: tuple[str, ...]

    def holds(self, value: Value) -> bool:
        if self.comparison == Comparison.FROM:
            return value is not None and all(_at_least(value, each) for each in self.wanted)
        written = _written(value)
        if self.comparison == Comparison.BEGINS:
            return any(written.startswith(each.casefold()) for each in self.wanted)
        is_one = written in {each.casefold() for each in self.wanted}
        return is_one == (self.comparison == Comparison.IS)

    def __str__(self) -> str:
        told = Comparison(self.comparison).label
        return f"{self.field.replace('_', ' ')} {told} {', '.join(self.wanted)}"


@dataclass(frozen=True)
class Filter:
    """The conditions of one list; without any, everything is let in."""

    conditions: tuple[Condition, ...] = ()

    def admits(self, values: Mapping[str, Value]) -> bool:
        return all(each.holds(values[each.field]) for each in self.conditions)

    def mark(self, batch: Batch) -> None:
        """Mark the records that it leaves out."""
        if self:
            places = range(len(batch))
            batch.filtered.update(place for place in places if not self.admits(batch.values(place)))

    def on(self, fields: Iterable[str]) -> Filter:
        """Give the conditions on these fields only."""
        wanted = set(fields)
        return Filter(tuple(each for each in self.conditions if each.field in wanted))

    def without(self, fields: Iterable[str]) -> Filter:
        unwanted = set(fields)
        return Filter(tuple(each for each in self.conditions if each.field not in unwanted))

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def __str__(self) -> str:
        return " and ".join(str(each) for each in self.conditions)


def of(company: Company, entity: Entity) -> Filter:
    """Read the filter of a list as it stands now."""
    rows = MirrorFilter.objects.filter(company=company, entity=entity.name, enabled=True).order_by("pk")
    return Filter(tuple(Condition(row.field, row.comparison, tuple(row.wanted)) for row in rows))


@transaction.atomic
def save(row: MirrorFilter) -> None:
    """Keep a condition; the next run puts it to the whole list, and to what belongs to its records."""
    row.save()
    _put_to_all(row)


@transaction.atomic
def delete(row: MirrorFilter) -> None:
    """Take a condition away; the next run reads what it left out."""
    row.delete()
    _put_to_all(row)


def consequence(row: MirrorFilter) -> str:
    """Say what the filter of this row's list does to what is mirrored now, from the next run on."""
    entity = ENTITIES[row.entity]
    wanted = of(row.company, entity)
    if not wanted:
        return f"From the next run on all {row.entity} are mirrored."
    names = [condition.field for condition in wanted.conditions]
    rows = entity.model._default_manager.filter(company=row.company, deleted_at=None).values(*names)
    all_in_all = stay = 0
    for values in rows.iterator():
        all_in_all += 1
        stay += wanted.admits(values)
    return (
        f"From the next run on {stay:,} of the {all_in_all:,} {row.entity} that are here stay in; the others "
        "are kept and marked. What is new comes in only where the filter lets it."
    )


def _put_to_all(row: MirrorFilter) -> None:
    for name in (row.entity, *PARTS.get(row.entity, ())):
        runs.want_full(row.company, name)


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).casefold()


def _at_least(value: Value, least: str) -> bool:
    try:
        if isinstance(value, date):
            return value >= date.fromisoformat(least)
        if isinstance(value, Decimal | int):
            return value >= Decimal(least)
    except (ValueError, ArithmeticError) as exc:
        raise NoComparison(f"{least!r} is not what this field holds. Write dates as 2026-01-31.") from exc
    return _written(value) >= least.casefold()

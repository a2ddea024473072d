"""Records of one list as columns: thousands of them are judged and written column by column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

Value = str | bool | int | Decimal | date | datetime | UUID | None


@dataclass(frozen=True)
class Pulled:
    """One record as BC has it now; `values` are the mirror's own fields by name."""

    bc_id: UUID
    modified_at: datetime | None
    values: Mapping[str, Value]
    is_filtered: bool = False
    """An administrator does not want it: it is not added, but it is kept up to date where it is here."""


@dataclass(frozen=True)
class Batch:
    """Records as columns of equal length, each record at the same place of all of them."""

    ids: list[str]
    """BC's ids in small letters; no two are the same."""
    modified_at: list[datetime | None]
    columns: dict[str, list[Value]]
    """By the name of the mirror's field."""
    filtered: set[int] = field(default_factory=set)
    """The places of those that a filter leaves out."""

    @classmethod
    def of(cls, rows: Iterable[Pulled]) -> Batch:
        """Make columns of records; of one that comes twice the last counts."""
        latest = list({row.bc_id: row for row in rows}.values())
        names = latest[0].values if latest else ()
        return cls(
            [str(row.bc_id) for row in latest],
            [row.modified_at for row in latest],
            {name: [row.values[name] for row in latest] for name in names},
            {place for place, row in enumerate(latest) if row.is_filtered},
        )

    def __len__(self) -> int:
        return len(self.ids)

    def values(self, place: int) -> dict[str, Value]:
        return {name: column[place] for name, column in self.columns.items()}

    def row(self, place: int) -> Pulled:
        is_filtered = place in self.filtered
        return Pulled(UUID(self.ids[place]), self.modified_at[place], self.values(place), is_filtered)

    def rows(self) -> Iterator[Pulled]:
        return map(self.row, range(len(self)))

    def without(self, places: Collection[int]) -> Batch:
        """Leave out the records at these places."""
        if not places:
            return self
        return self.only([place for place in range(len(self)) if place not in places])

    def only(self, places: Collection[int]) -> Batch:
        """Give the records at these places, in their order."""
        return Batch(
            [self.ids[place] for place in places],
            [self.modified_at[place] for place in places],
            {name: [column[place] for place in places] for name, column in self.columns.items()},
            {new for new, place in enumerate(places) if place in self.filtered},
        )

"""Write what a pull brings into the mirror of its list: what differs, and why the rest is not written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from integration.bc import RawRow
from integration.models import SyncRun
from masterdata.batch import Batch
from masterdata.fitting import problems
from masterdata.models import Company
from masterdata.upsert import Counts, Turn, take_turn, write
from reconciliation import policies

from . import filters, held, links, renames, runs, seen
from .entities import PARTS, Entity, Row
from .sorting import Sorted, sort


class Writer:
    """What writes the pages of one run into the mirror of one list."""

    def __init__(self, company: Company, entity: Entity, run: SyncRun) -> None:
        self.company, self.entity, self.run = company, entity, run
        self.wanted = filters.of(company, entity)
        self.seen = seen.Seen(company, entity, self.wanted, is_full=run.kind == SyncRun.Kind.FULL)
        self.holds_some = held.are_any(run)  # what others hold meanwhile, the next run tries

    @transaction.atomic
    def write(self, rows: Sequence[RawRow]) -> None:
        """Write what differs; a record that cannot be used or has to wait is held back and tried again."""
        latest = {row.id: row for row in rows}  # of one that comes twice the last counts
        turn = take_turn(self.company, self.entity.model)
        seals = {bc_id: self.seen.seal(row) for bc_id, row in latest.items()}
        to_look_at = self.seen.others(turn, seals)
        others = [row for bc_id, row in latest.items() if bc_id in to_look_at] if to_look_at else []
        page = sort(self.company, self.entity, self.wanted, [row.fields for row in others])
        held_back = _held_back(self.entity, page)
        usable = page.batch.without(page.waiting.keys() | page.left_out | held_back.keys())
        counts = self._merge(turn, usable, seals)
        self._let_go(latest.keys() - to_look_at, usable, page)
        self._keep([*_refused(page), *held_back.values()])
        filtered, same = counts.filtered + len(page.left_out), len(latest) - len(others)
        counts = replace(counts, unchanged=counts.unchanged + same)
        waiting = len(page.waiting)
        failed = len(page.refused) + len(held_back) - waiting
        runs.count(self.run, counts, read=len(rows), failed=failed, waiting=waiting, filtered=filtered)

    def _merge(self, turn: Turn, usable: Batch, seals: seen.Seals) -> Counts:
        if not usable:
            return Counts()
        mark = renames.mark(self.entity)
        known = self.seen.known(usable.ids)
        counts = write(turn, usable, known=known, seals=seals)
        stays_out = {usable.ids[place] for place in usable.filtered if usable.ids[place] not in known}
        self.seen.wrote(turn, set(usable.ids) - stays_out, counts)
        if counts.written:
            self._pass_on(counts)
            renames.spread(self.company, self.entity, mark)
        if counts.marked:
            runs.notes(self.run, links.still_needed(self.company, self.entity, usable))
        return counts

    def _pass_on(self, counts: Counts) -> None:
        """Match open invoices again where it bears on them; read what belongs to records that come and go."""
        if self.entity.bears_on_invoices:
            policies.judge_again(self.company)
        come_or_go = bool(self.wanted) and (counts.new or counts.marked)
        if come_or_go and self.run.kind != SyncRun.Kind.FULL:
            for part in PARTS[self.entity.name]:
                runs.want_full(self.company, part)

    def _let_go(self, as_before: Iterable[str], usable: Batch, page: Sorted) -> None:
        """Forget why records were held back that are settled now."""
        if self.holds_some:
            left_out = [page.batch.ids[place] for place in page.left_out]
            held.let_go(self.run, map(UUID, [*as_before, *usable.ids, *left_out]))

    def _keep(self, records: Collection[held.Held]) -> None:
        if records:
            held.keep(self.run, records)
            self.holds_some = True
        runs.notes(self.run, [(record.record, record.reason) for record in records])


def _refused(page: Sorted) -> Iterator[held.Held]:
    for row, reason in page.refused:
        yield _held(page, row, held.Why.FAILED, reason)


def _held_back(entity: Entity, page: Sorted) -> dict[int, held.Held]:
    """Name by its place what waits for another record, and what the table would refuse."""
    found = {
        place: _held(page, page.rows[place], held.Why.WAITING, reason)
        for place, reason in page.waiting.items()
    }
    unfit = problems(entity.model, page.batch) if page.batch else {}
    for place, reason in unfit.items():
        if place not in found and place not in page.left_out:
            found[place] = _held(page, page.rows[place], held.Why.FAILED, reason)
    return found


def _held(page: Sorted, row: Row, why: held.Why, reason: str) -> held.Held:
    return held.Held(UUID(str(row["id"])), page.name_of(row), why, reason)

"""Compare a whole mirror with Business Central, and remember what differs. The mirror is not written.

A change that BC made since the last pull is no drift to worry about: the next pull brings it. What no pull of
changes brings is: somebody wrote the mirror, or a change never reached it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integration import connections, contract
from integration.bc import Client, Lane
from integration.errors import IntegrationError
from integration.models import DriftCheck, DriftedRecord
from masterdata import chain
from masterdata.models import Company
from masterdata.wording import written

from . import comparing, masters, runs, vanished
from .company import ensure_company
from .comparing import Compared, Standing
from .entities import ENTITIES, Entity

logger = logging.getLogger(__name__)

KEPT = 200  # records of one comparison; the others are counted
COUNTS = {
    Standing.SAME: "rows_same",
    Standing.DIFFERS: "rows_differ",
    Standing.MISSING: "rows_missing",
    Standing.GONE: "rows_gone",
    Standing.UNUSABLE: "rows_held",
}
DRIFT = {Standing.DIFFERS, Standing.MISSING, Standing.GONE}
UNDER_WAY = "It is under way, or its worker was ended. The figures are of the pages that were read so far."
CUT_OFF = (
    "It took longer than a worker may. The figures are of the pages that were read; the next comparison "
    "begins at the first page again."
)
LOOKED_AT_TWICE = 500  # of a page; when more differ, it is no matter of a pull that came between


def check_drift(names: Iterable[str] = tuple(ENTITIES)) -> list[DriftCheck]:
    """Compare each of these lists, whatever became of the others; what failed says so in its check."""
    client = connections.client(lane=Lane.BULK)
    company = ensure_company(client)
    return [check(client, company, ENTITIES[name]) for name in names]


def old_checks(*, now: datetime) -> QuerySet[DriftCheck]:
    """Give the comparisons whose term is over."""
    return DriftCheck.objects.filter(checked_at__lt=now - chain.kept_days("comparisons"))


def check(client: Client, company: Company, entity: Entity) -> DriftCheck:
    """Compare one list and keep what came of it, page by page; comparisons whose term is over are forgotten.

    What was found stays when it does not come to its end, whatever ends it, and the check says so.
    """
    old_checks(now=timezone.now()).delete()
    begun = DriftCheck(company=company, entity=entity.name, checked_at=timezone.now(), error=UNDER_WAY)
    found = _Found(begun)
    try:
        if paused := contract.of_pull(entity.name):
            raise contract.Paused(paused)
        found.end(_compare(client, company, entity, found))
    except IntegrationError as exc:
        found.end(exc.sentence)
        logger.warning("Comparing %s broke off: %s", entity.name, exc.sentence)
    except SoftTimeLimitExceeded:
        found.end(CUT_OFF)
        logger.warning("Comparing %s took longer than a worker may", entity.name)
    if found.check.staying:
        logger.error(
            "%s of the %s differ from Business Central, and no pull of changes will end it",
            found.check.staying,
            entity.name,
        )
    return found.check


class _Found:
    """What a comparison has counted so far, and the records it names."""

    def __init__(self, check: DriftCheck) -> None:
        self.check = check
        self._named = 0
        self._unsaved: list[DriftedRecord] = []
        self.save()

    def add(self, told: Compared, *, is_on_its_way: bool) -> None:
        name = COUNTS[told.standing]
        setattr(self.check, name, getattr(self.check, name) + 1)
        if told.standing in DRIFT:
            self.check.rows_on_their_way += is_on_its_way
            self._name(told, is_on_its_way)

    def _name(self, told: Compared, is_on_its_way: bool) -> None:
        if self._named < KEPT:
            self._named += 1
            fields = [[each.field, written(each.here), written(each.in_bc)] for each in told.differences]
            self._unsaved.append(
                DriftedRecord(
                    check_run=self.check,
                    bc_id=told.bc_id,
                    record=told.name[:100],
                    how=told.standing,
                    note=told.note,
                    fields=fields,
                    is_on_its_way=is_on_its_way,
                )
            )

    @transaction.atomic
    def save(self) -> None:
        self.check.save()
        DriftedRecord.objects.bulk_create(self._unsaved)
        self._unsaved = []

    def end(self, error: str) -> None:
        """Keep the comparison, and why it did not come to its end: empty if it did."""
        self.check.error = error
        self.save()


def _compare(client: Client, company: Company, entity: Entity, found: _Found) -> str:
    """Compare page by page; returns why not, where that is no failure."""
    if entity.needs_app and not masters.app_shows(client, entity):
        return masters.NO_APP
    brings = _brought_by_the_next_pull(company, entity)
    seen: set[UUID] = set()
    pages = client.pages(
        entity.entity_set, select=entity.select, page_size=masters.PAGE_SIZE, app=entity.needs_app
    )
    for rows in pages:
        fresh = [row for row in rows if UUID(str(row["id"])) not in seen]
        seen |= {UUID(str(row["id"])) for row in fresh}
        compared = list(comparing.compare_rows(company, entity, fresh))
        for told in _looked_at_twice(client, company, entity, compared):
            found.add(told, is_on_its_way=brings(told))
        found.save()
    here = entity.model._default_manager.filter(company=company, deleted_at=None)
    unnamed = [bc_id for bc_id in here.values_list("bc_id", flat=True).iterator() if bc_id not in seen]
    present = here.count()
    if vanished.is_too_many(len(unnamed), of=present):
        raise vanished.TooManyGone(
            f"{len(unnamed)} of {present} {entity.name} are missing from Business Central's list, so they "
            "were not asked for one by one. Check company and permissions there."
        )
    for told in comparing.compare_now(client, company, entity, unnamed):
        found.add(told, is_on_its_way=brings(told) or told.standing is Standing.GONE)
    return ""


def _looked_at_twice(
    client: Client, company: Company, entity: Entity, compared: Sequence[Compared]
) -> Iterator[Compared]:
    """Look again at what differs: a pull may have written it after its page was read."""
    differing = [told.bc_id for told in compared if told.standing in DRIFT]
    if not differing or len(differing) > LOOKED_AT_TWICE:
        yield from compared
        return
    yield from (told for told in compared if told.standing not in DRIFT)
    yield from comparing.compare_now(client, company, entity, differing)


def _brought_by_the_next_pull(company: Company, entity: Entity) -> Callable[[Compared], bool]:
    """Tell whether BC has changed a record since the list was last pulled; at night all is read anyway."""
    mark = runs.watermark(company, entity.name)
    since = mark - masters.OVERLAP if mark else datetime.min.replace(tzinfo=UTC)
    return lambda told: told.modified_at is not None and told.modified_at >= since

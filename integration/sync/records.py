"""Pull single records: those that a person names, or that Business Central says have changed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from integration import connections, contract
from integration.bc import Client, Lane
from integration.errors import IntegrationError, PermanentError
from integration.mapping import pulls
from integration.models import SyncRun
from masterdata.audit import acting_as
from masterdata.models import Company

from . import masters, runs
from .company import ensure_company
from .entities import ENTITIES, Entity, UnknownEntity

logger = logging.getLogger(__name__)


class NoSuchRecord(PermanentError):  # noqa: N818 - it says what is missing
    """Neither Business Central nor the mirror has a record of that name."""


def pull_record(entity: str, bc_id: UUID) -> SyncRun:
    """Bring one record up to date by its BC id; see `pull_records`."""
    return pull_records(entity, [bc_id])


def pull_records(entity: str, ids: Collection[UUID]) -> SyncRun:
    """Bring records of a master list up to date by their BC ids, and mark as deleted what BC no longer has.

    Safe at any time and any number of times, also while the whole list is being pulled. A record that cannot
    be mirrored is held back and counted in the run; every later run tries it again. Give the ids of many
    notifications at once: they are one run, and a question to BC for each fifty. Raises UnknownEntity for
    what is no master list (pull `invoices` whole, with `pull_entity`), and what the client raises.
    """
    client, company = _connected()
    return _pull(client, company, _entity(entity), list(dict.fromkeys(ids)))


def pull_named(entity: str, name: str) -> SyncRun:
    """Bring up to date what bears this number, code or BC id; also raises NoSuchRecord.

    Of lists without a number of their own, such as item units, that is everything of the item or currency.
    """
    client, company = _connected()
    wanted = _entity(entity)
    ids = [_id(name)] if _id(name) else masters.ids_of(client, company, wanted, name)
    if not ids:
        raise NoSuchRecord(
            f"Business Central has no {name} among its {entity}, nor was one mirrored. Check the number."
        )
    return _pull(client, company, wanted, [each for each in ids if each])


def _connected() -> tuple[Client, Company]:
    client = connections.client(lane=Lane.BULK)
    return client, ensure_company(client)


def _entity(name: str) -> Entity:
    if name not in ENTITIES:
        raise UnknownEntity(f"There are no single records of {name!r} to pull. Use {', '.join(ENTITIES)}.")
    return ENTITIES[name]


def _id(name: str) -> UUID | None:
    try:
        return UUID(name) if len(name) == len(str(UUID(int=0))) else None
    except ValueError:
        return None


def _pull(client: Client, company: Company, entity: Entity, ids: Sequence[UUID]) -> SyncRun:
    if paused := contract.of_pull(entity.name):
        raise contract.Paused(paused)
    run = runs.start_records(company, entity.name)
    try:
        with acting_as(run.actor), pulls.holding(entity.name):
            masters.pull_records(client, company, entity, run, ids)
        runs.finish(run, watermark=None)
    except IntegrationError as exc:
        runs.fail(run, exc.sentence)
        logger.warning("The pull of %s of %s failed: %s", len(ids), entity.name, exc.sentence)
        raise
    except BaseException as exc:
        runs.fail(run, runs.broken_off(exc))
        raise
    return run

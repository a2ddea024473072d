"""Pull entities by name, each as a run of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from integration import connections, contract
from integration.bc import DEAD_SKIP_TOKEN, Client, Lane
from integration.errors import ConflictError, IntegrationError, NotSentError, TemporaryError
from integration.mapping import pulls
from integration.models import SyncRun
from masterdata.audit import acting_as
from masterdata.models import Company

from . import invoices, masters, places, runs
from .company import ensure_company
from .entities import ENTITIES as MIRRORED
from .entities import Entity, UnknownEntity

logger = logging.getLogger(__name__)

MASTERS = tuple(MIRRORED)
INVOICES = "invoices"
ENTITIES = (*MASTERS, INVOICES)
ALL = "all"
RESTARTS = 2


def pull_entity(entity: str, *, full: bool = False, accept_deletions: bool = False) -> list[SyncRun]:
    """Pull one entity, or with `all` every master list; returns the runs.

    Of `all`, each list is pulled whatever became of the others; then the first error is raised.
    """
    client = connections.client(lane=Lane.BULK)
    company = ensure_company(client)
    names = MASTERS if entity == ALL else (entity,)
    return pull_lists(client, company, names, full=full, accept_deletions=accept_deletions)


def pull_lists(
    client: Client,
    company: Company,
    names: Iterable[str],
    *,
    full: bool = False,
    changes_suffice: bool = False,
    accept_deletions: bool = False,
) -> list[SyncRun]:
    """Pull each list whatever became of the others; then raise the first error."""
    done: list[SyncRun] = []
    errors: list[IntegrationError] = []
    for name in names:
        try:
            done.append(
                pull_one(
                    client,
                    company,
                    name,
                    full=full,
                    changes_suffice=changes_suffice,
                    accept_deletions=accept_deletions,
                )
            )
        except IntegrationError as exc:
            errors.append(exc)
    if errors:
        raise errors[0]
    return done


def pull_one(
    client: Client,
    company: Company,
    entity: str,
    *,
    full: bool = False,
    changes_suffice: bool = False,
    accept_deletions: bool = False,
) -> SyncRun:
    """Pull one entity and keep the run, which somebody may have stopped.

    With `changes_suffice` everything is read only of a list that was never read. Raises AlreadyRunning,
    UnknownEntity and what made the run fail.
    """
    if entity not in ENTITIES:
        raise UnknownEntity(f"There is no {entity!r} to pull. Use {', '.join(ENTITIES)} or {ALL}.")
    paused = contract.of_pull(entity)
    if paused and runs.latest_error(company, entity) == paused:  # the run before has told it
        raise contract.Paused(paused)
    if entity in MIRRORED:
        _pull_what_it_names(client, company, MIRRORED[entity])
    run = runs.start(company, entity, full=full, changes_suffice=changes_suffice)
    try:
        with acting_as(run.actor), pulls.holding(entity):
            mark = _pull(client, company, run, accept_deletions=accept_deletions)
        runs.finish(run, watermark=mark)
    except runs.Stopped as exc:
        runs.stop(run, str(exc))
    except IntegrationError as exc:
        if not isinstance(exc, NotSentError | TemporaryError):
            places.forget(company, entity)  # the same question would get the same answer
        runs.fail(run, exc.sentence)
        logger.warning("The pull of %s failed: %s", entity, exc.sentence)
        raise
    except BaseException as exc:
        runs.fail(run, runs.broken_off(exc))
        if run.resumes_id is not None and not run.rows_read:
            places.forget(company, entity)  # going on there has not helped
        raise
    return run


def _pull_what_it_names(client: Client, company: Company, entity: Entity) -> None:
    """Pull the lists that were never read and without which every record would wait."""
    for name in dict.fromkeys(link.to for link in entity.links):
        if runs.was_read(company, name):
            continue
        try:
            pull_one(client, company, name)
        except IntegrationError as exc:  # then the records wait, and say for what
            logger.warning("Pulled %s without %s: %s", entity.name, name, exc.sentence)


def _pull(client: Client, company: Company, run: SyncRun, *, accept_deletions: bool) -> datetime | None:
    """Pull, and begin again when BC's page marks died under way: rows seen twice are not written twice."""
    if paused := contract.of_pull(run.entity):
        raise contract.Paused(paused)
    for _ in range(RESTARTS):
        try:
            return _pull_once(client, company, run, accept_deletions=accept_deletions)
        except ConflictError as exc:
            if exc.code != DEAD_SKIP_TOKEN:
                raise
            places.forget(company, run.entity)
    return _pull_once(client, company, run, accept_deletions=accept_deletions)


def _pull_once(client: Client, company: Company, run: SyncRun, *, accept_deletions: bool) -> datetime | None:
    if run.entity == INVOICES:
        return invoices.pull(client, company, run)
    return masters.pull(client, company, MIRRORED[run.entity], run, accept_deletions=accept_deletions)

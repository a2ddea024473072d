"""Our mirrors as the other side of a mapping: what may be written, and the latest records that BC has."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.core.cache import cache as kept
from django.db import models

from integration import connections
from integration.bc import EntitySet, names
from integration.errors import IntegrationError
from integration.models import FieldMapping
from masterdata import fitting
from masterdata.models import Mirror, own_fields
from masterdata.ownership import MODELS

logger = logging.getLogger(__name__)

KEPT_FOR = 60  # seconds: an editor that is open asks often, and BC need not answer each time


def fields(entity: str) -> Sequence[models.Field[Any, Any]]:
    """Give the fields of a mirror that a mapping may write."""
    return own_fields(MODELS[entity])


def problem_with(entity: str, target: str) -> str:
    """Say that a mirror has no such field, and what it has; empty when it has."""
    known = [field.name for field in fields(entity)]
    if target in known:
        return ""
    nearest = get_close_matches(target, known, n=3, cutoff=0.5) or known
    return f"Our {entity} have no field {target!r}. They have {', '.join(nearest)}."


def misfit(entity: str, values: Mapping[str, Any]) -> str:
    """Say why the mirror would refuse a record; empty when it fits."""
    return fitting.problem(MODELS[entity], blanks(entity) | dict(values))


def blanks(entity: str) -> dict[str, Any]:
    """Give what each field holds where BC tells nothing; None where there has to be something."""
    return blanks_of(MODELS[entity])


@cache
def blanks_of(model: type[Mirror]) -> dict[str, Any]:
    return {field.name: _blank(field) for field in own_fields(model)}


def _blank(field: models.Field[Any, Any]) -> Any:
    if field.has_default():
        return field.get_default()
    return "" if isinstance(field, models.CharField) else None


def latest(mapping: FieldMapping, offered: EntitySet | None, limit: int) -> list[Mapping[str, Any]]:
    """Read the first records of a list as BC has them now; none where BC cannot be asked."""
    if offered is None:
        return []
    key = f"mapping-samples-{mapping.pk}"
    found: list[Mapping[str, Any]] | None = kept.get(key)
    if found is None:
        found = _read(mapping, offered, limit)
        kept.set(key, found, KEPT_FOR)
    return found[:limit]


def _read(mapping: FieldMapping, offered: EntitySet, limit: int) -> list[Mapping[str, Any]]:
    try:
        client = connections.client()
        is_of_app = mapping.source not in client.metadata().standard
        rows, _onward = client.page(
            mapping.source,
            select=tuple(dict.fromkeys([names.ID, *offered.fields])),
            page_size=limit,
            app=is_of_app,
        )
    except IntegrationError as error:
        logger.info("No examples for %s: %s", mapping, error.sentence)
        return []
    return [row.fields for row in rows]

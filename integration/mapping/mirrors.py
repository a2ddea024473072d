"""Our side of a pull: what its mapping may write of a mirror or an invoice, and the latest records BC has."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.core.cache import cache as kept
from django.db import models

from integration import connections
from integration.bc import Client, EntitySet, names, odata
from integration.errors import IntegrationError
from integration.models import FieldMapping
from masterdata import fitting
from masterdata.models import Mirror, own_fields
from masterdata.ownership import MODELS

from . import pulls, told
from .canonical import Leaf
from .shipped import pull

logger = logging.getLogger(__name__)

FOREVER: None = None  # the next pull keeps another
KEPT_FOR = 60  # seconds: an editor that is open asks often, and BC need not answer each time


NOUNS: dict[type[models.Field[Any, Any]], str] = {
    models.CharField: "text",
    models.BooleanField: "true or false",
    models.DecimalField: "number",
    models.DateField: "date",
}


def leaves(entity: str) -> Sequence[Leaf]:
    """Give the fields that a mapping may write."""
    return told.leaves(entity) if entity in told.FORMS else _of_mirror(MODELS[entity])


@cache
def _of_mirror(model: type[Mirror]) -> Sequence[Leaf]:
    return [
        Leaf(each.name, next(noun for kind, noun in NOUNS.items() if isinstance(each, kind)), each.max_length)
        for each in own_fields(model)
    ]


def problem_with(entity: str, target: str) -> str:
    """Say that a mirror has no such field, and what it has; empty when it has."""
    known = [each.path for each in leaves(entity)]
    if target in known:
        return ""
    nearest = get_close_matches(target, known, n=3, cutoff=0.5) or known
    return f"Our {entity.replace('-', ' ')} have no field {target!r}. They have {', '.join(nearest)}."


def misfit(entity: str, values: Mapping[str, Any]) -> str:
    """Say why a record would be refused; empty when it fits."""
    if entity in told.FORMS:
        return told.misfit(entity, values)
    return fitting.problem(MODELS[entity], blanks_of(MODELS[entity]) | dict(values))


@cache
def blanks_of(model: type[Mirror]) -> dict[str, Any]:
    """Give what each field holds where BC tells nothing; None where there has to be something."""
    return {field.name: _blank(field) for field in own_fields(model)}


def _blank(field: models.Field[Any, Any]) -> Any:
    if field.has_default():
        default = field.get_default()
        return str(default) if isinstance(default, str) else default  # a choice is no plain text
    return "" if isinstance(field, models.CharField) else None


def keep_example(entity: str, row: Mapping[str, Any]) -> None:
    """Keep a record that was pulled, for whoever reads how its fields are mapped."""
    kept.set(_example_of(entity), dict(row), FOREVER)


def example(entity: str) -> Mapping[str, Any] | None:
    """Give the record that was kept by the latest pull that read one."""
    found: Mapping[str, Any] | None = kept.get(_example_of(entity))
    return found


def _example_of(entity: str) -> str:
    return f"mapping-example-{entity}"


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
        if (whole := pulls.whole_of(mapping.target)) != mapping.target:
            return _lines(client, pull.PULL[whole][0], mapping.source, offered, limit)
        rows, _onward = client.page(
            mapping.source,
            select=tuple(dict.fromkeys([names.ID, *offered.fields])),
            page_size=limit,
            app=mapping.source not in client.metadata().standard,
        )
    except IntegrationError as error:
        logger.info("No examples for %s: %s", mapping, error.sentence)
        return []
    return [row.fields for row in rows]


def _lines(client: Client, whole: str, lines: str, offered: EntitySet, limit: int) -> list[Mapping[str, Any]]:
    """Read lines, which BC shows within their documents only."""
    expand = odata.nested(lines, tuple(offered.fields))
    page = next(client.pages(whole, select=(names.ID,), expand=expand, page_size=limit), [])
    return [line for document in page for line in document[lines]][:limit]

"""What Tieout does with Business Central, and how much of it each part needs."""

from __future__ import annotations

from dataclasses import dataclass

from integration.bc import Level
from integration.couriers import movements
from integration.models import DocumentKind
from integration.sync import entities, masters

COMPANY = "company"
PULL = "pull:"
PULL_INVOICES = f"{PULL}invoices"


@dataclass(frozen=True)
class Feature:
    """One thing Tieout does; `without` is what an administrator reads where BC cannot do it."""

    key: str
    title: str
    level: Level = Level.STANDARD
    without: str = ""

    @property
    def needs_app(self) -> bool:
        return self.level is Level.APP

    @property
    def is_delivery(self) -> bool:
        return self.key in DocumentKind.values


NEEDS_APP = f"This waits for {movements.NEEDS_APP}."


def _pull(entity: entities.Entity) -> Feature:
    title = f"Pulling {entity.name.replace('-', ' ')}"
    if entity.needs_app:
        return Feature(pull_of(entity.name), title, Level.APP, masters.NO_APP)
    return Feature(pull_of(entity.name), title)


def _delivery(kind: DocumentKind) -> Feature:
    title = f"Posting {kind.label}s"
    if kind is DocumentKind.INVENTORY_MOVEMENT:
        return Feature(kind.value, title, Level.APP, NEEDS_APP)
    return Feature(kind.value, title)


def pull_of(entity: str) -> str:
    """Give the key of an entity's pull."""
    return f"{PULL}{entity}"


FEATURES: dict[str, Feature] = {
    each.key: each
    for each in (
        Feature(COMPANY, "Reading the company and its currency"),
        *(_pull(entity) for entity in entities.ENTITIES.values()),
        Feature(PULL_INVOICES, "Pulling invoices"),
        *(_delivery(kind) for kind in DocumentKind),
    )
}

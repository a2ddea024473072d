"""What a tenant's Business Central offers: entity sets, fields, lengths, and the level that follows.

Microsoft adds fields and sets in every update and tenants differ in their apps, so features are switched by
what `$metadata` says and never by a version number.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from integration.errors import ProgramError


class Level(IntEnum):
    """What can be done with a tenant; each level holds the ones before it."""

    STANDARD = 1
    ANALYTICS = 2
    APP = 3

    @property
    def label(self) -> str:
        """The level in an administrator's words."""
        return LABELS[self]


LABELS = {
    Level.STANDARD: "standard only",
    Level.ANALYTICS: "standard and analytics",
    Level.APP: "with the Tieout app",
}


@dataclass(frozen=True)
class FieldType:
    """One property as the tenant declares it; a choice has its members, written as JSON writes them."""

    name: str
    type: str
    max_length: int | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntitySet:
    """One set: its fields, what can be expanded from it, and the actions bound to its entities."""

    name: str
    fields: Mapping[str, FieldType]
    navigations: frozenset[str]
    actions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Metadata:
    """Everything the tenant offers on the routes we use."""

    standard: Mapping[str, EntitySet]
    analytics: Mapping[str, EntitySet] = field(default_factory=dict)
    app: Mapping[str, EntitySet] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """The highest level that works here."""
        if self.app:
            return Level.APP
        return Level.ANALYTICS if self.analytics else Level.STANDARD

    def has(self, entity_set: str, field_name: str | None = None, *, app: bool = False) -> bool:
        """Return whether the set, and the field if one is named, exist."""
        found = (self.app if app else self.standard).get(entity_set)
        return found is not None and (field_name is None or field_name in found.fields)

    def missing(self, selects: Mapping[str, Sequence[str]], *, app: bool = False) -> list[str]:
        """Return what the code uses and the tenant lacks, as `set` or `set.field`."""
        lacking = []
        for entity_set, fields in selects.items():
            if not self.has(entity_set, app=app):
                lacking.append(entity_set)
                continue
            lacking += [f"{entity_set}.{name}" for name in fields if not self.has(entity_set, name, app=app)]
        return lacking


def parse(edmx: bytes) -> dict[str, EntitySet]:
    """Read an EDMX document; raise ProgramError when it is not one."""
    if b"<!DOCTYPE" in edmx:  # a declared entity is how XML is made to explode; EDMX has none
        raise ProgramError("The BC metadata holds a document type declaration and is not read.")
    try:
        root = ET.fromstring(edmx)  # noqa: S314 - guarded above
    except ET.ParseError as exc:
        raise ProgramError("The BC metadata is not XML. Check the address of the connection.") from exc
    types = dict(_named(root, "EntityType"))
    choices = {
        name: tuple(member for member, _ in _named(node, "Member")) for name, node in _named(root, "EnumType")
    }
    actions = _actions(root)
    found = {}
    for name, node in _named(root, "EntitySet"):
        entity = _last(node.get("EntityType", ""))
        if entity in types:
            found[name] = _entity_set(name, types[entity], choices, actions.get(entity, frozenset()))
    return found


def stored(offered: Metadata) -> dict[str, Any]:
    """Write what a tenant offers in a short form that JSON can hold."""
    return {
        route: {
            name: {
                "fields": {
                    each.name: [each.type, each.max_length, list(each.members)]
                    for each in found.fields.values()
                },
                "navigations": sorted(found.navigations),
                "actions": sorted(found.actions),
            }
            for name, found in sorted(getattr(offered, route).items())
        }
        for route in ROUTES
    }


def restored(written: Mapping[str, Any]) -> Metadata:
    """Read the short form back."""
    return Metadata(
        **{
            route: {
                name: EntitySet(
                    name,
                    {
                        each: FieldType(each, type_name, length, tuple(members))
                        for each, (type_name, length, members) in found["fields"].items()
                    },
                    frozenset(found["navigations"]),
                    frozenset(found["actions"]),
                )
                for name, found in written.get(route, {}).items()
            }
            for route in ROUTES
        }
    )


ROUTES = ("standard", "analytics", "app")


def _entity_set(
    name: str,
    entity_type: ET.Element,
    choices: Mapping[str, tuple[str, ...]],
    actions: frozenset[str],
) -> EntitySet:
    fields = {each: _field(each, node, choices) for each, node in _named(entity_type, "Property")}
    navigations = frozenset(name for name, _ in _named(entity_type, "NavigationProperty"))
    return EntitySet(name, fields, navigations, actions)


def _field(name: str, node: ET.Element, choices: Mapping[str, tuple[str, ...]]) -> FieldType:
    length, type_name = node.get("MaxLength", ""), node.get("Type", "")
    members = choices.get(_last(type_name), ())
    return FieldType(name, type_name, int(length) if length.isdigit() else None, members)


def _actions(root: ET.Element) -> dict[str, frozenset[str]]:
    """Give the actions by the entity they are bound to: the type of their first parameter."""
    bound: dict[str, frozenset[str]] = {}
    for name, node in _named(root, "Action"):
        parameters = _named(node, "Parameter")
        if node.get("IsBound") == "true" and parameters:
            entity = _last(parameters[0][1].get("Type", ""))
            bound[entity] = bound.get(entity, frozenset()) | {name}
    return bound


def _last(type_name: str) -> str:
    """Take the namespace off a type's name."""
    return type_name.rpartition(".")[2]


def _named(parent: ET.Element, tag: str) -> list[tuple[str, ET.Element]]:
    return [(node.get("Name", ""), node) for node in parent.iter() if node.tag.rpartition("}")[2] == tag]

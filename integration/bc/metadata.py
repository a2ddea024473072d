"""What a tenant's Business Central offers: entity sets, fields, lengths, and the level that follows.

Microsoft adds fields and sets in every update and tenants differ in their apps, so features are switched by
what `$metadata` says and never by a version number.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from integration.errors import ProgramError


class Level(IntEnum):
    """What can be done with a tenant; each level holds the ones before it."""

    STANDARD = 1
    ANALYTICS = 2
    APP = 3


@dataclass(frozen=True)
class FieldType:
    """One property as the tenant declares it."""

    name: str
    type: str
    max_length: int | None = None


@dataclass(frozen=True)
class EntitySet:
    """One set: its fields and what can be expanded from it."""

    name: str
    fields: Mapping[str, FieldType]
    navigations: frozenset[str]


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
    return {
        name: _entity_set(name, types[node.get("EntityType", "").rpartition(".")[2]])
        for name, node in _named(root, "EntitySet")
        if node.get("EntityType", "").rpartition(".")[2] in types
    }


def _entity_set(name: str, entity_type: ET.Element) -> EntitySet:
    fields = {field_name: _field(field_name, node) for field_name, node in _named(entity_type, "Property")}
    navigations = frozenset(name for name, _ in _named(entity_type, "NavigationProperty"))
    return EntitySet(name, fields, navigations)


def _field(name: str, node: ET.Element) -> FieldType:
    length = node.get("MaxLength", "")
    return FieldType(name, node.get("Type", ""), int(length) if length.isdigit() else None)


def _named(parent: ET.Element, tag: str) -> list[tuple[str, ET.Element]]:
    return [(node.get("Name", ""), node) for node in parent.iter() if node.tag.rpartition("}")[2] == tag]

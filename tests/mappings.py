"""Changes of field mappings for tests: drafted by one person and approved by another, as in the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User

from integration.mapping import Row, drafts, versions
from integration.mapping import content as contents
from integration.mapping.content import Content
from integration.models import FieldMapping, MappingVersion


def publish(name: str, change: Callable[[Content], Content]) -> MappingVersion:
    """Put a changed content in force."""
    author, _ = User.objects.get_or_create(username="mapping author")
    reviewer, _ = User.objects.get_or_create(username="mapping reviewer")
    mapping = FieldMapping.objects.get(name=name)
    draft = drafts.draft(mapping, by=author, content=change(current(name)))
    draft = drafts.submit(draft, by=author, note="Changed for a test")
    return drafts.approve(draft, by=reviewer, seen=draft.revision)


def change_row(name: str, at: str, /, **values: Any) -> MappingVersion:
    """Change the row that has this target."""
    row = next(each for each in current(name).rows if each.target == at)
    return publish(name, lambda content: content.with_row(replace(row, **values), instead_of=at))


def add_row(name: str, row: Row) -> MappingVersion:
    return publish(name, lambda content: content.with_row(row))


def drop_row(name: str, target: str) -> MappingVersion:
    return publish(name, lambda content: content.without(target))


def touch(name: str) -> MappingVersion:
    """Put a new version in force that does the same."""
    row = current(name).rows[0]
    return change_row(name, row.target, note=f"{row.note}.")


def current(name: str) -> Content:
    version = versions.in_force(FieldMapping.objects.get(name=name))
    assert version is not None
    return contents.read(version.content)

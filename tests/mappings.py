"""Field mappings for tests: the shipped ones from a copy, and changes by two people as in the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from integration.mapping import Row, defaults, drafts, versions
from integration.mapping import content as contents
from integration.mapping.content import Content
from integration.models import FieldMapping, MappingVersion

from .emptying import KEPT

TABLES = (
    "integration_sourceprofile",
    "integration_fieldmapping",
    "integration_mappingversion",
    "integration_historicalsourceprofile",
    "integration_historicalfieldmapping",
)
MOMENTS = {"effective_from", "created_at", "changed_at", "history_date"}
copies: dict[str, str] = {}  # the statement that fills a table from its copy, once there is one


def keep(cursor: Any) -> None:
    """Install what is shipped and copy it; the caller takes the rows themselves away."""
    defaults.install()
    for table in TABLES:
        cursor.execute(f"CREATE TABLE {KEPT}.{table} AS TABLE {table}")
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        now = [f"%(now)s AS {name}" if name in MOMENTS else name for name in columns]
        copies[table] = f"INSERT INTO {table} SELECT {', '.join(now)} FROM {KEPT}.{table}"


def install() -> None:
    """Put what is shipped in force now, as `defaults.install` does, in a tenth of its time."""
    if not copies or FieldMapping.objects.exists():
        defaults.install()
        return
    with connection.cursor() as cursor:
        for statement in copies.values():
            cursor.execute(statement, {"now": timezone.now()})


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

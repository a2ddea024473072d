"""After a release a migration does nothing that the code before it cannot bear: both run side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

OURS = ("masterdata", "reconciliation", "integration")
# The last migration of each app in the last release; nothing was released yet, so old code runs nowhere.
RELEASED: dict[str, str] = {}
NOT_BORNE = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.DeleteModel,
    migrations.AlterModelTable,
)


def not_borne(operations: list[Any]) -> list[str]:
    """Name what the code before a migration cannot bear; docs/howto/upgrade.md says what to do instead."""
    return [str(each.describe()) for each in operations if _breaks(each)]


def _breaks(operation: Any) -> bool:
    if isinstance(operation, migrations.AddField):
        return _is_required(operation.field)
    if isinstance(operation, migrations.AlterField):
        return not operation.field.null and not operation.field.has_default()
    return isinstance(operation, NOT_BORNE)


def _is_required(field: Any) -> bool:
    """Whether a row that the old code inserts, without the column, is refused: Django drops its defaults."""
    return not (field.null or field.many_to_many or field.has_db_default())


def _since_the_release() -> Iterator[Any]:
    loader = MigrationLoader(None)
    for app, last in RELEASED.items():
        names = sorted(name for label, name in loader.disk_migrations if label == app)
        yield from (loader.disk_migrations[app, name] for name in names[names.index(last) + 1 :])


def test_old_code_bears_every_migration_since_the_release() -> None:
    broken = {str(each): not_borne(each.operations) for each in _since_the_release()}

    assert {name: what for name, what in broken.items() if what} == {}
    assert set(RELEASED) <= set(OURS)


@pytest.mark.parametrize(
    ("operation", "is_borne"),
    [
        (migrations.AddField("order", "note", models.TextField(null=True)), True),
        (migrations.AddField("order", "note", models.TextField(db_default="")), True),
        (migrations.AddField("order", "note", models.TextField(default="")), False),
        (migrations.AlterField("order", "note", models.TextField()), False),
        (migrations.AlterField("order", "note", models.TextField(null=True)), True),
        (migrations.RemoveField("order", "note"), False),
        (migrations.RenameField("order", "note", "remark"), False),
        (migrations.DeleteModel("order"), False),
        (migrations.CreateModel("order", [("id", models.BigAutoField(primary_key=True))]), True),
    ],
)
def test_what_old_code_bears(operation: Any, is_borne: bool) -> None:
    assert (not_borne([operation]) == []) is is_borne

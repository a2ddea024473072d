"""The book of changes without the lines that tell how the tests' own roles and terms were made."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

OF_THE_HOUSE = ("masterdata_retentionterm", "auth_group", "auth_group_permissions")


def changes() -> QuerySet[Any]:
    """Give what the test itself has changed."""
    from masterdata.models import Change

    return Change.objects.exclude(table__in=OF_THE_HOUSE)

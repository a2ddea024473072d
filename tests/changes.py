"""What stands in the book of changes of the masters: the book also tells how the tests' roles were made."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


def of_masters() -> QuerySet[Any]:
    """Give the changes of mirrored masters."""
    from masterdata.models import Change

    masters = Change.objects.filter(table__startswith="masterdata_")
    return masters.exclude(table="masterdata_retentionterm")

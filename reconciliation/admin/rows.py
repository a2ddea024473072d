"""Rows of a record, to look at on its page."""

from __future__ import annotations

from typing import Any

from masterdata.read_only import ReadOnlyInline


def lines(model_: type[Any], fields_: list[str], title: str, parent: str) -> type[ReadOnlyInline]:
    """Make the read-only rows of a document."""

    class Lines(ReadOnlyInline):
        model = model_
        fields = fields_
        verbose_name_plural = title
        fk_name = parent
        ordering = ["line"] if "line" in fields_ else ["pk"]

    return Lines

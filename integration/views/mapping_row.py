"""One row of a mapping as a form: chosen, read, moved or removed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from integration.mapping import TRANSFORMS, Row
from integration.mapping.content import Content

LONGEST = 2000


@dataclass
class RowForm:
    """One row as it stands in the form, with what is wrong at each of its fields."""

    was: str = ""
    row: Row = field(default_factory=lambda: Row("", ""))
    parameters: str = "{}"
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def hints(self) -> list[Any]:
        """What the chosen transform may be told."""
        known = TRANSFORMS.get(self.row.transform)
        return list(known.parameters) if known else []


def chosen(asked: QueryDict, content: Content) -> RowForm:
    """Give the form of the row that was asked for, or of a new one."""
    wanted, source = asked.get("row", "")[:100], asked.get("source", "")[:300]
    row = next((each for each in content.rows if each.target == wanted), None)
    if row is None:
        return RowForm("", Row(source, wanted))
    row = replace(row, source=source) if source else row
    return RowForm(wanted, row, json.dumps(dict(row.parameters), ensure_ascii=False))


def read(told: QueryDict) -> RowForm:
    """Read what was written in the form, and what is wrong with it by itself."""
    given = {name: str(told.get(name, ""))[:LONGEST].replace("\0", "").strip() for name in told}
    parameters = _parameters(given.get("parameters") or "{}")
    problems = (
        {} if parameters is not None else {"parameters": _('Parameters are written like {"length": 20}.')}
    )
    row = Row(
        source=given.get("source", ""),
        target=given.get("target", "")[:100],
        transform=given.get("transform", "copy"),
        parameters=parameters or {},
        default=given.get("default", "")[:200],
        required=given.get("required") == "on",
        condition=given.get("condition", ""),
        enabled=given.get("enabled") == "on",
        note=given.get("note", "")[:300],
    )
    return RowForm(given.get("was", ""), row, given.get("parameters", "{}"), problems)


def stepped(content: Content, target: str, step: str) -> Content:
    """Remove a row, or move it a place up or down."""
    if step == "remove":
        return content.without(target)
    rows = list(content.rows)
    at = next((place for place, row in enumerate(rows) if row.target == target), None)
    if at is None:
        return content
    to = at - 1 if step == "up" else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return replace(content, rows=tuple(rows))


def _parameters(written: str) -> dict[str, Any] | None:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

"""What the triggers and functions have to be: as this program's migrations leave them, in pinned.json beside.

It lies with the program and not in a table, so whoever can rewrite the database cannot rewrite what it is
compared with. `manage.py guards --pin` writes the file after a migration that changes one; a test says when.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from . import installed
from .installed import Parts

FILE = Path(__file__).with_name("pinned.json")
# What a part is where the file does not name it: so most lines stay short.
PLAIN_TRIGGER: Parts = {
    "fires": "on",
    "time": "AFTER",
    "columns": [],
    "each": "ROW",
    "old table": "",
    "new table": "",
    "constraint": "no",
    "condition": [""],
    "arguments": [],
}
PLAIN_FUNCTION: Parts = {
    "kind": "FUNCTION",
    "returns": "trigger",
    "language": "plpgsql",
    "volatility": "VOLATILE",
    "rights": "INVOKER",
    "strict": False,
    "settings": [],
}
LONG = ("body", "condition")  # too long for a sentence


@dataclass(frozen=True)
class Pinned:
    """Triggers as "table.name", functions as "name(arguments)"; of a condition each wording there is."""

    triggers: dict[str, Parts] = field(default_factory=dict)
    functions: dict[str, Parts] = field(default_factory=dict)


@cache
def read() -> Pinned:
    """Read what this program's migrations install."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return Pinned(
        {name: PLAIN_TRIGGER | parts for name, parts in told["triggers"].items()},
        {name: PLAIN_FUNCTION | parts for name, parts in told["functions"].items()},
    )


def differing(pinned: Parts, found: Parts) -> list[str]:
    """Name the parts in which a trigger or a function is not what it has to be."""
    return [part for part in {**pinned, **found} if not _agree(part, pinned.get(part), found.get(part))]


def from_database() -> Pinned:
    """Read what the migrations have installed in this database, which nobody may have touched."""
    triggers = installed.triggers()
    wordings = _wordings([name for name, parts in triggers.items() if parts["condition"]])
    return Pinned(
        {name: parts | {"condition": wordings.get(name, [""])} for name, parts in triggers.items()},
        installed.functions(),
    )


def as_text(pinned: Pinned) -> str:
    """Put it as the file has it: a trigger a line, and functions with their bodies' lines."""
    triggers = [
        f"  {json.dumps(name)}: {json.dumps(_without(PLAIN_TRIGGER, parts))}"
        for name, parts in sorted(pinned.triggers.items())
    ]
    functions = [
        f"  {json.dumps(name)}: {json.dumps(_without(PLAIN_FUNCTION, parts), indent=1, ensure_ascii=False)}"
        for name, parts in sorted(pinned.functions.items())
    ]
    return '{{\n "triggers": {{\n{}\n }},\n "functions": {{\n{}\n }}\n}}\n'.format(
        ",\n".join(triggers), ",\n".join(functions)
    )


def _agree(part: str, pinned: Any, found: Any) -> bool:
    return found in pinned if part == "condition" and pinned else bool(found == pinned)


def _without(plain: Parts, parts: Parts) -> Parts:
    return {part: value for part, value in parts.items() if part not in plain or plain[part] != value}


def _wordings(names: list[str]) -> dict[str, list[str]]:
    """Give each condition as PostgreSQL words it now, and as after one restore from a dump and after more."""
    seen: dict[str, list[str]] = {}
    with transaction.atomic():
        while names:
            found = installed.triggers()
            names = [name for name in names if found[name]["condition"] not in seen.get(name, [])]
            for name in names:
                seen.setdefault(name, []).append(found[name]["condition"])
                _make_again(name)
        transaction.set_rollback(True)
    return seen


def _make_again(name: str) -> None:
    """Make a trigger from its own text, as a restore does."""
    table, _, trigger = name.partition(".")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s",
            [table, trigger],
        )
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP TRIGGER {trigger} ON {table}")
        cursor.execute(definition)

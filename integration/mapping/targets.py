"""The two sides of a mapping: the fields it may read and may write, with what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from integration.models import FieldMapping

from . import canonical, mirrors, offered, paths, sources, trial
from . import content as contents
from .canonical import Leaf
from .content import Content
from .sampling import Sample

LOOKED_AT = 50


@dataclass(frozen=True)
class Field:
    """One field of either side."""

    path: str
    type: str = ""
    longest: int | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    sample: str = ""
    is_used: bool = False
    """Whether a row reads or writes it."""


def of_target(mapping: FieldMapping, content: Content) -> list[Field]:
    """Give what may be written: of BC as it told last, or of the event's shape."""
    used = {row.target for row in content.rows if row.enabled}
    if mapping.direction == FieldMapping.Direction.INTAKE:
        return [_of_leaf(each, set(), used) for each in canonical.leaves(mapping.target)]
    required = _required(mapping)
    if mapping.direction == FieldMapping.Direction.PULL:
        return [_of_leaf(each, required, used) for each in mirrors.leaves(mapping.target)]
    told = offered.writes(mapping)
    if told is None:
        return [
            Field(name, required=name in required, is_used=name in used) for name in sorted(used | required)
        ]
    return [
        Field(
            each.name,
            plain_type(each.type),
            each.max_length,
            each.name in required,
            each.members,
            "",
            each.name in used,
        )
        for each in told.fields.values()
        if not trial.problem_with_target(each.name, mapping.target)
    ]


def of_source(mapping: FieldMapping, content: Content, found: Iterable[Sample]) -> list[Field]:
    """Give what may be read, with the type and an example from the latest records."""
    used = reads(content)
    examples: dict[str, Any] = {}
    for each in list(found)[:LOOKED_AT]:
        for path, value in flat(each.record):
            if examples.get(path) in (None, ""):
                examples[path] = value
    told = offered.reads(mapping)
    declared = told.fields if told else {}
    is_pull = mapping.direction == FieldMapping.Direction.PULL
    ours = () if is_pull else sources.FIELDS.get(mapping.source, ())
    return [
        Field(
            name,
            plain_type(declared[name].type) if name in declared else _type(examples.get(name)),
            declared[name].max_length if name in declared else None,
            choices=declared[name].members if name in declared else (),
            sample=_short(examples.get(name)),
            is_used=name in used,
        )
        for name in dict.fromkeys([*ours, *declared, *examples])
        if not isinstance(examples.get(name), dict) and not name.startswith("@")
    ]


def coverage(fields: Iterable[Field]) -> tuple[int, int, list[str]]:
    """Count the required fields that a row writes, all required ones, and name those that none writes."""
    required = [each for each in fields if each.required]
    missing = [each.path for each in required if not each.is_used]
    return len(required) - len(missing), len(required), missing


def reads(content: Content) -> set[str]:
    """Name every path that the rows read; those of a nested list as `lines[].part.name`."""
    lists = {row.target[:-2]: row.source for row in content.rows if row.target.endswith("[]")}
    found: set[str] = set()
    for row in content.rows:
        if not row.enabled:
            continue
        head, dots, _ = row.target.partition("[].")
        for path in (row.source, row.condition):
            for name in _names(path):
                if dots and name == "index":  # the place of a line, which nobody sends
                    continue
                inside = dots and not name.startswith("parent.") and name != "value"
                found.add(f"{lists.get(head, head)}[].{name}" if inside else name.removeprefix("parent."))
    return found


def flat(record: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value of a record with its path; the elements of a list share theirs."""
    if isinstance(record, Mapping):
        for name, value in record.items():
            yield from flat(value, f"{at}.{name}" if at else str(name))
    elif isinstance(record, list):
        if not record:
            yield f"{at}[]", None
        for each in record:
            yield from flat(each, f"{at}[]")
    else:
        yield at, record


def _of_leaf(leaf: Leaf, required: set[str], used: set[str]) -> Field:
    is_required = leaf.required or leaf.path in required
    return Field(leaf.path, leaf.type, leaf.longest, is_required, leaf.choices, is_used=leaf.path in used)


def _required(mapping: FieldMapping) -> set[str]:
    shipped = contents.read(mapping.shipped) if mapping.shipped else Content()
    return {row.target for row in shipped.rows if row.required}


def _names(path: str) -> Iterable[str]:
    try:
        return paths.names(path)
    except ValueError:
        return ()


def plain_type(edm: str) -> str:
    return {
        "Edm.String": "text",
        "Edm.Decimal": "number",
        "Edm.Int32": "whole number",
        "Edm.Date": "date",
        "Edm.DateTimeOffset": "date and time",
        "Edm.Boolean": "true or false",
        "Edm.Guid": "id",
    }.get(edm, "choice" if not edm.startswith("Edm.") else edm)


def _type(value: Any) -> str:
    kinds = (
        (bool, "true or false"),
        (int, "whole number"),
        (Decimal, "number"),
        (date, "date"),
        (str, "text"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "")


def _short(value: Any) -> str:
    written = "" if value is None else str(value)
    return written if len(written) <= 40 else f"{written[:39]}…"

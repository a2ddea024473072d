"""Try a mapping row before it is saved: its author finds a wrong parameter, not a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from integration.bc.names import ORDER_DATE
from integration.models import FieldMapping

from . import canonical, mirrors, offered, paths, sources
from .apply import Row
from .content import Content
from .shipped import writable
from .transforms import TRANSFORMS, BadValue

FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
UNKNOWN = ("reject", "default", "park")

DIMENSION_CODE = re.compile(r"[^\s.;=][^.;=]{0,19}")


@dataclass(frozen=True)
class RowProblem:
    """Why a row cannot work: at which of its fields, and what to do."""

    target: str
    part: str
    sentence: str


def problems(mapping: FieldMapping, content: Content) -> list[RowProblem]:
    """Try every row before it is handed in."""
    found = [each for row in content.rows for each in problems_of_row(mapping, row, content)]
    seen: set[str] = set()
    for row in content.rows:
        if row.target in seen:
            found.append(RowProblem(row.target, "target", f"{row.target} is written by two rows; keep one."))
        seen.add(row.target)
    for name, each in content.value_maps.items():
        said = problem_with_parameters("value_map", {"values": dict(each.values), "otherwise": each.default})
        if each.unknown not in UNKNOWN:
            said = f"What is unknown is one of {', '.join(UNKNOWN)}."
        if said:
            found.append(RowProblem(name, "value map", said))
    return found


def problems_of_row(mapping: FieldMapping, row: Row, content: Content) -> Iterator[RowProblem]:
    """Try one row: its target, its source, its condition and its parameters."""
    form = mapping.source if mapping.direction == FieldMapping.Direction.PUSH else ""
    source = problem_with_source(row.source, row.transform, row.default, form)
    said = {
        "target": TARGETS[FieldMapping.Direction(mapping.direction)](mapping.target, row.target),
        "source": source or _problem_with_bc(mapping, row.source),
        "condition": problem_with_source(row.condition, "", "", form) if row.condition else "",
        "parameters": problem_with_parameters(row.transform, row.parameters, content.value_maps),
    }
    for part, sentence in said.items():
        if sentence:
            yield RowProblem(row.target, part, sentence)


def problem_with_target(target: str, entity_set: str = "") -> str:
    """Say why this cannot be a field of BC; empty when it can."""
    if not target.strip():
        return "Name the field of Business Central."
    group, is_dotted, code = target.partition(".")
    if is_dotted and group == writable.DIMENSIONS.get(entity_set):
        known = DIMENSION_CODE.fullmatch(code)
        return "" if known else f"{code!r} is no dimension code: 1 to 20 characters."
    if target == writable.DIMENSIONS.get(entity_set):
        return f"Name one dimension, such as {target}.COSTCENTRE; those the CAFM tells go by themselves."
    if not FIELD_NAME.fullmatch(target):
        return f"{target!r} is not a field name: letters, digits and _ only, such as {ORDER_DATE}."
    if target in writable.LINES:
        return f"{target} is the list of the lines itself; the mapping of the lines fills it."
    if target in writable.READ_ONLY.get(entity_set, writable.KEYS):
        return f"Business Central gives {target} itself; it cannot be written."
    if target in writable.WRITTEN_BY_TIEOUT.get(entity_set, ()):
        return f"Tieout writes {target} itself."
    return ""


def _problem_with_bc(mapping: FieldMapping, source: str) -> str:
    """Say that BC, as far as it told, has no such field in the list that a mirror is filled from."""
    told = offered.reads(mapping)
    if told is None:
        return ""
    lacking = sorted({name.partition(".")[0] for name in paths.names(source)} - told.fields.keys())
    if not lacking:
        return ""
    nearest = get_close_matches(lacking[0], told.fields, n=3, cutoff=0.5)
    like = f" The nearest are {', '.join(nearest)}." if nearest else ""
    return f"Business Central's {mapping.source} have no field {lacking[0]!r}.{like}"


def problem_with_source(source: str, transform: str, default: str, form: str = "") -> str:
    """Say why this cannot be read from our record; empty when it can."""
    if not source:
        needless = transform == "constant" or default
        return "" if needless else "Name our field, give a default, or use the transform constant."
    try:
        names = paths.names(source)
    except BadValue as error:
        return f"{error}. A path is a name such as vendor_number or order.number, or JMESPath."
    if not form:
        return ""
    return next((said for name in sorted(names) if (said := sources.problem_with(form, name))), "")


def problem_with_parameters(transform: str, parameters: Any, value_maps: Collection[str] = ()) -> str:
    """Read the parameters as the engine will; say what is wrong with them, empty when nothing is."""
    known = TRANSFORMS.get(transform)
    if known is None:
        return f"There is no transform {transform!r}. Choose from {', '.join(TRANSFORMS)}."
    if not isinstance(parameters, Mapping):
        return 'Parameters are written like {"length": 20}.'
    if transform == "value_map" and "map" in parameters:
        name = parameters["map"]
        if len(parameters) > 1:
            return "A row that names a value map takes its values and nothing else."
        return "" if name in value_maps else f"There is no value map {str(name)[:60]!r} in this mapping."
    if unknown := [str(name) for name in parameters if name not in {each.name for each in known.parameters}]:
        names = [each.name for each in known.parameters]
        takes = f"takes {' and '.join(names)}" if names else "takes none"
        return f"{transform} knows no parameter {unknown[0][:60]!r}; it {takes}."
    try:
        known.bind(parameters)
    except BadValue as error:
        return f"{transform} cannot work with these parameters: {error}."
    return ""


TARGETS: dict[FieldMapping.Direction, Callable[[str, str], str]] = {
    FieldMapping.Direction.PUSH: lambda entity_set, target: problem_with_target(target, entity_set),
    FieldMapping.Direction.PULL: mirrors.problem_with,
    FieldMapping.Direction.INTAKE: canonical.problem_with,
}

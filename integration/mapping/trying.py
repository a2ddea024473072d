"""Try a version on real records: one in full, or the last two hundred against what counts now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework.exceptions import ValidationError

from integration.bc import EntitySet, FieldType
from integration.cafm.events import TYPES
from integration.cafm.problems import pointers
from integration.cafm.wire import plain
from integration.models import FieldMapping, MappingVersion
from masterdata.models import Company

from . import masters, mirrors, offered, targets, versions
from .apply import Masters, Traced
from .sampling import Sample, samples
from .versions import Compiled


@dataclass(frozen=True)
class Shown:
    """One row of a preview: source, result, what the other side takes, and what is wrong."""

    traced: Traced
    declared: str
    problem: str

    @property
    def target(self) -> str:
        return self.traced.row.target


@dataclass(frozen=True)
class Preview:
    """What a version makes of one record."""

    sample: Sample | None
    rows: Sequence[Shown] = ()
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What becomes otherwise with one record."""

    sample: Sample
    changes: Sequence[tuple[str, Any, Any]] = ()
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class Trial:
    """What the draft does with the last records, held against what counts now."""

    tried: int
    changed: Sequence[Outcome] = field(default=())
    failing: Sequence[Outcome] = field(default=())

    @property
    def same(self) -> int:
        return self.tried - len(self.changed) - len(self.failing)


def preview(mapping: FieldMapping, compiled: Compiled, sample: Sample | None, company: Company) -> Preview:
    """Map one record row by row."""
    if sample is None:
        return Preview(None)
    told, at_hand = offered.writes(mapping), masters.of(company)
    rows = []
    for traced in compiled.engine.trace(sample.record, at_hand):
        declared = told.fields.get(traced.row.target) if told else None
        problem = traced.reason or _misfit(traced.result, declared)
        if not problem and traced.left_out and traced.row.required:
            problem = "it is required and there is no value"
        rows.append(Shown(traced, _declared(declared), problem))
    problems = _problems(mapping, compiled, sample, told, at_hand)[1]
    return Preview(sample, rows, problems)


def against_last(mapping: FieldMapping, draft: MappingVersion, company: Company) -> Trial:
    """Map the last records with the draft and with what counts now."""
    counts = versions.in_force(mapping)
    before = versions.compile_version(counts) if counts else None
    after = versions.compile_version(draft)
    found, told, at_hand = samples(mapping, company), offered.writes(mapping), masters.of(company)
    changed, failing = [], []
    for sample in found:
        values, problems = _problems(mapping, after, sample, told, at_hand)
        was = before.engine.map(sample.record, at_hand).values if before else {}
        outcome = Outcome(sample, _changes(was, values), problems)
        if problems:
            failing.append(outcome)
        elif outcome.changes:
            changed.append(outcome)
    return Trial(len(found), changed, failing)


def _problems(
    mapping: FieldMapping, compiled: Compiled, sample: Sample, told: EntitySet | None, at_hand: Masters
) -> tuple[dict[str, Any], list[str]]:
    mapped = compiled.engine.map(sample.record, at_hand)
    problems = [str(each) for each in mapped.problems]
    if mapping.direction == FieldMapping.Direction.INTAKE:
        return mapped.values, problems or _misshapen(mapping.target, mapped.values)
    if mapping.direction == FieldMapping.Direction.PULL:
        said = "" if problems else mirrors.misfit(mapping.target, mapped.values)
        return mapped.values, problems or ([said] if said else [])
    for target, value in mapped.values.items():
        if misfit := _misfit(value, told.fields.get(target) if told else None):
            problems.append(f"{target}: {misfit}")
        elif told is not None and "." not in target and target not in told.fields:
            problems.append(f"{target}: Business Central has no such field")
    return mapped.values, problems


def _misshapen(event_type: str, values: dict[str, Any]) -> list[str]:
    """Say what the event's shape has against the result."""
    try:
        TYPES[event_type].shape().run_validation(plain(values))
    except ValidationError as error:
        return [f"{each.pointer}: {each.detail}" for each in pointers(error.detail, "")]
    return []


def _misfit(value: Any, declared: FieldType | None) -> str:
    """Say why BC would refuse a value by its form; empty when nothing speaks against it."""
    if declared is None or value is None:
        return ""
    if declared.max_length and isinstance(value, str) and len(value) > declared.max_length:
        return f"Business Central takes {declared.max_length} characters; these are {len(value)}"
    if declared.members and value not in declared.members:
        return f"Business Central takes one of {', '.join(declared.members)}, not {value!r}"
    kind = declared.type
    if kind in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        return f"Business Central takes a number, not {value!r}"
    if kind == "Edm.String" and not isinstance(value, str | UUID):
        return f"Business Central takes a text, not {value!r}"
    if kind == "Edm.Boolean" and not isinstance(value, bool):
        return f"Business Central takes true or false, not {value!r}"
    if kind == "Edm.Date" and not isinstance(value, date) and not _is_day(value):
        return f"Business Central takes a date, not {value!r}"
    return ""


NUMBERS = {"Edm.Decimal", "Edm.Double", "Edm.Int32", "Edm.Int64", "Edm.Int16"}


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _declared(declared: FieldType | None) -> str:
    if declared is None:
        return ""
    length = f", {declared.max_length}" if declared.max_length else ""
    return f"{targets.plain_type(declared.type)}{length}"


def _changes(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    names: Iterable[str] = dict.fromkeys([*was, *now])
    return [(name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)]

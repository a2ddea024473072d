"""Apply compiled mapping rows to records: pure, and every problem is a value.

A row whose target is `lines[]` names the list that lines are made of; rows with targets such as
`lines[].quantity` are applied to each of its elements. There `parent` is the record around the element, and
`index` its number, from 1.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from integration.redaction import is_secret

from .transforms import BadValue, UnknownValue

logger = logging.getLogger(__name__)

LARGEST_WHOLE = 2**63
PLAIN = frozenset({str, bool, Decimal, date, datetime, UUID})

Masters = Callable[[str, str, str], Any]
"""Gives a field of a master record: of which master, which field, and its number or code."""


@dataclass(frozen=True)
class Row:
    """One mapping row."""

    source: str
    target: str
    transform: str = "copy"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    default: str = ""
    required: bool = False
    condition: str = ""
    enabled: bool = True
    note: str = ""

    def __str__(self) -> str:
        return f"{self.source or 'constant'} → {self.target}"


@dataclass(frozen=True)
class ValueMap:
    """Codes of one side and the other's, and what becomes of a value that is not among them."""

    values: Mapping[str, Any]
    unknown: str = "reject"
    """reject, default, or park: the record moves without it, and somebody is asked to map it."""
    default: Any = ""


@dataclass(frozen=True)
class Problem:
    """A field that could not be mapped."""

    target: str
    source: str
    reason: str
    value: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.target} (from {self.source or 'a constant'}): {self.reason}"


@dataclass(frozen=True)
class Parked:
    """A value that waits until somebody maps it; its record has moved on."""

    target: str
    value_map: str
    value: str


@dataclass(frozen=True)
class Traced:
    """What one row did with a record: what it found, how it changed it, what came of it."""

    row: Row
    found: Any
    result: Any = None
    reason: str = ""
    left_out: str = ""
    """Why nothing is written, where that is no problem."""

    @property
    def found_text(self) -> str:
        """What was found, digit by digit; empty where nothing was."""
        return _written(self.found)

    @property
    def result_text(self) -> str:
        return _written(self.result)

    @property
    def is_secret(self) -> bool:
        """Whether nobody is shown the value."""
        return is_secret(self.row.source) or is_secret(self.row.target)


@dataclass
class Mapped:
    """What came of a record."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)


class How(NamedTuple):
    """What of a step is only asked for when something is wrong."""

    row: Row
    parks: str


class Step(NamedTuple):
    """One row, ready to run; without `run` the value stays as it is."""

    target: str
    name: str
    """The field itself, where the path is a plain name; `read` follows any other path."""
    read: Callable[[Any], Any]
    run: Callable[..., Any] | None
    otherwise: str | None
    needs_value: bool
    applies: Callable[[Any], Any] | None
    asks_masters: bool
    how: How

    @property
    def row(self) -> Row:
        return self.how.row


@dataclass(frozen=True)
class Group:
    """The rows of a nested list."""

    name: str
    read: Callable[[Any], Any]
    inner: Engine


@dataclass(frozen=True)
class Engine:
    """The rows of one version, compiled."""

    steps: Sequence[Step]
    groups: Sequence[Group] = ()
    nests: bool = False
    """Whether a target such as `dimensions.KST` becomes a group of the result; groups may be copied then."""

    def map(self, record: Mapping[str, Any], masters: Masters | None = None) -> Mapped:
        """Build the target record in the order of the rows, leaving out what is empty and not required."""
        mapped = Mapped()
        values, value = mapped.values, None
        for step in self.steps:
            target, name, read, run, otherwise, needs_value, applies, asks_masters, _ = step
            try:
                if applies is not None and not _is_true(applies(record)):
                    continue
                value = record.get(name) if name else read(record)
                if not value and (value is None or value == ""):  # zero and false are values
                    value = otherwise
                    if value is None and needs_value:
                        if step.row.required:
                            mapped.problems.append(_lacking(step.row))
                        continue
                if run is not None:
                    value = run(value, masters=masters or _no_masters) if asks_masters else run(value)
                if type(value) not in PLAIN:
                    value = writable(value, nests=self.nests)
            except Exception as error:  # noqa: BLE001 - an administrator's row must not stop the others
                _note(mapped, step, error, record)
                continue
            if value is not None:
                values[target] = value
            elif step.row.required:
                mapped.problems.append(_lacking(step.row))
        if self.nests:
            mapped.values = _nested(values)
        for group in self.groups:
            self._fill(group, record, mapped, masters)
        return mapped

    def trace(self, record: Mapping[str, Any], masters: Masters | None = None) -> Iterator[Traced]:
        """Tell row by row what was found and what came of it."""
        for step in self.steps:
            yield self._traced(step, record, masters)
        for group in self.groups:
            for at, scope in enumerate(_scopes(group.read(record), record)):
                for each in group.inner.trace(scope, masters):
                    yield replace(each, row=replace(each.row, target=f"{group.name}[{at}].{each.row.target}"))

    def _traced(self, step: Step, record: Mapping[str, Any], masters: Masters | None) -> Traced:
        alone = replace(self, steps=(step._replace(applies=None),), groups=(), nests=False)
        try:
            if step.applies is not None and not _is_true(step.applies(record)):
                return Traced(step.row, None, left_out=f"its condition is not met: {step.row.condition}")
            found = step.read(record)
        except BadValue as error:
            return Traced(step.row, None, reason=str(error))
        mapped = alone.map(record, masters)
        reason = mapped.problems[0].reason if mapped.problems else ""
        if mapped.parked:
            left_out = f"{mapped.parked[0].value!r} waits to be mapped"
        else:
            left_out = "" if reason or step.target in mapped.values else "it is empty"
        return Traced(step.row, found, mapped.values.get(step.target), reason, left_out)

    def _fill(self, group: Group, record: Mapping[str, Any], mapped: Mapped, masters: Masters | None) -> None:
        try:
            elements = group.read(record)
        except BadValue as error:
            mapped.problems.append(Problem(group.name, "", str(error)))
            return
        if elements is None:
            return
        filled = []
        for at, scope in enumerate(_scopes(elements, record)):
            inner = group.inner.map(scope, masters)
            filled.append(inner.values)
            mapped.problems += [
                replace(each, target=f"{group.name}[{at}].{each.target}") for each in inner.problems
            ]
            mapped.parked += inner.parked
        mapped.values[group.name] = filled


def writable(value: Any, *, nests: bool = False) -> Any:
    """Let through what JSON holds exactly: one value, and no number beyond BC's own whole numbers."""
    if value is None or isinstance(value, str | bool | Decimal | date | UUID):
        return value
    if isinstance(value, int):
        if abs(value) >= LARGEST_WHOLE:
            raise BadValue("the number is too large for Business Central")
        return value
    if isinstance(value, float):
        raise BadValue(f"{value!r} is not an exact number")
    if nests and not _holds_float(value):
        return value
    raise BadValue("it is a group of values, not one value")


def _no_masters(master: str, give: str, key: str) -> Any:
    raise BadValue("no master data is at hand here")


def _is_true(found: Any) -> bool:
    """Whether a condition is met: what is empty, false or absent does not meet it; 0 does, as in JMESPath."""
    return found is not None and found is not False and found not in ("", [], {})


def _lacking(row: Row) -> Problem:
    return Problem(row.target, row.source, "it is required and there is no value")


def _note(mapped: Mapped, step: Step, error: Exception, record: Any) -> None:
    """Keep what went wrong with a row as a value."""
    try:
        found = step.read(record)
    except BadValue:
        found = None
    if isinstance(error, UnknownValue) and step.how.parks:
        mapped.parked.append(Parked(step.target, step.how.parks, str(found)[:200]))
        if step.row.required:
            mapped.problems.append(_lacking(step.row))
        return
    reason = str(error)
    if not isinstance(error, BadValue):
        logger.warning("The transform %s of %s failed", step.row.transform, step.target, exc_info=error)
        reason = f"{step.row.transform} does not work with this value ({type(error).__name__})"
    mapped.problems.append(Problem(step.target, step.row.source, reason, found))


def _scopes(elements: Any, record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the record that the rows of a list see, for each of its elements."""
    if elements is None:
        return
    for at, element in enumerate(elements if isinstance(elements, list) else [elements], start=1):
        fields = element if isinstance(element, Mapping) else {"value": element}
        yield {**fields, "parent": record, "index": at}


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for target, value in values.items():
        group, dot, name = target.partition(".")
        if not dot:
            result[target] = value
            continue
        inner = result.setdefault(group, {})
        if isinstance(inner, dict):
            inner[name] = value
    return result


def _written(value: Any) -> str:
    """Write a value for a person, as it is sent: no separators, nothing rounded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)


def _holds_float(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_float(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_float(each) for each in value)
    return isinstance(value, float)

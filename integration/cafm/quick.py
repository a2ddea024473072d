"""Judge data in one pass: the serializers' own rules, without what they need to tell people of mistakes.

The judges are made of the serializers' fields, so there is one place that says what an event may hold. They
take only what is right beyond doubt; for anything else they give up, and the serializer judges it and says
what is wrong. tests/cafm/test_quick.py holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework import serializers

from . import fields
from .serializers import Charges, Dimensions, Lines, Shape

Judge = Callable[[Any], Any]

MOMENT = re.compile(
    r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9])\Z",
    re.ASCII,
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


class Doubtful(Exception):  # noqa: N818 - perhaps nothing is wrong
    """The serializer has to judge this."""


def judge(kind: type[Shape], told: Any) -> dict[str, Any] | None:
    """Give what the serializer's validation would give, or None where that is not certain."""
    try:
        values: dict[str, Any] = _of_shape(kind)(told)
    except (Doubtful, serializers.ValidationError):
        return None
    return values


@cache
def _of_shape(kind: type[Shape]) -> Judge:
    return _shape(kind())


def _shape(shape: Shape) -> Judge:
    steps = [(name, field.required, _field(field)) for name, field in shape.fields.items()]
    plain = all(field.source == name and not field.read_only for name, field in shape.fields.items())
    plain = (
        plain and not shape.validators and not any(hasattr(shape, f"validate_{name}") for name, *_ in steps)
    )
    if not plain or type(shape).to_internal_value is not serializers.Serializer.to_internal_value:
        return shape.run_validation
    own = shape.validate if type(shape).validate is not serializers.Serializer.validate else None

    def judged(told: Any) -> dict[str, Any]:
        if type(told) is not dict:
            raise Doubtful
        values = {}
        for name, required, step in steps:
            if name in told:
                values[name] = step(told[name])
            elif required:
                raise Doubtful
        return own(values) if own else values

    return judged


def _field(field: Any) -> Judge:
    """Make the judge of a field; what has none of its own here is judged by the field itself."""
    make = MAKERS.get(type(field))
    if make is None or field.default is not serializers.empty:
        return field.run_validation  # type: ignore[no-any-return]
    inner = make(field)
    if not field.allow_null:
        return inner
    return lambda told: None if told is None else inner(told)


def _text(field: Any) -> Judge:
    longest, blank = field.max_length, field.allow_blank
    is_code = isinstance(field, fields.Code)

    def judged(told: Any) -> str:
        if type(told) is not str:
            raise Doubtful
        written = told.strip()
        if is_code:
            written = written.upper()
        if not (written or blank) or (longest is not None and len(written) > longest):
            raise Doubtful
        return written

    return judged


def _event_id(field: Any) -> Judge:
    text = _text(field)

    def judged(told: Any) -> str:
        written: str = text(told)
        if "." in written:
            raise Doubtful
        return written

    return judged


def _moment(field: Any) -> Judge:
    def judged(told: Any) -> datetime:
        if type(told) is not str or not MOMENT.match(told):
            raise Doubtful
        try:
            return datetime.fromisoformat(told)
        except ValueError as exc:
            raise Doubtful from exc

    return judged


def _unjudged(field: Any) -> Judge:
    """Take an object whose values nobody judges yet; others are judged by the field itself."""
    if type(field.child) is not type(serializers.DictField().child):
        return field.run_validation  # type: ignore[no-any-return]

    def judged(told: Any) -> dict[str, Any]:
        if type(told) is not dict:
            raise Doubtful
        return told

    return judged


def _choice(field: Any) -> Judge:
    choices = {name: value for name, value in field.choice_strings_to_values.items() if name}

    def judged(told: Any) -> Any:
        if type(told) is not str or told not in choices:
            raise Doubtful
        return choices[told]

    return judged


def _exact(field: Any) -> Judge:
    least, most = field.min_value, field.max_value
    step = Decimal(1).scaleb(-field.decimal_places)

    def judged(told: Any) -> Decimal:
        if type(told) is not int and (type(told) is not str or not fields.PLAIN_NUMBER.match(told)):
            raise Doubtful
        value: Decimal = field.validate_precision(Decimal(told))
        if (least is not None and value < least) or (most is not None and value > most):
            raise Doubtful
        return value.quantize(step)

    return judged


def _day(field: Any) -> Judge:
    def judged(told: Any) -> date:
        if type(told) is not str or not DAY.match(told):
            raise Doubtful
        try:
            day = date.fromisoformat(told)
        except ValueError as exc:
            raise Doubtful from exc
        if not fields.EARLIEST_YEAR <= day.year <= fields.LATEST_YEAR:
            raise Doubtful
        return day

    return judged


def _line_number(field: Any) -> Judge:
    least, most = field.min_value, field.max_value

    def judged(told: Any) -> int:
        if type(told) is not int or not least <= told <= most:
            raise Doubtful
        return told

    return judged


def _flag(field: Any) -> Judge:
    def judged(told: Any) -> bool:
        if type(told) is not bool:
            raise Doubtful
        return told

    return judged


def _dimensions(field: Any) -> Judge:
    child = _field(field.child)

    def judged(told: Any) -> dict[str, Any]:
        if type(told) is not dict:
            raise Doubtful
        return {name: child(value) for name, value in told.items()}

    return judged


def _lines(field: Any) -> Judge:
    return _rows(_shape(field.child), field, "line")


def _charges(field: Any) -> Judge:
    return _rows(_shape(field.child), field, "code")


def _rows(row: Judge, field: Any, once: str) -> Judge:
    """Judge a list of rows, of which each has another value in one field."""
    longest, may_be_empty = field.max_length, field.allow_empty

    def judged(told: Any) -> list[Any]:
        if type(told) is not list or len(told) > longest or not (told or may_be_empty):
            raise Doubtful
        rows = [row(each) for each in told]
        if len({each[once] for each in rows}) != len(rows):
            raise Doubtful
        return rows

    return judged


MAKERS: Mapping[type[Any], Callable[[Any], Judge]] = {
    fields.Text: _text,
    fields.Code: _text,
    fields.Exact: _exact,
    fields.Day: _day,
    fields.EventId: _event_id,
    fields.LineNumber: _line_number,
    serializers.ChoiceField: _choice,
    serializers.BooleanField: _flag,
    serializers.DateTimeField: _moment,
    serializers.DictField: _unjudged,
    Dimensions: _dimensions,
    Lines: _lines,
    Charges: _charges,
}

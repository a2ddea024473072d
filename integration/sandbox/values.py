"""Turn JSON values into stored ones and back: decimals, codes, dates, enums and BC's blanks."""

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from integration.sandbox.entities.declare import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DURATION,
    GUID,
    INT,
    NULL_DATE,
    NULL_GUID,
    NULL_STAMP,
    STAMP,
    STREAM,
    STRING,
    Field,
    blank_of,
)
from integration.sandbox.errors import Refusal, bad_request

Values = dict[str, Any]

INT_LIMIT = 2**31
DECIMAL_LIMIT = Decimal(10) ** 16
_GUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$")


def store_value(each: Field, value: Any) -> Any:
    """Check one JSON value against its field and return what the table keeps; raises Refusal."""
    if value is None:
        return blank_of(each)
    if each.enum is not None:
        return _enum(each, value)
    return _CHECKS[each.type](each, value)


def wire_value(each: Field, value: Any) -> Any:
    """The same for a field that may be a text on the wire, whatever the table keeps."""
    if not each.is_as_text or value is None:
        return store_value(each, value)
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    return store_value(each, _READ_AS.get(each.type, str)(value))


def seed_value(each: Field, value: Any) -> Any:
    """The same for the control channel, which may also send decimals as text."""
    if each.type == DECIMAL and isinstance(value, str):
        value = parse_decimal(value)
    return store_value(each, value)


def parse_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as exc:
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type 'Edm.Decimal'.") from exc


def trim(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    value = value.normalize()
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else value


def is_guid(text: str) -> bool:
    return _GUID.match(text.lower()) is not None


def stamp_of(moment: datetime) -> str:
    """A moment as BC writes it, to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse_stamp(text: str) -> str:
    """Any ISO date-time with an offset, in the stored form."""
    if not _STAMP.match(text):
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type '{STAMP}'.")
    if text == NULL_STAMP or text.startswith("0001-01-01"):
        return NULL_STAMP
    try:
        return stamp_of(datetime.fromisoformat(text))
    except ValueError as exc:
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type '{STAMP}'.") from exc


def new_id() -> str:
    return str(uuid.uuid4())


def to_json(values: Any) -> bytes:
    """Write JSON with decimals as numbers, digit by digit."""
    return orjson.dumps(values, default=_fragment)


def encoder(fields: Iterable[Field]) -> Callable[[Values], bytes]:
    """A function that writes the given fields of a row as the inside of a JSON object."""
    chosen = [each for each in fields if each.type != STREAM]
    pairs = [(each.name, each.column) for each in chosen if each.is_kept]
    texts = [each.name for each in chosen if each.is_as_text]
    fixed = {each.name: blank_of(each) for each in chosen if not each.is_kept}

    def encode(values: Values) -> bytes:
        shown = {name: values[column] for name, column in pairs}
        shown |= {name: _as_text(shown[name]) for name in texts}
        return orjson.dumps(shown | fixed if fixed else shown, default=_fragment)[1:-1]

    return encode


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(trim(value), "f") if isinstance(value, Decimal) else str(value)


def _fragment(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return orjson.Fragment(text.rstrip("0").rstrip(".") if "." in text else text)
    raise TypeError(f"{type(value).__name__} is not stored")


_READ_AS: dict[str, Callable[[str], Any]] = {
    DECIMAL: parse_decimal,
    INT: int,
    BOOLEAN: lambda text: {"true": True, "false": False}.get(text, text),
}


_KINDS: dict[type, str] = {
    str: "text",
    bool: "boolean",
    type(None): "null",
    list: "list",
    dict: "JSON object",
}


def _wrong_type(each: Field, value: Any) -> Refusal:
    kind = _KINDS.get(type(value), "number")
    return bad_request(
        f"An error occurred while reading '{each.name}': cannot convert a {kind} to '{each.wire_type}'."
    )


def _string(each: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    text: str = value.strip().upper() if each.is_code else value
    if each.length is not None and len(text) > each.length:
        message = (
            f"The length of the string is {len(text)}, but it must be less than or equal to"
            f" {each.length} characters. Value: {text}"
        )
        raise Refusal(400, "Application_StringExceededLength", message)
    return text


def _enum(each: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    members = each.enum.members if each.enum else ()
    if value in members:
        return value
    for member in members:
        if member.lower() == value.lower():
            return member
    raise Refusal(400, "Application_EvaluateException", f"'{value}' is not an option of '{each.name}'.")


def _guid(each: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    if not is_guid(value):
        raise Refusal(400, "Application_InvalidGUID", f"'{value}' is not a valid GUID for '{each.name}'.")
    return value.lower()


def _integer(each: Field, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and -INT_LIMIT <= value < INT_LIMIT:
        return value
    raise _wrong_type(each, value)


def _decimal(each: Field, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _wrong_type(each, value)
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= DECIMAL_LIMIT:
        raise _wrong_type(each, value)
    return trim(number)


def _boolean(each: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(each, value)
    return value


def _date(each: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    if value == NULL_DATE:
        return value
    try:
        return date.fromisoformat(value).isoformat() if len(value) == len(NULL_DATE) else _bad_date(value)
    except ValueError:
        return _bad_date(value)


def _bad_date(value: str) -> str:
    raise bad_request(f"Cannot convert the literal '{value}' to the expected type 'Edm.Date'.")


def _stamp(each: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    return parse_stamp(value)


def _stream(each: Field, value: Any) -> str:
    raise bad_request(f"The stream '{each.name}' is written at an address of its own.")


_CHECKS: dict[str, Callable[[Field, Any], Any]] = {
    STRING: _string,
    GUID: _guid,
    INT: _integer,
    "Edm.Int64": _integer,
    DECIMAL: _decimal,
    BOOLEAN: _boolean,
    DATE: _date,
    STAMP: _stamp,
    DURATION: _string,
    STREAM: _stream,
}

__all__ = [
    "NULL_DATE",
    "NULL_GUID",
    "NULL_STAMP",
    "Values",
    "encoder",
    "is_guid",
    "new_id",
    "parse_decimal",
    "parse_stamp",
    "seed_value",
    "stamp_of",
    "store_value",
    "to_json",
    "trim",
    "wire_value",
]

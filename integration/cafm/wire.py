"""JSON at the border: numbers come in as Decimal, Decimals go out as strings, and text is clean.

PostgreSQL holds neither NUL characters nor half surrogates, so both are named and refused here, before
anything else looks at the body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from .problems import FieldError, Invalid, ProblemError, TooLarge, escape

LARGEST_BODY = 20 * 1024 * 1024
DEEPEST = 32
LONGEST_NUMBER = 1000  # digits; what a field takes is far less, and a longer one is slow to read

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class DecimalJSONParser(BaseParser):
    """Read a JSON body with exact numbers; refuse what is too large, too deep or not clean text."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise TooLarge(f"Send at most {LARGEST_BODY // 1024 // 1024} MB at a time.")
        return loads(raw)


class EventParser(DecimalJSONParser):
    media_type = EVENT


class BatchParser(DecimalJSONParser):
    media_type = BATCH


class ExactEncoder(JSONEncoder):
    """Write Decimals as strings; the framework's own would make floats of them."""

    def default(self, value: Any) -> Any:
        return format(value, "f") if isinstance(value, Decimal) else super().default(value)


class DecimalJSONRenderer(JSONRenderer):
    """Write Decimals as strings, dates as ISO."""

    charset = "utf-8"
    encoder_class = ExactEncoder


def loads(raw: bytes) -> Any:
    """Parse JSON exactly; raises a problem that says where it cannot be read."""
    try:
        body = json.loads(
            raw.decode(), parse_float=_number, parse_int=_whole, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as exc:
        raise ProblemError(
            f"The body is not JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}."
        ) from exc
    except UnicodeDecodeError as exc:
        raise ProblemError(f"The body is not UTF-8: byte {exc.start} cannot be read.") from exc
    except RecursionError as exc:
        raise ProblemError("The body is nested too deeply.") from exc
    except ValueError as exc:
        raise ProblemError(f"The body holds a number that cannot be read: {exc}.") from exc
    if not _is_surely_clean(raw) and (bad := list(unclean(body))):
        raise Invalid("The body holds text or nesting that cannot be stored.", bad)
    return body


def _is_surely_clean(raw: bytes) -> bool:
    """Tell without a look at each value: without escapes there is no NUL and no surrogate, and few brackets
    are not nested deeply.
    """
    return b"\\u" not in raw and raw.count(b"{") + raw.count(b"[") <= DEEPEST


def unclean(value: Any, at: str = "", depth: int = 0) -> Iterator[FieldError]:
    """Name the places that hold NUL characters, half surrogates or too deep nesting."""
    if depth > DEEPEST:
        yield FieldError(at, f"Nested more than {DEEPEST} levels deep.")
    elif isinstance(value, str):
        if fault := _fault(value):
            yield FieldError(at, fault)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if fault := _fault(name):
                yield FieldError(at, f"A field's name is wrong: {fault}")
            else:
                yield from unclean(inner, f"{at}/{escape(name)}", depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from unclean(inner, f"{at}/{position}", depth + 1)


def plain(value: Any) -> Any:
    """Give a body as the database keeps it: numbers with a fraction as the strings they were."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def _fault(text: str) -> str:
    if "\x00" in text:
        return "Holds a NUL character."
    try:
        text.encode()
    except UnicodeEncodeError:
        return "Holds half of a surrogate pair."
    return ""


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"{text[:40]}… has more than {LONGEST_NUMBER} digits")
    return int(text)


def _number(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"{text[:40]}… has more than {LONGEST_NUMBER} digits")
    number = Decimal(text)
    if abs(number.adjusted()) > 1000:
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")

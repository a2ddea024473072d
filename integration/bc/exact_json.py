"""JSON without floats: BC's numbers come in and go out digit by digit as Decimal.

msgspec reads them: it hands each number's own digits to Decimal, and is nearly as fast as orjson, which makes
floats, and a float has lost digits that cannot be won back. Writing is orjson's, whose fragments put a
Decimal's own digits into the text.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import orjson

from integration.errors import ProgramError

_read = msgspec.json.Decoder(float_hook=Decimal).decode


class RawRow(msgspec.Struct, gc=False):
    """An entity as BC wrote it, of which only the id and the stamp were read: nine of ten need no more."""

    id: str
    """In small letters."""
    modified: str
    """BC's own writing; "" where an entity has no stamp."""
    raw: msgspec.Raw

    @property
    def fields(self) -> dict[str, Any]:
        """All that BC wrote, with exact numbers; read anew each time."""
        read: dict[str, Any] = _read(self.raw)
        return read


class _Head(msgspec.Struct, rename={"modified": "lastModifiedDateTime"}):
    id: str
    modified: str = ""


class _Page(msgspec.Struct, rename={"rows": "value", "onward": "@odata.nextLink"}):
    rows: list[msgspec.Raw]
    onward: str | None = None


_read_head = msgspec.json.Decoder(_Head).decode
_read_page = msgspec.json.Decoder(_Page).decode


def loads(text: bytes) -> Any:
    """Parse JSON with exact numbers; raise ValueError when it is not JSON."""
    return _read(text)


def raw_page(text: bytes) -> tuple[list[RawRow], str | None]:
    """Tell the entities of a page apart without reading them, and where it goes on; raise ValueError."""
    page = _read_page(text)
    heads = map(_read_head, page.rows)
    rows = [RawRow(head.id.lower(), head.modified, raw) for head, raw in zip(heads, page.rows, strict=True)]
    return rows, page.onward


def dumps(body: Any) -> bytes:
    """Write JSON with exact numbers; raise ProgramError on a float or anything else that is not exact."""
    _refuse_floats(body)
    try:
        return orjson.dumps(body, default=_write, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError as exc:
        raise ProgramError(f"A value cannot be sent to Business Central: {exc}.") from exc


def plain(value: Decimal) -> str:
    """Write a Decimal with all its digits and no exponent."""
    if not value.is_finite():
        raise ProgramError(f"{value} is not a number Business Central can hold.")
    return format(value, "f")


def utc(value: datetime) -> str:
    """Write a moment as BC does: UTC with a Z."""
    if value.tzinfo is None:
        raise ProgramError(f"{value} has no time zone and cannot be sent to Business Central.")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _write(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(plain(value))
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ProgramError(f"{value!r} is a float; amounts and quantities are Decimal.")
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)

"""Dimensions and cost tags of a line: those the CAFM told, and those that rows of the mapping write.

BC takes them beside the fields of a line: an order line as nested dimension set lines, a movement line as
one text. A row of the mapping with the target `dimensionSetLines.CODE` (`dimensions.CODE` of a movement)
writes one from any field of the line, such as the work order. A told dimension that a row reads goes where
the row says, and not under its own name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from integration.bc.names import VALUE_CODE
from masterdata import lookup
from masterdata.models import Company, Dimension, DimensionValue

from .base import listed

SET_LINES = "dimensionSetLines"
TOLD = "dimensions."

Tags = dict[str, str]
"""The value of each dimension, both as BC writes codes."""


def take_tags(written: dict[str, Any], told: Mapping[str, str], sources: Collection[str]) -> Tags:
    """Take the dimensions that the mapping wrote out of a line, and give them with those that were told."""
    tags = {_code(name): _code(value) for name, value in told.items() if f"{TOLD}{name}" not in sources}
    for target in [name for name in written if "." in name]:
        tags[_code(target.partition(".")[2])] = _code(written.pop(target))
    return {code: tags[code] for code in sorted(tags) if tags[code]}


def set_lines(tags: Tags) -> list[dict[str, str]]:
    """Write dimensions as BC nests them in a line."""
    return [{"code": code, VALUE_CODE: value} for code, value in tags.items()]


def as_text(tags: Tags) -> str:
    """Write dimensions as the Tieout app reads them."""
    return ";".join(f"{code}={value}" for code, value in tags.items())


def of(line: Mapping[str, Any]) -> Tags:
    """Read the dimensions of an order line, as it was sent or as BC shows it."""
    return {each["code"]: each[VALUE_CODE] for each in line.get(SET_LINES, [])}


def missing(company: Company, lines: Iterable[Tags]) -> list[str]:
    """Name the dimensions and values that the mirror lacks; they may come with the next pull."""
    wanted = {pair for tags in lines for pair in tags.items()}
    if not wanted:
        return []
    codes = lookup.missing(company, Dimension, "code", [code for code, _ in wanted])
    known = DimensionValue.objects.filter(company=company, deleted_at=None)
    there = set(known.filter(code__in={value for _, value in wanted}).values_list("dimension", "code"))
    values = sorted(f"{code} {value}" for code, value in wanted - there if code not in codes)
    lacking = [f"dimension {listed(codes)}"] if codes else []
    return lacking + ([f"dimension value {listed(values)}"] if values else [])


def _code(text: Any) -> str:
    return str(text).strip().upper()

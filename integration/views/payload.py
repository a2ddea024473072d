"""A payload for people's eyes: every field on its line, every digit as it is sent, secrets hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.bc import payloads, plain
from integration.redaction import HIDDEN, is_secret, masked


@dataclass(frozen=True)
class Field:
    name: str
    value: str
    depth: int
    is_heading: bool = False
    is_masked: bool = False


def fields(payload: Any, entity_set: str = "") -> list[Field]:
    """Write a payload as lines, in the order BC gets them: objects and lists become headings."""
    ordered = payloads.in_order(entity_set, payload) if isinstance(payload, dict) else payload
    return list(_lines(ordered, 0))


def bc_words(text: str) -> str:
    """Take BC's sentence out of its answer; what is no error envelope stays as it is, without secrets."""
    try:
        answer = json.loads(text)
    except ValueError:
        return text
    try:
        return str(answer["error"]["message"])
    except (KeyError, TypeError):
        return json.dumps(masked(answer), ensure_ascii=False)


def _lines(value: Any, depth: int) -> Iterator[Field]:
    if not isinstance(value, dict | list):
        if value is not None:
            yield Field("", written(value), depth)
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value, start=1)
    for name, inner in pairs:
        if is_secret(name):
            yield Field(str(name), HIDDEN, depth, is_masked=True)
        elif isinstance(inner, dict | list) and inner:
            yield Field(str(name), "", depth, is_heading=True)
            yield from _lines(inner, depth + 1)
        else:
            yield Field(str(name), written(inner), depth)


def written(value: Any) -> str:
    """Write one value: numbers with all their digits, and what is empty as BC would be told it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if value is None:
        return "null"
    if value in ({}, []):
        return "none"
    return str(value)

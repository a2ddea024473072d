"""The fields of events in our own form: what an inbound mapping may write, read off their shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from rest_framework import serializers

from integration.cafm.events import TYPES

ANY = "*"
NAMES = {
    "LineNumber": "whole number",
    "Exact": "number",
    "Day": "date",
    "DateTimeField": "date and time",
    "BooleanField": "true or false",
    "ChoiceField": "choice",
    "DictField": "group",
}


@dataclass(frozen=True)
class Leaf:
    """One field: its path, what it takes, and whether it must be there."""

    path: str
    type: str
    longest: int | None = None
    required: bool = False
    choices: tuple[str, ...] = ()


@cache
def leaves(event_type: str) -> tuple[Leaf, ...]:
    """List the fields of a type of event; empty for one that nobody knows."""
    known = TYPES.get(event_type)
    return tuple(_leaves(known.shape(), "")) if known else ()


def problem_with(event_type: str, target: str) -> str:
    """Say why an inbound mapping cannot write this; empty when it can."""
    known = [each.path for each in leaves(event_type)]
    if not known:
        return f"{event_type} is not a type of event."
    groups = [path.removesuffix(ANY) for path in known if path.endswith(ANY)]
    if target in known or any(target.startswith(group) and target != group for group in groups):
        return ""
    nearest = get_close_matches(target, known, n=4, cutoff=0.5) or known[:6]
    return f"{event_type} has no field {target!r}. The nearest are {', '.join(nearest)}."


def _leaves(shape: Any, at: str) -> Iterator[Leaf]:
    for name, field in shape.fields.items():
        path, required = f"{at}{name}", bool(field.required)
        inner = getattr(field, "child", None)
        if isinstance(inner, serializers.Serializer):
            yield Leaf(f"{path}[]", "list", required=required)
            yield from _leaves(inner, f"{path}[].")
        elif isinstance(field, serializers.DictField):
            yield Leaf(f"{path}.{ANY}", "text", required=required)
        else:
            choices = tuple(str(each) for each in getattr(field, "choices", {}))
            longest = getattr(field, "max_length", None)
            yield Leaf(path, NAMES.get(type(field).__name__, "text"), longest, required, choices)

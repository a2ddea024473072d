"""Source paths: a dotted path is followed directly, anything more is JMESPath (jmespath.org)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath import exceptions

from .transforms import BadValue

Getter = Callable[[Any], Any]

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)
LONGEST = 300


@lru_cache(maxsize=2000)
def reader(path: str) -> Getter:
    """Make a path into a function of a record; what is not there is None. Raises BadValue."""
    if not path:
        return lambda record: None
    if PLAIN.fullmatch(path):
        return _plain(tuple(path.split(".")))
    expression = _compiled(path)

    def read(record: Any) -> Any:
        try:
            return expression.search(record)
        except (exceptions.JMESPathError, RecursionError) as error:
            raise BadValue(f"the path {path!r} cannot be followed here: {error}") from error

    return read


@lru_cache(maxsize=2000)
def names(path: str) -> frozenset[str]:
    """Name the fields that a path reads, dotted; raises BadValue."""
    if not path:
        return frozenset()
    if PLAIN.fullmatch(path):
        return frozenset({path})
    return frozenset(_names(_compiled(path).parsed, ""))


def tops(*read: str) -> set[str]:
    """Name the fields that paths begin at."""
    return {name.partition(".")[0] for path in read for name in names(path)}


def _plain(steps: tuple[str, ...]) -> Getter:
    def read(record: Any) -> Any:
        for step in steps:
            if type(record) is not dict and not isinstance(record, Mapping):
                return None
            record = record.get(step)
        return record

    return read


def _compiled(path: str) -> Any:
    if len(path) > LONGEST:
        raise BadValue(f"a path has at most {LONGEST} characters")
    try:
        return jmespath.compile(path)
    except (exceptions.JMESPathError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise BadValue(f"{path!r} is not a path: {reason}") from error


def _names(node: Mapping[str, Any], at: str) -> Iterator[str]:
    """Follow a parsed expression, keeping where in the record each part looks."""
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        yield f"{at}.{node['value']}".lstrip(".")
    elif kind in ("subexpression", "projection", "index_expression", "pipe"):
        first, *rest = children
        found = list(_names(first, at))
        inner = [name for each in rest for base in found or [at] for name in _names(each, base)]
        yield from inner or found
    else:
        for child in children:
            if isinstance(child, Mapping):
                yield from _names(child, at)

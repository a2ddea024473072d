"""When a name is gone: which of those that are there most likely took its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher

from integration.bc import EntitySet, FieldType

from .shapes import Shape, shape_of

LIKELY = 0.6
NEW = 0.15  # a name that was not there before is the likelier successor
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def of_field(
    name: str,
    *,
    takes: Collection[Shape],
    there: Mapping[str, FieldType],
    before: Mapping[str, FieldType],
    used: Collection[str] = (),
) -> str:
    """Name the likeliest successor among the fields of the same type; empty when none is likely."""
    old = before.get(name)
    fitting = [
        each.name
        for each in there.values()
        if each.name not in used and (_same(old, each) if old else _fits(takes, each))
    ]
    return _likeliest(name, fitting, before)


def of_set(
    name: str,
    *,
    needed: Collection[str],
    there: Mapping[str, EntitySet],
    before: Mapping[str, EntitySet],
    used: Collection[str] = (),
) -> str:
    """Name the likeliest successor among the sets that have every field we need."""
    fitting = [
        each.name
        for each in there.values()
        if each.name not in used and all(field in each.fields for field in needed)
    ]
    return _likeliest(name, fitting, before)


def of_name(name: str, there: Iterable[str], before: Collection[str] = ()) -> str:
    """Name the likeliest successor by name alone, for actions and navigations."""
    return _likeliest(name, list(there), before)


def similarity(one: str, other: str) -> float:
    """Tell how alike two names are, by their letters or by their words, whichever says more."""
    letters = SequenceMatcher(None, one.lower(), other.lower()).ratio()
    ours, theirs = _words(one), _words(other)
    words = 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0
    return max(letters, words)


def _likeliest(name: str, fitting: list[str], before: Collection[str]) -> str:
    """Prefer what is new: a field that was there beside the lost one hardly took its place."""
    scored = []
    for each in fitting:
        is_new = bool(before) and each not in before
        score = similarity(name, each) + (NEW if is_new else 0)
        if each != name and score >= LIKELY:
            scored.append((is_new, score, each))
    return max(scored, default=(False, 0.0, ""))[2]


def _same(old: FieldType, each: FieldType) -> bool:
    return shape_of(old.type) == shape_of(each.type)


def _fits(takes: Collection[Shape], each: FieldType) -> bool:
    return not takes or shape_of(each.type) in takes


def _words(name: str) -> set[str]:
    return {word.lower() for word in WORD.findall(name)}

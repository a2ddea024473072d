"""Why a message is stuck or waits, and what to do about it, in the reader's language.

A worker writes it as English sentences, which are kept as they were written; causes are told apart by them.
Here each sentence is read back by the patterns that it is written with, and filled into the translation of
its pattern. What no pattern fits, such as the words of another system, stays as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.utils.translation import get_language, gettext

from .patterns import DOCUMENTS, PATTERNS

PLACE = re.compile(r"{(\w+)}")
NEXT_SENTENCE = re.compile(r"(?<=[.…])\s+(?=\S)")
# What stands in these places is itself told by patterns, one or several.
SAID = {"reason", "reasons", "what", "things"}
# What stands in these is a document: its kind, which is told, and its number, which stays.
DOCUMENT = {"document", "subject"}


def told(text: str) -> str:
    """Say it as the language of this moment does, sentence by sentence."""
    if not text or (get_language() or "en").startswith("en"):
        return text
    return _each(NEXT_SENTENCE.split(text), " ", text)


def read_back(text: str) -> bool:
    """Tell whether a pattern fits each sentence of the text."""
    return bool(_fitting(text)) or all(_fitting(each) for each in NEXT_SENTENCE.split(text))


def _each(parts: list[str], joint: str, whole: str) -> str:
    """Tell each part; where one cannot be told the text may be one sentence that only looks like several."""
    said = [_one(part) for part in parts]
    if not all(said) and (at_once := _one(whole)):
        return at_once
    return joint.join(one or part for one, part in zip(said, parts, strict=True))


def _one(sentence: str) -> str:
    """Fill the translation of the pattern that fits; empty where none does."""
    if not (found := _fitting(sentence)):
        return ""
    pattern, given, is_title, end = found
    numbered = [_filled(f"p{place}", given) for place in range(10)]
    named = {name: _filled(name, given) for name in given}
    written = gettext(pattern).format(*numbered, **named).removesuffix(".")
    return (written[:1].upper() + written[1:] if is_title else written) + end


def _filled(place: str, given: dict[str, str]) -> str:
    value = given.get(place, "")
    if place in SAID:
        return _each(value.split("; "), "; ", value)
    return _document(value) if place in DOCUMENT else value


def _document(named: str) -> str:
    """Say "purchase order PO-1" with the kind's own word."""
    for kind in DOCUMENTS:
        if named == kind or named.startswith(f"{kind} "):
            return gettext(kind) + named[len(kind) :]
    return named


def _fitting(sentence: str) -> tuple[str, dict[str, str], bool, str] | None:
    """Give the pattern, what stands in its places, whether it is written as a title, and how it ends."""
    bare = sentence.rstrip()
    end = "." if bare.endswith(".") else ""
    bare = bare.removesuffix(".")
    for pattern, reading in _readings():
        for words, is_title in _ways(bare):
            if found := reading.fullmatch(words):
                return pattern, found.groupdict(), is_title, end
    return None


def _ways(words: str) -> Iterator[tuple[str, bool]]:
    """Read it as it stands, then as a clause that became the title of a cause."""
    yield words, False
    if words[:1].isupper():
        yield words[:1].lower() + words[1:], True


@cache
def _readings() -> list[tuple[str, re.Pattern[str]]]:
    """Give the patterns with the expressions that find them, those that say the most in words first."""
    said_most = sorted(set(PATTERNS), key=lambda each: (-len(PLACE.sub("", each)), each))
    return [(each, re.compile(_expression(each), re.DOTALL)) for each in said_most]


def _expression(pattern: str) -> str:
    parts = []
    for position, part in enumerate(PLACE.split(pattern.removesuffix("."))):
        name = f"p{part}" if part.isdigit() else part
        parts.append(f"(?P<{name}>.+?)" if position % 2 else re.escape(part))
    return "".join(parts)

"""Name why a message is stuck: the error's code and the thing that it names, so that what fails alike is one.

Pure: the answer of Business Central and the payload go in, a cause comes out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from integration.bc.names import ITEM_NUMBER, LINE_OBJECT_NUMBER, UNIT_OF_MEASURE_CODE

LONGEST_TITLE, LONGEST_STEP, LONGEST_KEY = 300, 500, 300

# Whose error it is, as our sentences begin; a cause holds many documents.
SUBJECT = re.compile(
    r"^(?:Business Central|BC) refused .+?: (?=\S)|^Tieout failed on \S.*? by (?=its own fault)"
    r"|^.+? cannot be written for Business Central: (?=\S)"
)
# What differs between sentences that say the same: what stands in quotes, and every word with a digit.
NAMES = re.compile(r"(?<!\w)'[^']*'|\"[^\"]*\"|[^\s,;:()]*[0-9][^\s,;:()]*")
LINE = re.compile(r"^line \d+, ")


@dataclass(frozen=True)
class Named:
    """A cause: `things` is what the error names, `key` what makes it this cause and no other."""

    key: str
    title: str
    next_step: str = ""
    things: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sign:
    """How Business Central names a thing: the words around it, and what that means for a person."""

    pattern: re.Pattern[str]
    title: str
    item_of_unit: bool = False
    """BC names the unit alone; its item stands in the line that carries the unit."""


def _sign(pattern: str, title: str, **more: Any) -> Sign:
    return Sign(re.compile(pattern, re.IGNORECASE | re.DOTALL), title, **more)


UNIT = _("Unit {unit} unknown for item {item}")
SIGNS = (
    _sign(
        r"Item Unit of Measure does not exist.*?Item No\.='?(?P<item>[^',]+)'?,\s*Code='?(?P<unit>[^',.]+)",
        UNIT,
    ),
    _sign(r"value \((?P<unit>[^)]+)\).*?related table \(Item Unit of Measure\)", UNIT, item_of_unit=True),
    _sign(r"value \((?P<value>[^)]+)\).*?related table \((?P<table>[^)]+)\)", _("{table} {value} unknown")),
    _sign(r"when Vendor '?(?P<vendor>\S+?)'? is blocked", _("Vendor {vendor} blocked")),
    _sign(r"Blocked must be equal to 'No'\s+in Item:? No\.=(?P<item>[^.\s]+)", _("Item {item} blocked")),
    _sign(r"cannot purchase Item (?P<item>\S+)", _("Item {item} blocked for purchasing")),
    _sign(r"insufficient quantity of Item (?P<item>\S+)", _("Not enough stock of item {item}")),
    _sign(
        r"Dimension Value Code for the Dimension Code (?P<dimension>\S+) for",
        _("No value for dimension {dimension}"),
    ),
    _sign(
        r"Dimension Value (?P<dimension>\S+) - (?P<value>\S+) is blocked", _("{dimension} {value} blocked")
    ),
    _sign(
        r"Currency Exchange Rate within the filter.*?Currency Code: (?P<currency>\w+)",
        _("No rate for {currency}"),
    ),
)
OF_MAPPING = re.compile(r"(?P<field>\w+) \(from (?P<source>[^)]+)\): (?P<reason>.+)", re.DOTALL)


def name(code: str, sentence: str, detail: str, payload: Any) -> Named:
    """Name the cause of an error: by the thing in BC's words, else by what our own sentence says is wrong."""
    what, step = _taken_apart(sentence)
    if code == "mapping" and (found := OF_MAPPING.search(what)):
        return _of_mapping(found, step)
    words = _words(detail) or sentence
    for sign in SIGNS:
        if found := sign.pattern.search(words):
            things = _things(sign, found, payload)
            return Named(_key(code, things), sign.title.format(**things)[:LONGEST_TITLE], step, things)
    return _by_sentence(code, what, step)


def _of_mapping(found: re.Match[str], step: str) -> Named:
    things = {"field": found["field"], "source": found["source"]}
    reason = NAMES.sub("…", found["reason"]).split(";")[0].rstrip(".")
    things["reason"] = hashlib.sha256(reason.encode()).hexdigest()[:12]
    said = found["reason"].split(";")[0].rstrip(".")
    title = f"{found['field']} cannot be filled from {found['source']}: {said}"
    return Named(_key("mapping", things), title[:LONGEST_TITLE], step, things)


def _by_sentence(code: str, what: str, step: str) -> Named:
    """Where no thing is named: the code and our own sentence, without the names in it."""
    bare = NAMES.sub("…", what)
    digest = hashlib.sha256(f"{bare} {NAMES.sub('…', step)}".encode()).hexdigest()[:16]
    title = bare[:1].upper() + bare[1:] or _("No reason was kept")
    return Named(f"{code}|says={digest}"[:LONGEST_KEY], title[:LONGEST_TITLE], step)


def _things(sign: Sign, found: re.Match[str], payload: Any) -> dict[str, str]:
    things = {thing: value.strip().strip("'").rstrip(".,") for thing, value in found.groupdict().items()}
    if sign.item_of_unit:
        things["item"] = next(_items_in(payload, things["unit"]), "(see the message)")
    return things


def _items_in(payload: Any, unit: str) -> Iterator[str]:
    """Give the numbers of what is written in this unit."""
    if isinstance(payload, dict):
        if str(payload.get(UNIT_OF_MEASURE_CODE, "")).casefold() == unit.casefold():
            item = payload.get(LINE_OBJECT_NUMBER) or payload.get(ITEM_NUMBER)
            if item:
                yield str(item)
        for inner in payload.values():
            yield from _items_in(inner, unit)
    elif isinstance(payload, list):
        for inner in payload:
            yield from _items_in(inner, unit)


def _key(code: str, things: Mapping[str, str]) -> str:
    """Write a key that the same thing always gets: BC's names know no capitals."""
    named = "|".join(f"{thing}={things[thing].casefold()}" for thing in sorted(things))
    return f"{code}|{named}"[:LONGEST_KEY]


def _taken_apart(sentence: str) -> tuple[str, str]:
    """Part what is wrong from what to do: two sentences of one text."""
    rest = LINE.sub("", SUBJECT.sub("", " ".join(sentence.split())))
    what, dot, step = rest.partition(". ")
    return what.rstrip("."), step[:LONGEST_STEP] if dot else ""


def _words(detail: str) -> str:
    """Take BC's sentence out of its answer; its typographic quotes become plain ones."""
    try:
        said = str(json.loads(detail)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = detail
    return said.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{LEFT SINGLE QUOTATION MARK}", "'")

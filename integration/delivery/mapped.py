"""Whose fault it is that Business Central does not know a field: the row's that an administrator wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from integration.errors import PermanentError, ProgramError
from integration.mapping import Row, versions
from integration.mapping import content as contents
from integration.models import FieldMapping, Message

# How BC names a field that it does not know, or that nobody may write.
NAMED = re.compile(r"(?:property named|[Pp]roperty|[Cc]ontrol|[Ff]ield) '([A-Za-z]\w*)'")
TYPED = re.compile(r"on type '(?:\w+\.)*(\w+)'")


def blamed(message: Message, error: Exception) -> Exception:
    """Turn a refusal of a field that the field mapping wrote into one that its administrator can mend."""
    if not isinstance(error, ProgramError):
        return error
    words = _words(error.raw)
    named = NAMED.search(words)
    if named is None or named.group(1) not in set(_written(message.payload)):
        return error
    return PermanentError(
        _sentence(message, named.group(1), words),
        owner="mapping",
        code=error.code,
        status=error.status,
        correlation_id=error.correlation_id,
        raw=error.raw,
    )


def _sentence(message: Message, field: str, words: str) -> str:
    found = list(_rows(message.document_kind, field))
    typed = TYPED.search(words)
    told = [each for each in found if typed and each[0].target == f"{typed.group(1)}s"] or found
    lacks = "must not be written" if "read-only" in words else "that Business Central does not have"
    if not told:
        return (
            f"Business Central refused {message}: it was built with an earlier field mapping, which wrote "
            f"{field}, {'which' if 'must' in lacks else 'a field'} {lacks}. Retry it: it is built anew."
        )
    named = " and ".join(f"the field mapping '{mapping}', row '{row}'," for mapping, row in told)
    return (
        f"Business Central refused {message}: {named} targets a field "
        f"{'that ' if 'must' in lacks else ''}{lacks}. Correct it under Mappings and retry."
    )


def _rows(kind: str, field: str) -> Iterator[tuple[FieldMapping, Row]]:
    """Give the rows in force that write a field of this kind of document."""
    mappings = FieldMapping.objects.filter(direction="push", source__in=[kind, f"{kind}.line"])
    for mapping in mappings.order_by("name"):
        version = versions.in_force(mapping)
        for row in contents.read(version.content).rows if version else ():
            if row.enabled and row.target == field:
                yield mapping, row


def _words(raw: str) -> str:
    """Give BC's own sentence; quotes in it are plain ones."""
    try:
        said = str(json.loads(raw)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = raw
    return said.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{LEFT SINGLE QUOTATION MARK}", "'")


def _written(payload: Any) -> Iterator[str]:
    """Name every field that was sent, in the lines too."""
    if isinstance(payload, dict):
        for name, inner in payload.items():
            yield str(name)
            yield from _written(inner)
    elif isinstance(payload, list):
        for inner in payload:
            yield from _written(inner)

"""Hold a rehearsal beside what has become of its documents since, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integration.models import InboxEvent, Rehearsal, RehearsedDocument

from . import fates, opened

Fate = RehearsedDocument.Fate
NOT_CAME = "not sent yet"


@dataclass(frozen=True)
class Difference:
    """One document that went another way than was predicted."""

    document: RehearsedDocument
    came: str
    why: str


@dataclass(frozen=True)
class Agreement:
    """How many documents went as predicted, and which did not."""

    agreed: int
    differing: list[Difference]


def compare(rehearsal: Rehearsal) -> Agreement:
    """Say of each document of a rehearsal whether it went as was predicted."""
    documents = list(rehearsal.documents.order_by("pk"))
    differing = list(_differing(rehearsal, documents))
    return Agreement(len(documents) - len(differing), differing)


def _differing(rehearsal: Rehearsal, documents: list[RehearsedDocument]) -> Iterator[Difference]:
    for begin in range(0, len(documents), fates.TOGETHER):
        part = documents[begin : begin + fates.TOGETHER]
        for document, (is_here, told) in zip(part, _what_came(rehearsal, part), strict=True):
            if not is_here and document.fate == Fate.REFUSED:
                continue  # what is refused is not kept
            if difference := _between(document, told):
                yield difference


def _what_came(
    rehearsal: Rehearsal, part: list[RehearsedDocument]
) -> Iterator[tuple[bool, Mapping[str, Any] | None]]:
    """Say of each document whether it is here since, of an event or of the open balances, and its fate."""
    rows = _events(rehearsal, part)
    found = [rows.get((each.source, each.event_id)) for each in part]
    of_balances = opened.of_kept(rehearsal.company, part)
    for row, told, taken_over in zip(found, fates.of_events(found), of_balances, strict=True):
        is_here = row is not None or taken_over is not None
        yield is_here, told if taken_over is None else taken_over


def _events(rehearsal: Rehearsal, documents: list[RehearsedDocument]) -> dict[tuple[str, str], InboxEvent]:
    """Give the events that came of these documents, by source and id, without what they say."""
    rows = InboxEvent.objects.defer("body").filter(
        company=rehearsal.company,
        source__in={each.source for each in documents},
        event_id__in=[each.event_id for each in documents],
    )
    return {(row.source, row.event_id): row for row in rows}


def _between(document: RehearsedDocument, told: Mapping[str, Any] | None) -> Difference | None:
    """Say in what the real run differs from what was predicted of a document; None where it agrees."""
    if told is None:
        return Difference(document, NOT_CAME, "Its event is not here.")
    came = str(Fate(told["fate"]).label)
    if told["fate"] != document.fate:
        return Difference(document, came, told["sentence"] or told["cause"])
    if told["lines"] != document.lines:
        return Difference(document, came, _line(document.lines, told["lines"]))
    if told["cause"] != document.cause:
        return Difference(document, came, told["cause"])
    return None


def _line(predicted: list[str], came: list[str]) -> str:
    """Name the first line that is another than was predicted."""
    for before, now in zip(predicted, came, strict=False):
        if before != now:
            return f"{now} instead of {before}"
    return f"{len(came)} lines instead of {len(predicted)}"

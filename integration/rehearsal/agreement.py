"""Hold a rehearsal beside what has become of its documents since, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from integration.models import InboxEvent, Rehearsal, RehearsedDocument

from . import fates

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
    for document in documents:
        row = InboxEvent.objects.filter(
            company=rehearsal.company, source=document.source, event_id=document.event_id
        ).first()
        told = fates.of_event(row)
        if row is None and document.fate == Fate.REFUSED:
            continue  # what is refused is not kept
        if told is None:
            yield Difference(document, NOT_CAME, "Its event is not here.")
        elif told["fate"] != document.fate:
            yield Difference(document, str(Fate(told["fate"]).label), told["sentence"] or told["cause"])
        elif told["lines"] != document.lines:
            yield Difference(document, str(Fate(told["fate"]).label), _line(document.lines, told["lines"]))
        elif told["cause"] != document.cause:
            yield Difference(document, str(Fate(told["fate"]).label), told["cause"])


def _line(predicted: list[str], came: list[str]) -> str:
    """Name the first line that is another than was predicted."""
    for before, now in zip(predicted, came, strict=False):
        if before != now:
            return f"{now} instead of {before}"
    return f"{len(came)} lines instead of {len(predicted)}"

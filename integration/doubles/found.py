"""What a look found: one key of ours, and the documents that Business Central has under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from integration.models import DocumentKind, Message

AT_A_TIME = 40  # values of one filter: the address stays short enough for every gateway
Value = TypeVar("Value")


@dataclass(frozen=True)
class There:
    """A document as BC has it; `id` is empty where BC has deleted it since, and only its number is known."""

    number: str
    id: str
    entity_set: str


@dataclass(frozen=True)
class Twice:
    """Documents that are one of ours; `message` is None where this database does not know the key."""

    kind: DocumentKind
    key: str
    number: str
    documents: tuple[There, ...]
    next_step: str
    message: Message | None = None


def parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Cut what is asked for into filters."""
    for start in range(0, len(values), AT_A_TIME):
        yield values[start : start + AT_A_TIME]

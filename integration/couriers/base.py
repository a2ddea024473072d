"""What every courier has in common: one document, one visit to Business Central, one outcome."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from integration.bc import Client
from integration.models import Message

BeforeWrite = Callable[[], None]
"""Called right before a write: notes the intent; raises LostLease when the message is no longer ours."""


@dataclass(frozen=True)
class Prepared:
    """What is to be sent, or why it cannot be sent yet, or never, or need not be."""

    payload: dict[str, Any] = field(default_factory=dict)
    mapping_version: int | None = None
    line_mapping_version: int | None = None
    waiting_for: str = ""
    problems: list[str] = field(default_factory=list)
    nothing_to_post: bool = False
    mapped_from: str = ""
    """The records that the field mapping read; see integration.mapping.traces."""


@dataclass(frozen=True)
class Posted:
    """The document as BC has it."""

    id: UUID | None
    number: str


class Standing(Enum):
    """What a look in BC proved about a document that is not posted there."""

    ABSENT = "it is not there, but a call on its way may still bring it"
    REPEATABLE = "it is not posted, and posting it again cannot double it"


class Withdrawn(Exception):  # noqa: N818 - nothing is wrong, the wish to post it is gone
    """The document need not be posted any more; the text says why."""


class Visit(ABC):
    """One delivery: look first, then write. Keeps what it has read."""

    def __init__(self, client: Client, message: Message, document: Any) -> None:
        self.client = client
        self.message = message
        self.document = document

    @property
    def payload(self) -> dict[str, Any]:
        """What the field mapping made of the document."""
        return self.message.payload or {}

    @abstractmethod
    def find(self) -> Posted | Standing:
        """Look whether BC has the document; changes nothing."""

    @abstractmethod
    def send(self, before_write: BeforeWrite) -> Posted:
        """Post the document; `find` was called just before."""


@dataclass(frozen=True)
class Courier:
    """How one kind of document gets to BC."""

    model: type[Any]
    chain: Callable[[Any], str]
    prepare: Callable[[Any, UUID], Prepared]
    visit: Callable[[Client, Message, Any], Visit]
    must_look: bool = True
    """Whether what is new has to be looked at too: sending needs what is found, or people make such ones."""


def as_uuid(written: str | None) -> UUID | None:
    """Read BC's id."""
    return UUID(written) if written else None


def plain(number: Decimal) -> str:
    """Write a number for a sentence, without the zeros that a column adds."""
    return f"{number.normalize():f}"


def listed(names: list[str]) -> str:
    """Write a short list of names for a sentence."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def in_bc(lacking: list[str]) -> str:
    """Say what a document waits for; empty when nothing is lacking."""
    return f"{'; '.join(lacking)} in Business Central" if lacking else ""

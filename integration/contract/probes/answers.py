"""What a probe is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from integration.bc import Client

Row = dict[str, Any]


class Verdict(StrEnum):
    """How the tenant compares with what Tieout expects."""

    EXPECTED = "as expected"
    DIFFERS = "differs"
    UNPROVED = "nothing to look at"


@dataclass(frozen=True)
class Answer:
    """What a probe found, and what an administrator does about it; nothing, where that is empty."""

    verdict: Verdict
    found: str
    do: str = ""


@dataclass(frozen=True)
class Probe:
    """One question to the tenant."""

    name: str
    asks: str
    ask: Callable[[Client], Answer]


def expected(found: str, do: str = "") -> Answer:
    return Answer(Verdict.EXPECTED, found, do)


def differs(found: str, do: str) -> Answer:
    return Answer(Verdict.DIFFERS, found, do)


def unproved(found: str, do: str = "") -> Answer:
    return Answer(Verdict.UNPROVED, found, do)


def first_page(
    client: Client, entity_set: str, select: tuple[str, ...], size: int = 1, **asked: Any
) -> list[Row]:
    """Read one page of a set, not the set."""
    return next(iter(client.pages(entity_set, select=select, page_size=size, **asked)), [])

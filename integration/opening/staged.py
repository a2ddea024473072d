"""Open balances in a rehearsal: read, checked and recorded as for real, in a transaction that is undone.

For real all rows are taken over or none. Here the documents whose rows are wrong are named and left out with
what hangs on them, as whoever prepares the cutover does: else one wrong row would hide all that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from integration.models import OpeningRun
from masterdata.models import Company

from . import summing
from .checking import check
from .leaving_out import documents, without
from .reading import FILES, Balances, Problem, read
from .recording import record
from .running import MOST_PROBLEMS, ask_there, sent
from .there import There, questions

State = OpeningRun.State


@dataclass(frozen=True)
class Looked:
    """The files as they were read, and what Business Central has of what they name."""

    company: Company
    files: Mapping[str, str]
    balances: Balances
    there: There
    totals: list[dict[str, Any]]
    asked: int
    """Calls that the reading took, as it will on the day."""

    @property
    def orders(self) -> frozenset[str]:
        """The numbers in Business Central of the orders that are named."""
        return frozenset(row.bc_number for row in self.balances.orders)


@dataclass(frozen=True)
class Staged:
    """What was taken over on the stage, by file and key, and what is wrong with the rest."""

    kept: frozenset[tuple[str, str]]
    left: frozenset[tuple[str, str]]
    problems: list[Problem]


def look(company: Company, files: Mapping[str, bytes]) -> Looked:
    """Read the files, and of Business Central what they name; raises BalanceError or IntegrationError."""
    told = sent(files)
    balances = read(told)
    there = ask_there(company, balances)
    totals = summing.totals(company, balances, there)
    return Looked(company, told, balances, there, totals, questions(balances))


def take_over_right(looked: Looked, *, by: str) -> Staged:
    """Take over every document that is right; whoever calls undoes it."""
    problems = list(looked.balances.problems)
    right = without(looked.balances, problems)
    problems += check(looked.company, right, looked.there)
    right = without(right, problems)
    while refused := _record(looked, right, by=by):
        problems += refused
        right = without(right, refused)
    kept = frozenset(documents(right))
    return Staged(kept, frozenset(documents(looked.balances)) - kept, problems)


def _record(looked: Looked, right: Balances, *, by: str) -> list[Problem]:
    with transaction.atomic():
        refused = record(looked.company, right, looked.there, by=by, now=timezone.now())
        if refused:
            transaction.set_rollback(True)
    return refused


def keep(looked: Looked, staged: Staged, *, by: str) -> OpeningRun:
    """Keep what came of it as a dry run, with its page."""
    now = timezone.now()
    return OpeningRun.objects.create(
        company=looked.company,
        files=looked.files,
        by=by,
        is_dry_run=True,
        state=State.REFUSED if staged.problems else State.DONE,
        rows=sum(len(getattr(looked.balances, name)) for name in FILES),
        wrong=len(staged.problems),
        problems=[asdict(each) for each in staged.problems[:MOST_PROBLEMS]],
        totals=looked.totals,
        asked_at=now,
        started_at=now,
        finished_at=now,
    )

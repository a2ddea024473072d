"""What stands on invoices in bulk that were judged before: a judgement, a case, a person's word.

Where a person decided something, or has the case in hand at this moment, the engine is asked. Otherwise a
case closes here as it does there, and names the event that cleared it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from . import causes, tied_out, written_findings
from .bulk_sql import BEFORE, LOCK_CASES, OPEN_CASES
from .clearing import Cleared, close
from .matching import ENGINE_VERSION, Finding, Outcome
from .models import MatchDecision, MatchGround
from .row_keys import array_of

HELD_BACK = (Outcome.BLOCKED, Outcome.UNREADABLE)


@dataclass(frozen=True)
class JudgedBefore:
    """Of the invoices at hand: whom to leave alone, and what the others have."""

    left_alone: Collection[int]
    cases: Mapping[int, tuple[int, int]]
    """The open case, locked, and the judgement it shows."""
    figures: Mapping[int, int]
    """The latest judgement, where it was written in bulk by this engine."""

    @classmethod
    def of(cls, keys: Collection[int]) -> JudgedBefore:
        rows = _rows(BEFORE, keys, engine=ENGINE_VERSION)
        if not rows:
            return cls((), {}, {})
        judged = [row[0] for row in rows]
        has_case = {key for (key,) in _rows(OPEN_CASES, judged)}
        cases = {key: (case, decision) for key, case, decision in _rows(LOCK_CASES, judged)}
        left_alone = has_case - cases.keys()
        figures = {}
        for key, decision, outcome, is_comparable, is_in_words, is_somebodys in rows:
            if is_somebodys or (is_in_words and outcome not in HELD_BACK):
                left_alone.add(key)
            elif is_comparable:
                figures[key] = decision
        return cls(left_alone, cases, figures)

    def figures_of(self, keys: Iterable[int]) -> list[int]:
        """Give the judgements of these that may turn out to say the same."""
        return [self.figures[key] for key in keys if key in self.figures]

    def clear_cases(self, judged: Mapping[int, int | None]) -> None:
        """Close the cases of what ties out now."""
        theirs = {self.cases[key]: new for key, new in judged.items() if new and key in self.cases}
        if not theirs:
            return
        read = _decisions({*theirs.values(), *(shown for _, shown in theirs)})
        close(
            [
                Cleared(case, new, causes.cause(read[shown].question, read[new].question))
                for (case, shown), new in theirs.items()
            ]
        )
        written_findings.write({case: read[new].findings for (case, _), new in theirs.items()})


class _Kept(NamedTuple):
    """What of a judgement is read here: a row object for each takes twice as long."""

    pk: int
    outcome: str
    kept_question: dict[str, Any] | None
    figures: str | None
    ground: dict[str, Any]

    @property
    def question(self) -> dict[str, Any]:
        if self.figures is None:
            return {**self.ground, **(self.kept_question or {})}
        return tied_out.question(self.ground, self.figures)

    @property
    def findings(self) -> list[Finding]:
        return (
            [] if self.outcome == Outcome.CLEAN or self.figures is None else tied_out.findings(self.figures)
        )


def _decisions(keys: Collection[int]) -> dict[int, _Kept]:
    """Read judgements; their ground is read once for all that stand on it."""
    those = RawSQL("SELECT unnest(%s::bigint[])", [array_of(keys)])
    rows = MatchDecision.objects.filter(pk__in=those).values_list(
        "pk", "outcome", "kept_question", "figures", "ground_id"
    )
    found = list(rows)
    grounds = MatchGround.objects.in_bulk({row[-1] for row in found if row[-1]})
    contents = {key: ground.content for key, ground in grounds.items()}
    return {row[0]: _Kept(*row[:-1], contents.get(row[-1], {})) for row in found}


def _rows(statement: str, keys: Iterable[int], **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": array_of(keys), **more})
        return list(cursor.fetchall())

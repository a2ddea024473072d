"""The figures of a run: what was done to it, what came of it, how long it took to recover."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integration.models import Attempt, Message
from tests.chaos.verdict import Verdict

if TYPE_CHECKING:
    from tests.chaos.sending import Sender
    from tests.chaos.shaking import Run
    from tests.chaos.trouble import Trouble

NO_TROUBLE = {Attempt.Outcome.POSTED, Attempt.Outcome.ADOPTED, Attempt.Outcome.BY_HAND}


@dataclass(frozen=True)
class Figures:
    """What is told of a run, and the verdict."""

    told: dict[str, Any]
    verdict: Verdict


def of(
    run: Run, sender: Sender, trouble: Trouble, wire: dict[str, int], found: Verdict, *, seconds: float
) -> Figures:
    """Put the figures of a run together."""
    done = sorted(Message.objects.exclude(done_at=None).values_list("done_at", flat=True))
    unexplained = (*found.unexplained, *sender.refused)
    found = Verdict(found.lost, found.duplicates, unexplained)
    told = {
        "seed": run.seed,
        "documents": run.work.documents,
        "kinds": dict(Counter(Message.objects.values_list("document_kind", flat=True))),
        "duplicates": len(found.duplicates),
        "lost": len(found.lost),
        "unexplained": len(found.unexplained),
        "faults": dict(run.faults),
        "on_the_wire": wire,
        "strikes": dict(Counter(name for _at, name in trouble.struck)),
        "events_taken": sender.sent,
        "events_sent_again": sender.resent,
        "attempts": Attempt.objects.count(),
        "retried_by_hand": run.person.retried,
        "done_by_hand": run.person.marked,
        "posted_by_finance": len(run.person.posted),
        "recovery_of_a_document_s": _spread(_recoveries()),
        "next_posting_after_s": _after_strikes(trouble.struck, done),
        "longest_without_posting_s": _longest_gap(done),
        "seconds": round(seconds, 1),
    }
    return Figures(told, found)


def standing() -> str:
    """Say how the messages stand and what became of the tries, for whoever looks why nothing moves."""
    states = Counter(Message.objects.values_list("state", flat=True))
    outcomes = Counter(Attempt.objects.values_list("outcome", "error_code"))
    return f"States: {dict(states)}. Tries: {dict(outcomes)}."


def _recoveries() -> list[float]:
    """Give the seconds from each document's first trouble to its posting."""
    troubles = Attempt.objects.exclude(outcome__in=NO_TROUBLE).order_by("-ended_at")
    first = dict(troubles.values_list("message_id", "ended_at"))
    done = dict(Message.objects.exclude(done_at=None).values_list("pk", "done_at"))
    return [(done[pk] - at).total_seconds() for pk, at in first.items() if pk in done]


def _after_strikes(struck: list[tuple[datetime, str]], done: list[datetime]) -> dict[str, Any]:
    """Give, for each kind of strike, the seconds until the next document was posted."""
    spans: dict[str, list[float]] = {}
    for at, name in struck:
        place = bisect.bisect_right(done, at)
        if place < len(done):
            spans.setdefault(name, []).append((done[place] - at).total_seconds())
    return {name: _spread(found) for name, found in sorted(spans.items())}


def _longest_gap(done: list[datetime]) -> float:
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(done)]
    return round(max(gaps, default=0.0), 1)


def _spread(spans: list[float]) -> dict[str, float]:
    ordered = sorted(spans)
    if not ordered:
        return {}
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return {
        "p50": round(ordered[len(ordered) // 2], 2),
        "p95": round(p95, 2),
        "max": round(ordered[-1], 2),
    }

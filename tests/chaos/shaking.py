"""One chaos run: events come in, calls fail, workers are killed, messages are delivered; then the verdict."""

from __future__ import annotations

import math
import random
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from integration import inbox, installation, outbox, sync
from integration.cafm import auth
from integration.models import ApiKey, Attempt, Message
from integration.sandbox.control_client import ControlClient
from reconciliation import reconcile
from tests import workers
from tests.chaos import verdict
from tests.chaos.work import SOURCE, Event, masters, plan

# What goes wrong, and how often compared with the others. A 429 holds all workers back for a second, as it
# should, so it is rare: more of them would only make the run longer.
MIX = {
    "commit_then_drop": 30,
    "error_500_after_commit": 20,
    "gateway_timeout_after_commit": 20,
    "half_body": 20,
    "before_read": 20,
    "lock_conflict": 30,
    "unavailable": 20,
    "throttle": 1,
}
BATCH = 20  # events between two looks at the workers
PAUSE_SECONDS = 0.1
SETTINGS = {
    "BC_REQUESTS_PER_SECOND": 100_000,
    "BC_CONCURRENCY": 64,
    "OUTBOX_PACE": 0.003,  # 16 minutes of waiting for a lost answer become 3 seconds
}
NO_TROUBLE = {Attempt.Outcome.POSTED, Attempt.Outcome.ADOPTED, Attempt.Outcome.BY_HAND}


class Hopeless(Exception):  # noqa: N818 - the run's own end, told to its reader
    """Nothing moves any more."""


@dataclass
class Shaken:
    """The figures of a run."""

    documents: int
    faults: int = 0
    kills: int = 0
    retried_by_hand: int = 0
    attempts: int = 0
    seconds: float = 0.0
    recovery_p95_s: float = 0.0
    verdict: verdict.Verdict = field(default_factory=lambda: verdict.Verdict((), (), ()))

    def as_dict(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "faults": self.faults,
            "kills": self.kills,
            "duplicates": len(self.verdict.duplicates),
            "lost": len(self.verdict.lost),
            "unexplained": len(self.verdict.unexplained),
            "recovery_p95_s": round(self.recovery_p95_s, 2),
            "attempts": self.attempts,
            "retried_by_hand": self.retried_by_hand,
            "seconds": round(self.seconds, 1),
        }


def shake(
    control: ControlClient,
    log: Path,
    *,
    documents: int,
    faults: float,
    seed: int,
    kills: int,
    hands: int,
    patience: float = 120.0,
    worker: str = "",
    sure: Sequence[dict[str, Any]] = (),
    say: Callable[[str], object] = lambda _text: None,
) -> Shaken:
    """Run it on an empty database and sandbox; raises Hopeless when nothing moves for so many seconds.

    `sure` are rules of faults that strike whatever the seed draws.
    """
    began = time.monotonic()
    work = plan(documents, seed)
    run = Shaken(work.documents)
    key = _prepare(control)
    control.set_faults([*sure, *_rules(faults, seed)])
    chance = random.Random(seed)
    points = deque(sorted(int(chance.uniform(0.02, 0.9) * work.documents) for _ in range(kills)))
    events = work.events(seed)
    with _crew(hands, log, worker) as crew:
        done, moved_at = -1, time.monotonic()
        while True:
            has_more = _send(events, key)
            reconcile.match_due()
            now_done = _done()
            if now_done != done:
                done, moved_at = now_done, time.monotonic()
            if points and done >= points[0]:
                points.popleft()
                crew.kill_one(chance)
                run.kills += 1
            run.retried_by_hand += _retry_stuck()
            if done >= work.documents and not has_more:
                break
            if time.monotonic() - moved_at > patience:
                raise Hopeless(f"{done} of {work.documents} documents are posted, and nothing moves: {log}")
            crew.tend(PAUSE_SECONDS if not has_more else 0.0)
            say(f"{done}/{work.documents} posted, {run.kills} workers killed")
    run.faults = sum(int(rule["hits"]) for rule in control.faults())
    control.clear_faults()
    run.attempts = Attempt.objects.count()
    run.recovery_p95_s = _recovery()
    run.verdict = verdict.judge(work, control)
    run.seconds = time.monotonic() - began
    return run


def _prepare(control: ControlClient) -> ApiKey:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    control.seed(masters())
    installed = installation.set_up()
    sync.pull_entity("all", full=True)
    assert installed.company is not None
    key, _secret = auth.issue(installed.company, "Chaos", [ApiKey.Scope.EVENTS], sources=[SOURCE])
    return key


def _rules(share: float, seed: int) -> list[dict[str, Any]]:
    """Give one rule a fault, so that together they strike this share of the writes; of the reads, fewer.

    The first rule that strikes decides, so the later ones are asked about what the earlier ones left.
    """
    rules: list[dict[str, Any]] = []
    left = 1.0
    for number, (fault, weight) in enumerate(MIX.items()):
        part = share * weight / sum(MIX.values())
        rule = {"fault": fault, "path": "/companies(", "rate": part / left, "seed": seed * 100 + number}
        rules.append(rule | ({"retry_after": 1} if fault == "throttle" else {}))
        left -= part
    return rules


def _send(events: Iterator[Event], key: ApiKey) -> bool:
    """Let the CAFM send its next events; False when it has sent all."""
    for _ in range(BATCH):
        event = next(events, None)
        if event is None:
            return False
        inbox.receive(event, key=key)
    return True


def _done() -> int:
    return Message.objects.filter(state=Message.State.DONE).count()


def _retry_stuck() -> int:
    """Do what an integration admin does with dead letters; returns how many."""
    stuck = list(Message.objects.stuck()[:100])
    if stuck:
        admin, _created = User.objects.get_or_create(username="chaos")
        for message in stuck:
            outbox.retry(message, by=admin, reason="Business Central was not itself")
    return len(stuck)


def _recovery() -> float:
    """Give the 95th percentile of the seconds from a document's first trouble to its posting."""
    first: dict[int, Any] = {}
    troubles = Attempt.objects.exclude(outcome__in=NO_TROUBLE).order_by("-ended_at")
    first.update(troubles.values_list("message_id", "ended_at"))
    done = dict(Message.objects.exclude(done_at=None).values_list("pk", "done_at"))
    spans = sorted((done[pk] - at).total_seconds() for pk, at in first.items() if pk in done)
    return spans[math.ceil(0.95 * len(spans)) - 1] if spans else 0.0


# The workers


@dataclass
class _Crew:
    """Worker processes; one that ended or was killed is replaced."""

    hands: int
    log: Path
    worker: str = ""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def tend(self, seconds: float) -> None:
        """Replace who has ended, and give the others a moment."""
        self.running = [process for process in self.running if process.poll() is None]
        while len(self.running) < self.hands:
            self.running.append(workers.start(self.log, module=self.worker))
        if seconds:
            _moment(self.running[0], seconds)

    def kill_one(self, chance: random.Random) -> None:
        """Kill a worker in whatever it is doing, and let its lease run out: nobody waits minutes for that."""
        process = chance.choice(self.running)
        process.kill()
        process.wait()
        held = Message.objects.filter(state__in=Message.IN_FLIGHT, lease_by__contains=f":{process.pid}:")
        held.update(lease_until=timezone.now() - timedelta(seconds=1))


@contextmanager
def _crew(hands: int, log: Path, worker: str) -> Iterator[_Crew]:
    crew = _Crew(hands, log, worker)
    crew.tend(0)
    try:
        yield crew
    finally:
        for process in crew.running:
            process.kill()
            process.wait()


def _moment(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return

"""One turn at the outbox: several hands deliver side by side, each with its own connections."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connections as databases
from django.utils import timezone

from integration import outbox
from integration.bc import Client
from integration.models import Message

from . import doubt
from .single import deliver
from .standstill import held_back
from .tries import Delivery

logger = logging.getLogger(__name__)

NAP = 0.25
FRESH = timedelta(minutes=1)
FRESH_EVERY = 4  # of a backlog's deliveries one is for what has become due just now


@dataclass
class Report:
    """What a drain did."""

    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    pending: int = 0
    stuck: int = 0
    waiting: int = 0

    @property
    def ok(self) -> bool:
        return not self.problem

    @property
    def problem(self) -> str:
        """Say what needs a person, and where to look; empty when all went well."""
        if self.stopped:
            return self.stopped
        if self.stuck == 1:
            return "1 message is stuck and needs a person. See Dead letters on the desk: /dead-letters/."
        if self.stuck:
            return (
                f"{self.stuck} messages are stuck and need a person. See Dead letters on the desk: "
                "/dead-letters/."
            )
        return ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "outcomes": dict(sorted(self.outcomes.items())),
            "pending": self.pending,
            "stuck": self.stuck,
            "waiting": self.waiting,
            "stopped": self.stopped,
        }


class Listed:
    """What is due, read once and then taken by its ids, in the order of workers: for a single transaction.

    What was claimed stays in the index of what is due until its transaction ends. A worker's claim walks past
    all of it: over ten thousand messages of one transaction that is fifty million times.
    """

    def __init__(self) -> None:
        self.ids: Iterator[int] = iter(())
        self.moved = True
        """Whether anything of this list was taken: what stood behind it may be free now."""

    def claim(self, *, now: datetime, worker: str) -> Message | None:
        """Take the next of the list, which is read anew as long as anything moves; None when nothing does."""
        while True:
            for pk in self.ids:
                if message := outbox.claim(now=now, worker=worker, only=pk):
                    self.moved = True
                    return message
            if not self.moved:
                self.moved = True  # whoever asks again may know of more
                return None
            due = Message.objects.due(now).order_by("priority", "next_attempt_at", "id")
            self.ids, self.moved = iter(list(due.values_list("pk", flat=True))), False


class Turn:
    """What the hands of one turn share: the report, and whether there is more to do."""

    def __init__(self, seconds: float | None = None, *, listed: Listed | None = None) -> None:
        self.report = Report()
        self.listed = listed
        self.end = None if seconds is None else time.monotonic() + seconds
        self.busy = self.taken = 0
        self.changed = threading.Condition()
        self.stopped = False

    @property
    def is_over(self) -> bool:
        return self.stopped or (self.end is not None and time.monotonic() >= self.end)

    def stop(self, why: str = "") -> None:
        """Let every hand finish what it holds and take nothing more."""
        with self.changed:
            self.stopped, self.report.stopped = True, self.report.stopped or why
            self.changed.notify_all()

    def step(self, *, worker: str, client: Client | None = None) -> bool:
        """Deliver the next message; False when none is due and no other hand holds one."""
        with self.changed:
            self.busy += 1
            self.taken += 1
            is_for_fresh = self.taken % FRESH_EVERY == 0
        try:
            delivery = deliver_next(worker=worker, client=client, fresh=is_for_fresh, listed=self.listed)
        finally:
            with self.changed:
                self.busy -= 1
                self.changed.notify_all()
        if delivery is not None:
            self._tell(delivery)
            return True
        return self._wait_for_the_others()

    def _tell(self, delivery: Delivery) -> None:
        with self.changed:
            self.report.outcomes[delivery.outcome] += 1
        if delivery.stops_lane:
            self.stop(delivery.sentence)

    def _wait_for_the_others(self) -> bool:
        """What another hand finishes may free the next of its chain."""
        with self.changed:
            if self.busy == 0:
                return False
            self.changed.wait(NAP)
            return True

    @contextmanager
    def helped(self, helpers: int) -> Iterator[None]:
        """Let further hands deliver beside the block, as far as there is work for them."""
        threads = [threading.Thread(target=self._help, daemon=True) for _ in range(_wanted(helpers))]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop()
            for thread in threads:
                thread.join()

    def _help(self) -> None:
        try:
            worker = worker_name()
            while not self.is_over:
                if held_back() is not None or not self.step(worker=worker):
                    self._rest()
        except Exception:
            logger.exception("A hand of worker %s gave up; the others go on", worker)
        finally:
            databases.close_all()

    def _rest(self) -> None:
        with self.changed:
            self.changed.wait(NAP)


def _wanted(helpers: int) -> int:
    """Count the helpers that have something to do: other workers' hands use the same calls at once."""
    if helpers < 1:
        return 0
    at_work = Message.objects.filter(state__in=Message.IN_FLIGHT).count()
    due = Message.objects.due(timezone.now())[: helpers + 1].count()
    return max(0, min(helpers - at_work, due - 1))


def deliver_next(
    *, worker: str, client: Client | None = None, fresh: bool = False, listed: Listed | None = None
) -> Delivery | None:
    """Claim and deliver the next message, a fresh one before those that wait long; None when none is due."""
    doubt.make_sure(client)
    message = _next(worker, fresh=fresh, listed=listed)
    return None if message is None else deliver(message, client=client, worker=worker)


def _next(worker: str, *, fresh: bool, listed: Listed | None) -> Message | None:
    now = timezone.now()
    if listed is not None:
        return listed.claim(now=now, worker=worker)
    message = outbox.claim(now=now, worker=worker, since=now - FRESH) if fresh else None
    return message or outbox.claim(now=now, worker=worker)


def worker_name() -> str:
    """Name this thread of this process of this machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100_000}"

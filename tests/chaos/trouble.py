"""What is done to the programs: killed, stopped beyond a lease, started again, by the seed's schedule."""

from __future__ import annotations

import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from config.local.servers import Servers
from integration import outbox
from integration.models import Message
from integration.sandbox.launch import Running
from tests.chaos import fleet
from tests.chaos.fleet import Fleet
from tests.chaos.patient import patiently
from tests.nursery import children

GROWN_SECONDS = 5.0
STOPPED_SECONDS = 3.0  # beyond the lease, which is ended at once, and within the time to settle


@dataclass
class Trouble:
    """Strikes every so many seconds."""

    fleet: Fleet
    servers: Servers
    sandbox: Running
    chance: random.Random
    every: float
    count_faults: Callable[[], None]
    set_faults: Callable[[], None]
    """A sandbox that is killed forgets its faults and how often they struck."""
    struck: list[tuple[datetime, str]] = field(default_factory=list)
    due_at: float = 0.0
    seen: dict[int, float] = field(default_factory=dict)
    at_work: set[int] = field(default_factory=set)
    dead: set[int] = field(default_factory=set)

    def tick(self) -> None:
        """Strike as often as it is due."""
        now = time.monotonic()
        self.due_at = self.due_at or now + self.every
        if now < self.due_at:
            return
        self.due_at = max(self.due_at + self.every, now)
        names = list(STRIKES)
        name = self.chance.choices(names, [weight for weight, _strike in STRIKES.values()])[0]
        if STRIKES[name][1](self):
            self.struck.append((timezone.now(), name))

    def kill_child(self, program: str) -> bool:
        """Kill one process of a pool in whatever it is doing."""
        pid = self._child(program)
        if pid is None or not fleet.send(pid, signal.SIGKILL):
            return False
        self._bury([pid])
        return True

    def stop_worker(self) -> bool:
        """Stop a worker for longer than its lease; the sweeper and the others take over."""
        pid = self._child(fleet.WORKER)
        if pid is None or not fleet.send(pid, signal.SIGSTOP):
            return False
        threading.Timer(STOPPED_SECONDS, fleet.send, [pid, signal.SIGCONT]).start()
        patiently(lambda: _end_leases([pid]))
        patiently(lambda: outbox.sweep(now=timezone.now()))
        return True

    def kill(self, program: str) -> bool:
        """Kill a whole program; its children go with it."""
        pid, pids = self.fleet.pid(program), self.fleet.children(program)
        if pid is None or not fleet.send(pid, signal.SIGKILL):
            return False
        self._bury(pids)
        return True

    def kill_redis(self) -> bool:
        """Kill Redis; every other time its data are gone too."""
        valkey = self.servers.valkey
        if valkey is None or valkey.process is None:
            return False
        self._kill_server(valkey.process.pid)
        valkey.process.process.wait()
        if self.chance.random() < 0.5:
            shutil.rmtree(valkey.home / "valkey", ignore_errors=True)
        valkey.start()
        return True

    def kill_postgres(self) -> bool:
        """Kill PostgreSQL with all its sessions, and let it recover."""
        postgres = self.servers.postgres
        if postgres is None or postgres.process is None:
            return False
        self._kill_server(postgres.process.pid)
        postgres.process.process.wait()
        postgres.start()
        return True

    def kill_sandbox(self) -> bool:
        """Kill Business Central; what it had committed is there again."""
        self.count_faults()
        self.sandbox.kill()
        self.sandbox.restart()
        self.set_faults()
        return True

    def end_leases_of_the_dead(self) -> None:
        """End them again: a claim that was on its way when its worker was killed is committed after that."""
        patiently(lambda: _end_leases(self.dead))

    def _bury(self, pids: list[int]) -> None:
        self.dead.update(pids)
        patiently(lambda: _end_leases(pids))

    def _child(self, program: str) -> int | None:
        """Choose a child that is at work; Celery gives up as a whole when one dies before it is."""
        now = time.monotonic()
        born = {pid: self.seen.get(pid, now) for pid in self.fleet.children(program)}
        self.seen |= born
        if program == fleet.WORKER:
            self.at_work |= patiently(_claimants)
            grown = [pid for pid in born if pid in self.at_work]
        else:
            grown = [pid for pid, at in born.items() if now - at >= GROWN_SECONDS]
        return self.chance.choice(grown) if grown else None

    @staticmethod
    def _kill_server(guard: int) -> None:
        for pid in children(guard):
            fleet.send(pid, signal.SIGKILL)


# How often each strike comes compared with the others: programs need seconds to start, children do not.
STRIKES: dict[str, tuple[int, Callable[[Trouble], bool]]] = {
    "worker's child killed": (150, lambda it: it.kill_child(fleet.WORKER)),
    "worker's child stopped beyond its lease": (25, Trouble.stop_worker),
    "web server's child killed": (12, lambda it: it.kill_child(fleet.WEB)),
    "housekeeping child killed": (8, lambda it: it.kill_child(fleet.HOUSEKEEPING)),
    "worker killed": (3, lambda it: it.kill(fleet.WORKER)),
    "clock killed": (2, lambda it: it.kill(fleet.BEAT)),
    "web server killed": (2, lambda it: it.kill(fleet.WEB)),
    "Redis killed": (2, Trouble.kill_redis),
    "PostgreSQL killed": (2, Trouble.kill_postgres),
    "Business Central killed": (2, Trouble.kill_sandbox),
}


def _claimants() -> set[int]:
    """Give the process ids of the workers that hold a message now."""
    holders = Message.objects.filter(state__in=Message.IN_FLIGHT).values_list("lease_by", flat=True)
    return {int(holder.split(":")[1]) for holder in holders}


def _end_leases(pids: Collection[int]) -> None:
    """Let the leases of these processes run out: nobody waits minutes for that."""
    ours = Q()
    for pid in pids:
        ours |= Q(lease_by__contains=f":{pid}:")
    if pids:
        held = Message.objects.filter(ours, state__in=Message.IN_FLIGHT)
        held.update(lease_until=timezone.now() - timedelta(seconds=1))

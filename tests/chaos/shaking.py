"""One chaos run: events come in, calls fail, programs are killed, documents get there."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from config.local.servers import Servers
from integration import installation, sync
from integration.cafm import auth
from integration.models import ApiKey, Message
from integration.sandbox.launch import Running
from reconciliation.models import SupplierInvoice
from tests import workers
from tests.chaos import figures, verdict
from tests.chaos.events import SOURCE
from tests.chaos.fleet import Fleet, bad_wire
from tests.chaos.patient import patiently
from tests.chaos.person import Person
from tests.chaos.sending import Sender
from tests.chaos.trouble import Trouble
from tests.chaos.work import Work, masters, plan
from tests.ports import free_port

# What goes wrong, and how often compared with the others. A 429 holds all workers back for a second, as it
# should, so it is rare: more of them would only make the run longer.
MIX = {
    "commit_then_drop": 30,
    "error_500_after_commit": 20,
    "gateway_timeout_after_commit": 20,
    "late_commit": 20,
    "half_body": 20,
    "before_read": 20,
    "lock_conflict": 30,
    "unavailable": 20,
    "throttle": 1,
}
LATE_SECONDS = 2.0  # with the pace below, BC's sixteen minutes are ten seconds
SETTINGS = {
    "BC_REQUESTS_PER_SECOND": 100_000,
    "BC_CONCURRENCY": 64,
    "OUTBOX_PACE": 0.01,
    "OUTBOX_HANDS": 2,  # a child that is killed takes both with it
    "INTAKE_BACKLOG": 1_000_000,
}
LOOK_SECONDS = 1.0
NAP_SECONDS = 0.05
LAST = 20  # the last twentieth gets there in peace: each strike would be at the same few, again and again


class Hopeless(Exception):  # noqa: N818 - the run's own end, told to its reader
    """Nothing moves any more."""


@dataclass(frozen=True)
class Weather:
    """How bad it is: the share of calls that fail, that of pieces on the wire, seconds between strikes."""

    faults: float
    wire: float = 0.0
    strike_every: float | None = None
    sure: Sequence[dict[str, Any]] = ()
    """Rules of faults that strike whatever the seed draws."""


@dataclass
class Run:
    """One run's parts, while it goes."""

    work: Work
    sandbox: Running
    weather: Weather
    seed: int
    person: Person
    faults: Counter[str] = field(default_factory=Counter)

    def set_faults(self) -> None:
        """Set the rules of the weather; those of a killed sandbox are gone with it."""
        self.sandbox.control.set_faults([*self.weather.sure, *_rules(self.weather.faults, self.seed)])

    def count_faults(self) -> None:
        for rule in self.sandbox.control.faults():
            self.faults[rule["fault"]] += int(rule["hits"])

    def calm(self) -> None:
        """End the faults and let Business Central finish what is still on its way."""
        self.count_faults()
        self.sandbox.control.clear_faults()
        self.sandbox.control.settle()


def shake(
    sandbox: Running,
    servers: Servers,
    logs: Path,
    *,
    documents: int,
    weather: Weather,
    seed: int,
    hands: int = 2,
    patience: float = 300.0,
    application: str = "config",
    every: float = 0.0,
    watch: Callable[[Fleet], object] = lambda _crew: None,
    say: Callable[[str], object] = lambda _text: None,
) -> figures.Figures:
    """Run it on an empty database and sandbox; raises Hopeless when nothing moves for so many seconds.

    The CAFM sends a batch every so many seconds; `watch` is shown the programs about once a second.
    """
    began = time.monotonic()
    run = Run(plan(documents, seed), sandbox, weather, seed, Person(sandbox.control))
    secret = _prepare(sandbox)
    run.set_faults()
    with bad_wire(sandbox.port, rate=weather.wire, seed=seed) as (wire_port, on_the_wire):
        crew = Fleet(_environment(sandbox.port, wire_port), logs, free_port(), hands, application)
        sender = Sender(run.work.events(seed), url=crew.events, secret=secret, every=every)
        trouble = _trouble(run, crew, servers)
        with _started(crew, sender):
            _until_all_is_done(run, crew, sender, trouble, patience, watch, say)
    run.calm()
    found = verdict.judge(run.work, sandbox.control)
    return figures.of(run, sender, trouble, on_the_wire, found, seconds=time.monotonic() - began)


def _trouble(run: Run, crew: Fleet, servers: Servers) -> Trouble:
    """Who strikes at the programs and servers, as the seed draws."""
    return Trouble(
        crew,
        servers,
        run.sandbox,
        random.Random(run.seed),
        run.weather.strike_every or 0.0,
        count_faults=run.count_faults,
        set_faults=run.set_faults,
    )


@contextmanager
def _started(crew: Fleet, sender: Sender) -> Iterator[None]:
    """Let the programs run and the CAFM send during the block."""
    try:
        crew.start()
        sender.start()
        yield
    finally:
        sender.has_ended.set()
        crew.stop()


def _until_all_is_done(
    run: Run,
    crew: Fleet,
    sender: Sender,
    trouble: Trouble,
    patience: float,
    watch: Callable[[Fleet], object],
    say: Callable[[str], object],
) -> None:
    billed = sum(purchase.is_billed + purchase.is_returned for purchase in run.work.purchases)
    last, moved_at, look_at = (-1, -1), time.monotonic(), 0.0
    few, unfinished = max(3, run.work.documents // LAST), 0
    while True:
        crew.tend()
        if trouble.every and not (sender.has_ended.is_set() and unfinished <= few):
            trouble.tick()
        time.sleep(NAP_SECONDS)
        if time.monotonic() < look_at:
            continue
        look_at = time.monotonic() + LOOK_SECONDS
        run.person.act()
        watch(crew)
        trouble.end_leases_of_the_dead()
        unfinished, done, posted = patiently(_count)
        sender.unfinished = patiently(_count_on_its_way)
        if sender.has_ended.is_set() and not unfinished and posted >= billed:
            return
        if (done, sender.sent) != last:
            last, moved_at = (done, sender.sent), time.monotonic()
        if time.monotonic() - moved_at > patience:
            raise Hopeless(
                f"{done} messages are done, {unfinished} are not, {posted} of {billed} invoices are posted, "
                f"and nothing moves: {crew.logs}. {figures.standing()}"
            )
        say(f"{sender.sent} events taken, {done} done, {unfinished} open, {len(trouble.struck)} strikes")


def _count() -> tuple[int, int, int]:
    """Count the messages that are unfinished, those that are done, and the posted invoices."""
    posted = SupplierInvoice.objects.filter(status=SupplierInvoice.Status.POSTED).count()
    done = Message.objects.filter(state=Message.State.DONE).count()
    return Message.objects.unfinished().count(), done, posted


def _count_on_its_way() -> int:
    """Count the messages that do not wait for what the CAFM has yet to send: it may not wait for them."""
    return Message.objects.unfinished().exclude(state=Message.State.WAITING).count()


def _prepare(sandbox: Running) -> str:
    """Fill Business Central and the mirror; gives the CAFM's key."""
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    sandbox.control.seed(masters())
    installed = installation.set_up()
    sync.pull_entity("all", full=True)
    assert installed.company is not None
    _key, secret = auth.issue(installed.company, "Chaos", [ApiKey.Scope.EVENTS], sources=[SOURCE])
    if settings.REDIS_URL:
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
    return secret


def _environment(port: int, wire_port: int) -> dict[str, str]:
    """Point the programs at this run's servers, and at Business Central through the bad wire."""
    here, there = f":{port}/", f":{wire_port}/"
    told = workers.environment() | {"INTAKE_BACKLOG": str(settings.INTAKE_BACKLOG)}
    for name in ("BC_BASE_URL", "BC_APP_URL"):
        told[name] = told[name].replace(here, there)
    return told


def _rules(share: float, seed: int) -> list[dict[str, Any]]:
    """Give one rule a fault, so that together they strike this share of the writes; of the reads, fewer.

    The first rule that strikes decides, so the later ones are asked about what the earlier ones left.
    """
    more = {"throttle": {"retry_after": 1}, "late_commit": {"seconds": LATE_SECONDS}}
    rules: list[dict[str, Any]] = []
    left = 1.0
    for number, (fault, weight) in enumerate(MIX.items()):
        part = share * weight / sum(MIX.values())
        rule = {"fault": fault, "path": "/companies(", "rate": part / left, "seed": seed * 100 + number}
        rules.append(rule | more.get(fault, {}))
        left -= part
    return rules

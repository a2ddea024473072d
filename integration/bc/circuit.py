"""Whether calls to one company of Business Central make sense now.

The circuit opens when half of the calls of a minute brought no answer, or when several could not sign in.
All workers share it in Redis. While Redis is away each process keeps its own, beginning with what it saw
there last. While the circuit is open one probe at a time finds out whether it may close.
"""

import hashlib
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

import redis

from integration.bc.connection import Connection
from integration.errors import (
    ConfigurationError,
    IntegrationError,
    NotSentError,
    TemporaryError,
    UnknownOutcome,
)

logger = logging.getLogger(__name__)

WINDOW_SECONDS, TICK_SECONDS = 60, 10
LEAST_CALLS = 20
LEAST_SHARE = 0.5
MOST_SIGN_INS = 5

FIRST_PAUSE = 15.0  # until the first probe; doubled with each that fails
PROBE_SECONDS = 90  # a probe whose process died leaves its place after this long
KEPT_SECONDS = 3600  # an open circuit that nobody probes any more is forgotten
AWAY_SECONDS = 5.0  # until a Redis that did not answer is asked again

THROTTLED = "Tieout_Throttled"
NO_ANSWER_STATUS = frozenset({408, 502, 503, 504})

Answer = TypeVar("Answer")


class Verdict(StrEnum):
    """What one call says about the connection."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOT_SIGNED_IN = "not_signed_in"


# So long a document may wait after Business Central is back. A probe is one small read; a sign-in that fails
# again and again looks like an attack, so there it is longer.
LONGEST_PAUSE = {Verdict.UNANSWERED: 30.0, Verdict.NOT_SIGNED_IN: 60.0}


@dataclass(frozen=True)
class Standstill:
    """The circuit is open: since when, why, and when Business Central is asked again."""

    verdict: Verdict
    since: float
    sentence: str
    probe_at: float
    probes: int = 0


def verdict_of(error: IntegrationError | None) -> Verdict | None:
    """Judge one call; None when it says nothing: it was never made, or we were asked to be slower.

    A refusal of what was sent is an answer like any other.
    """
    match error:
        case ConfigurationError() if error.status is None or error.status == 401 or error.status < 400:
            return Verdict.NOT_SIGNED_IN
        case NotSentError() if error.status == 429 or error.code == THROTTLED:
            return None
        case NotSentError() | UnknownOutcome():
            return Verdict.UNANSWERED
        case TemporaryError() if error.status is None or error.status in NO_ANSWER_STATUS:
            return Verdict.UNANSWERED
    return Verdict.ANSWERED


def verdict_on(calls: Counter[Verdict]) -> Verdict | None:
    """Say why a circuit that saw these calls within a minute opens; None when it does not."""
    if calls[Verdict.NOT_SIGNED_IN] >= MOST_SIGN_INS:
        return Verdict.NOT_SIGNED_IN
    made = calls.total()
    if made >= LEAST_CALLS and calls[Verdict.UNANSWERED] >= LEAST_SHARE * made:
        return Verdict.UNANSWERED
    return None


class Keeper(Protocol):
    """Keeps the calls of a minute and the standstill."""

    def count(self, verdict: Verdict, now: float) -> None: ...
    def calls(self, now: float) -> Counter[Verdict]: ...
    def standstill(self) -> Standstill | None: ...
    def begin(self, standstill: Standstill) -> bool: ...
    def prolong(self, standstill: Standstill) -> None: ...
    def end(self) -> None: ...
    def take_probe(self, now: float) -> bool: ...
    def give_probe_back(self) -> None: ...


class Circuit:
    """Counts calls, and says whether Business Central should be left alone."""

    def __init__(
        self,
        *,
        shared: Keeper | None = None,
        pace: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.shared, self.local = shared, InProcess()
        self.pace, self.clock = pace, clock
        self._away_until = float("-inf")

    def note(self, error: IntegrationError | None) -> None:
        """Count a call that went well, or failed with this error; open the circuit if it is time."""
        verdict, now = verdict_of(error), self.clock()
        if verdict is None:
            return
        self.local.count(verdict, now)
        self._ask(lambda keeper: None if keeper is self.local else keeper.count(verdict, now))
        if error is None or verdict is Verdict.ANSWERED:
            return
        why = verdict_on(self._ask(lambda keeper: keeper.calls(now)))
        if why is not None:
            self._open(Standstill(why, now, error.sentence, now + self._pause(why, 0)))

    def standstill(self) -> Standstill | None:
        """Tell since when and why calls are held back; None when they go on."""
        found = self._ask(lambda keeper: keeper.standstill())
        self.local.kept = found
        return found

    def look(self, probe: Callable[[], object]) -> Standstill | None:
        """Give the standstill; when its time has come, one of all workers probes whether it is over."""
        found, now = self.standstill(), self.clock()
        if found is None or now < found.probe_at or not self._ask(lambda keeper: keeper.take_probe(now)):
            return found
        try:
            return self._probed(found, probe)
        finally:
            self._ask(lambda keeper: keeper.give_probe_back())

    def forget(self) -> None:
        """Begin anew."""
        self.local.end()
        self._ask(lambda keeper: keeper.end())

    def _probed(self, found: Standstill, probe: Callable[[], object]) -> Standstill | None:
        try:
            probe()
        except IntegrationError as error:
            verdict = verdict_of(error)
            if verdict is not Verdict.ANSWERED:
                sentence = error.sentence if verdict else found.sentence
                return self._prolong(found, verdict or found.verdict, sentence)
        logger.info("Business Central answers again; deliveries go on")
        self.forget()
        return None

    def _open(self, standstill: Standstill) -> None:
        is_new = self._ask(lambda keeper: keeper.begin(standstill))
        self.local.begin(standstill)
        if is_new:
            logger.error("Deliveries to Business Central stand still: %s", standstill.sentence)

    def _prolong(self, found: Standstill, verdict: Verdict, sentence: str) -> Standstill:
        probes = found.probes + 1
        longer = replace(
            found,
            verdict=verdict,
            sentence=sentence,
            probes=probes,
            probe_at=self.clock() + self._pause(verdict, probes),
        )
        self.local.prolong(longer)
        self._ask(lambda keeper: keeper.prolong(longer))
        return longer

    def _pause(self, verdict: Verdict, probes: int) -> float:
        return self.pace * min(LONGEST_PAUSE[verdict], FIRST_PAUSE * 2.0 ** min(probes, 16))

    def _ask(self, question: Callable[[Keeper], Answer]) -> Answer:
        """Ask Redis; when it does not answer, ask this process, and Redis only after a while again."""
        if self.shared is not None and self.clock() >= self._away_until:
            try:
                return question(self.shared)
            except redis.RedisError as error:
                self._away_until = self.clock() + AWAY_SECONDS
                logger.warning("Redis did not answer, this process watches BC by itself: %s", error)
        return question(self.local)


@dataclass
class InProcess:
    """What one process saw by itself."""

    kept: Standstill | None = None
    _ticks: dict[int, Counter[Verdict]] = field(default_factory=dict)
    _probing_until: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, verdict: Verdict, now: float) -> None:
        with self._lock:
            self._ticks = {tick: self._ticks[tick] for tick in ticks(now) if tick in self._ticks}
            self._ticks.setdefault(ticks(now)[0], Counter())[verdict] += 1

    def calls(self, now: float) -> Counter[Verdict]:
        with self._lock:
            return sum((self._ticks.get(tick, Counter()) for tick in ticks(now)), Counter[Verdict]())

    def standstill(self) -> Standstill | None:
        return self.kept

    def begin(self, standstill: Standstill) -> bool:
        with self._lock:
            is_new, self.kept = self.kept is None, self.kept or standstill
        return is_new

    def prolong(self, standstill: Standstill) -> None:
        self.kept = standstill

    def end(self) -> None:
        with self._lock:
            self.kept, self._ticks, self._probing_until = None, {}, float("-inf")

    def take_probe(self, now: float) -> bool:
        with self._lock:
            if now < self._probing_until:
                return False
            self._probing_until = now + PROBE_SECONDS
        return True

    def give_probe_back(self) -> None:
        self._probing_until = float("-inf")


class InRedis:
    """What all workers saw."""

    def __init__(self, connection: Connection, store: "redis.Redis") -> None:
        name = hashlib.sha256(f"{connection.base_url} {connection.company}".encode()).hexdigest()[:16]
        self.key, self.store = f"bc:circuit:{{{name}}}", store

    def count(self, verdict: Verdict, now: float) -> None:
        key = self._tick(ticks(now)[0])
        with self.store.pipeline() as together:
            together.hincrby(key, verdict, 1)
            together.expire(key, WINDOW_SECONDS + TICK_SECONDS)
            together.execute()

    def calls(self, now: float) -> Counter[Verdict]:
        with self.store.pipeline() as together:
            for tick in ticks(now):
                together.hgetall(self._tick(tick))
            found: list[dict[bytes, bytes]] = together.execute()
        calls: Counter[Verdict] = Counter()
        for counts in found:
            calls.update({Verdict(name.decode()): int(count) for name, count in counts.items()})
        return calls

    def standstill(self) -> Standstill | None:
        kept = cast(bytes | None, self.store.get(f"{self.key}:open"))
        if kept is None:
            return None
        values = json.loads(kept)
        return Standstill(**values | {"verdict": Verdict(values["verdict"])})

    def begin(self, standstill: Standstill) -> bool:
        return bool(self._keep(standstill, nx=True))

    def prolong(self, standstill: Standstill) -> None:
        self._keep(standstill)

    def end(self) -> None:
        self.store.delete(f"{self.key}:open", *(self._tick(tick) for tick in ticks(time.time())))

    def take_probe(self, now: float) -> bool:
        return bool(self.store.set(f"{self.key}:probe", 1, nx=True, ex=PROBE_SECONDS))

    def give_probe_back(self) -> None:
        self.store.delete(f"{self.key}:probe")

    def _keep(self, standstill: Standstill, **how: Any) -> Any:
        return self.store.set(f"{self.key}:open", json.dumps(asdict(standstill)), ex=KEPT_SECONDS, **how)

    def _tick(self, tick: int) -> str:
        return f"{self.key}:calls:{tick}"


def ticks(now: float) -> tuple[int, ...]:
    """Name the pieces of the last minute, the running one first."""
    latest = int(now // TICK_SECONDS)
    return tuple(latest - back for back in range(WINDOW_SECONDS // TICK_SECONDS))


def circuit_of(connection: Connection, *, pace: float = 1.0) -> Circuit:
    """Return this process's view of the circuit of a connection's company."""
    key = (connection.base_url, connection.company, connection.redis_url)
    with _lock:
        if key not in _circuits:
            _circuits[key] = Circuit(shared=_shared(connection))
        _circuits[key].pace = pace
        return _circuits[key]


def _shared(connection: Connection) -> InRedis | None:
    if connection.redis_url is None:
        return None
    store = redis.Redis.from_url(connection.redis_url, socket_timeout=2, socket_connect_timeout=2)
    return InRedis(connection, store)


_circuits: dict[tuple[Any, ...], Circuit] = {}
_lock = threading.Lock()

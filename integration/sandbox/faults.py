"""Faults on request: rules that say which calls go wrong, how, and how often."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from integration.sandbox.errors import Refusal, bad_request, locked, too_many_requests
from integration.sandbox.http import Reply, Request

WRITES = ("POST", "PATCH", "PUT", "DELETE")
ALL = ("GET", *WRITES)

Answer = Callable[[], Reply]


@dataclass
class Rule:
    """One fault. Without `rate` and `every` it hits each call it fits, at most `times` times."""

    fault: str
    method: str | None = None
    path: str | None = None  # part of the path and query, as sent
    rate: float | None = None
    seed: int = 0
    every: int | None = None
    times: int | None = None
    retry_after: int | None = None  # throttle
    status: int = 409  # lock_conflict: 409 or 400
    seconds: float = 1.0  # slow
    seen: int = 0
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    def fits(self, request: Request) -> bool:
        methods = (self.method,) if self.method else FAULTS[self.fault].methods
        return request.method in methods and (self.path is None or self.path in request.target)

    def strikes(self) -> bool:
        """Count one fitting call and say whether the fault hits it."""
        self.seen += 1
        if self.times is not None and self.hits >= self.times:
            return False
        if self.every is not None and self.seen % self.every:
            return False
        if self.rate is not None and self._random.random() >= self.rate:
            return False
        self.hits += 1
        return True


@dataclass(frozen=True)
class Fault:
    """How a kind of fault treats a call: `answer` does the work of the call."""

    methods: tuple[str, ...]
    apply: Callable[[Rule, Answer], Reply]


def _throttle(rule: Rule, answer: Answer) -> Reply:
    return refused(too_many_requests(rule.retry_after))


def _lock_conflict(rule: Rule, answer: Answer) -> Reply:
    conflict = locked()
    conflict.status = rule.status
    return refused(conflict)


def _before_read(rule: Rule, answer: Answer) -> Reply:
    return Reply(0, cut="nothing")


def _commit_then_drop(rule: Rule, answer: Answer) -> Reply:
    reply = answer()
    reply.cut = "nothing"
    return reply


def _error_500_after_commit(rule: Rule, answer: Answer) -> Reply:
    answer()
    return refused(Refusal(500, "Internal_ServerError", "An error occurred while processing this request."))


def _gateway_timeout_after_commit(rule: Rule, answer: Answer) -> Reply:
    answer()
    return Reply(504, b"<html><body><h1>504 Gateway Time-out</h1></body></html>", content_type="text/html")


def _unavailable(rule: Rule, answer: Answer) -> Reply:
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    return refused(Refusal(503, "Internal_TenantUnavailable", "The tenant is not available.", headers))


def _half_body(rule: Rule, answer: Answer) -> Reply:
    reply = answer()
    reply.cut = "half"
    return reply


def _slow(rule: Rule, answer: Answer) -> Reply:
    time.sleep(float(rule.seconds))  # JSON brings it as Decimal
    return answer()


FAULTS = {
    "throttle": Fault(ALL, _throttle),
    "lock_conflict": Fault(WRITES, _lock_conflict),
    "before_read": Fault(ALL, _before_read),
    "commit_then_drop": Fault(WRITES, _commit_then_drop),
    "error_500_after_commit": Fault(WRITES, _error_500_after_commit),
    "gateway_timeout_after_commit": Fault(WRITES, _gateway_timeout_after_commit),
    "unavailable": Fault(ALL, _unavailable),
    "half_body": Fault(ALL, _half_body),
    "slow": Fault(ALL, _slow),
}


def refused(refusal: Refusal) -> Reply:
    """The reply that carries a refusal."""
    return Reply(refusal.status, refusal.body(), dict(refusal.headers))


class Faults:
    """The rules in force; the first one that strikes decides."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """Set new rules; raises Refusal on one that cannot be read."""
        parsed = [_parse(values) for values in rules]
        with self._lock:
            self._rules = parsed

    def as_list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{k: v for k, v in asdict(rule).items() if not k.startswith("_")} for rule in self._rules]

    def pick(self, request: Request) -> Rule | None:
        if not self._rules:
            return None
        with self._lock:
            return next((rule for rule in self._rules if rule.fits(request) and rule.strikes()), None)


def apply(rule: Rule, answer: Answer) -> Reply:
    """Answer the call the way the fault demands."""
    return FAULTS[rule.fault].apply(rule, answer)


def _parse(values: dict[str, Any]) -> Rule:
    known = {"fault", "method", "path", "rate", "seed", "every", "times", "retry_after", "status", "seconds"}
    if not isinstance(values, dict) or values.get("fault") not in FAULTS or set(values) - known:
        raise bad_request(f"A fault rule has one of {sorted(FAULTS)} and keys of {sorted(known)}: {values}")
    rule = Rule(**values)
    rule.method = rule.method and rule.method.upper()
    if (rule.rate is not None and not 0 <= rule.rate <= 1) or (rule.every is not None and rule.every < 1):
        raise bad_request(f"rate is between 0 and 1, every is at least 1: {values}")
    rule._random.seed(rule.seed)
    return rule

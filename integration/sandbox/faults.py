"""Faults on request: rules that say which calls go wrong, how, and how often."""

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from integration.sandbox import languages
from integration.sandbox.errors import (
    Refusal,
    bad_request,
    dead_skip_token,
    locked,
    refused,
    too_many_requests,
    unauthorized,
)
from integration.sandbox.http import Reply, Request
from integration.sandbox.late import Later
from integration.sandbox.oauth import Authority
from integration.sandbox.store import Store

WRITES = ("POST", "PATCH", "PUT", "DELETE")
ALL = ("GET", *WRITES)
READS = ("GET",)

Answer = Callable[[], Reply]


@dataclass(frozen=True)
class Scene:
    """One call and what a fault may do about it: `answer` does the work of the call."""

    request: Request
    answer: Answer
    store: Store
    authority: Authority
    later: Later


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
    retry_after: int | None = None  # throttle, throttle_storm, unavailable, bad_gateway
    status: int = 409  # lock_conflict: 409 or 400
    seconds: float = 1.0  # slow, late_commit, replica_lag, throttle_storm
    language: str = "es-ES"  # language_switch
    seen: int = 0
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)
    _storm_until: float = field(default=0.0, repr=False)
    _removed: threading.Event = field(default_factory=threading.Event, repr=False)

    def fits(self, request: Request) -> bool:
        fault = FAULTS[self.fault]
        methods = (self.method,) if self.method else fault.methods
        return (
            request.method in methods
            and (self.path is None or self.path in request.target)
            and fault.concerns(request)
        )

    def strikes(self) -> bool:
        """Count one fitting call and say whether the fault hits it."""
        self.seen += 1
        if time.monotonic() < self._storm_until:
            self.hits += 1
            return True
        if self.times is not None and self.hits >= self.times:
            return False
        if self.every is not None and self.seen % self.every:
            return False
        if self.rate is not None and self._random.random() >= self.rate:
            return False
        self.hits += 1
        if self.fault == "throttle_storm":
            self._storm_until = time.monotonic() + self.seconds
        return True

    def remove(self) -> None:
        """Let go of the calls that it holds."""
        self._removed.set()

    def hold(self) -> None:
        """Wait for its seconds, or until it is removed."""
        self._removed.wait(self.seconds)

    def storm_seconds(self) -> int:
        return math.ceil(max(0.0, self._storm_until - time.monotonic()))

    def replica_moment(self) -> float:
        """The replica stood still when the rule was set, and is never further behind than its seconds."""
        return time.monotonic() - self.seconds

    def as_dict(self) -> dict[str, Any]:
        values = {name: value for name, value in self.__dict__.items() if not name.startswith("_")}
        return dict(values)


def _any_call(_request: Request) -> bool:
    return True


def _reads_replica(request: Request) -> bool:
    return (request.header("data-access-intent") or "").lower() == "readonly"


def _follows_a_link(request: Request) -> bool:
    return any(name == "$skiptoken" for name, _value in request.query)


@dataclass(frozen=True)
class Fault:
    """How a kind of fault treats a call, and which calls it can meet at all."""

    methods: tuple[str, ...]
    apply: Callable[[Rule, Scene], Reply]
    concerns: Callable[[Request], bool] = _any_call


def _throttle(rule: Rule, scene: Scene) -> Reply:
    return refused(too_many_requests(rule.retry_after))


def _throttle_storm(rule: Rule, scene: Scene) -> Reply:
    return refused(too_many_requests(rule.storm_seconds() if rule.retry_after is None else rule.retry_after))


def _lock_conflict(rule: Rule, scene: Scene) -> Reply:
    conflict = locked()
    conflict.status = rule.status
    return refused(conflict)


def _before_read(rule: Rule, scene: Scene) -> Reply:
    return Reply(0, cut="nothing")


def _commit_then_drop(rule: Rule, scene: Scene) -> Reply:
    reply = scene.answer()
    reply.cut = "nothing"
    return reply


def _late_commit(rule: Rule, scene: Scene) -> Reply:
    """The gateway gives up, and BC finishes the work afterwards."""
    scene.later.after(rule.seconds, lambda: _ignore(scene.answer()))
    return _gateway_timeout()


def _error_500_after_commit(rule: Rule, scene: Scene) -> Reply:
    scene.answer()
    return refused(Refusal(500, "Internal_ServerError", "An error occurred while processing this request."))


def _gateway_timeout_after_commit(rule: Rule, scene: Scene) -> Reply:
    scene.answer()
    return _gateway_timeout()


def _gateway_timeout() -> Reply:
    return Reply(504, b"<html><body><h1>504 Gateway Time-out</h1></body></html>", content_type="text/html")


def _operation_timeout(rule: Rule, scene: Scene) -> Reply:
    """The session was cancelled and all of it rolled back."""
    message = "The operation was canceled because it exceeded the time limit."
    return refused(Refusal(408, "Application_OperationTimeout", message))


def _unavailable(rule: Rule, scene: Scene) -> Reply:
    return refused(
        Refusal(503, "Internal_TenantUnavailable", "The tenant is not available.", _retry_after(rule))
    )


def _bad_gateway(rule: Rule, scene: Scene) -> Reply:
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return Reply(502, page, _retry_after(rule), content_type="text/html")


def _half_body(rule: Rule, scene: Scene) -> Reply:
    reply = scene.answer()
    reply.cut = "half"
    return reply


def _slow(rule: Rule, scene: Scene) -> Reply:
    rule.hold()
    return scene.answer()


def _replica_lag(rule: Rule, scene: Scene) -> Reply:
    with scene.store.as_of(rule.replica_moment()):
        return scene.answer()


def _token_expiry(rule: Rule, scene: Scene) -> Reply:
    """The token of this call is spent from now on; a new one works."""
    scene.authority.expire(scene.request)
    return refused(unauthorized())


def _dead_skip_token(rule: Rule, scene: Scene) -> Reply:
    return refused(dead_skip_token())


def _language_switch(rule: Rule, scene: Scene) -> Reply:
    return languages.translate(scene.answer(), rule.language)


FAULTS = {
    "throttle": Fault(ALL, _throttle),
    "throttle_storm": Fault(ALL, _throttle_storm),
    "lock_conflict": Fault(WRITES, _lock_conflict),
    "before_read": Fault(ALL, _before_read),
    "commit_then_drop": Fault(WRITES, _commit_then_drop),
    "late_commit": Fault(WRITES, _late_commit),
    "error_500_after_commit": Fault(WRITES, _error_500_after_commit),
    "gateway_timeout_after_commit": Fault(WRITES, _gateway_timeout_after_commit),
    "operation_timeout": Fault(ALL, _operation_timeout),
    "unavailable": Fault(ALL, _unavailable),
    "bad_gateway": Fault(ALL, _bad_gateway),
    "half_body": Fault(ALL, _half_body),
    "slow": Fault(ALL, _slow),
    "replica_lag": Fault(READS, _replica_lag, _reads_replica),
    "token_expiry": Fault(ALL, _token_expiry),
    "language_switch": Fault(ALL, _language_switch),
    "dead_skip_token": Fault(READS, _dead_skip_token, _follows_a_link),
}
_KNOWN = {each.name for each in fields(Rule) if not each.name.startswith("_")} - {"seen", "hits"}


class Faults:
    """The rules in force; the first one that strikes decides."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """Set new rules; raises Refusal on one that cannot be read."""
        parsed = [_parse(values) for values in rules]
        self._store.keep_past(keep=any(rule.fault == "replica_lag" for rule in parsed))
        with self._lock:
            before, self._rules = self._rules, parsed
        for rule in before:
            rule.remove()

    def as_list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    def pick(self, request: Request) -> Rule | None:
        if not self._rules:
            return None
        with self._lock:
            return next((rule for rule in self._rules if rule.fits(request) and rule.strikes()), None)


def apply(rule: Rule, scene: Scene) -> Reply:
    """Answer the call the way the fault demands."""
    return FAULTS[rule.fault].apply(rule, scene)


def mixture(rate: float, seed: int) -> list[dict[str, Any]]:
    """Every kind of fault at this rate, each with a seed of its own: weather for a long run."""
    kinds = [name for name in FAULTS if name not in ("throttle_storm", "replica_lag")]
    rules: list[dict[str, Any]] = [
        {"fault": name, "rate": rate, "seed": seed + number} for number, name in enumerate(kinds)
    ]
    rules.append({"fault": "throttle_storm", "rate": rate / 10, "seed": seed + len(kinds), "seconds": 5})
    rules.append({"fault": "replica_lag", "rate": 1, "seconds": 2})
    return rules


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_number(value: Any, most: float) -> bool:
    return (
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 <= float(value) <= most
    )


_MAY_BE_NULL = {each.name for each in fields(Rule) if each.default is None}
_ANYTHING = (lambda _value: True, "")
_TAKES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "method": (lambda value: isinstance(value, str) and value.upper() in ALL, f"one of {', '.join(ALL)}"),
    "path": (lambda value: isinstance(value, str), "a text"),
    "status": (lambda value: _is_whole(value, 400), "a status from 400 on"),
    "every": (lambda value: _is_whole(value, 1), "a whole number from 1 on"),
    "times": (lambda value: _is_whole(value, 0), "a whole number"),
    "retry_after": (lambda value: _is_whole(value, 0), "a number of seconds"),
    "seed": (lambda value: _is_whole(value, 0), "a whole number"),
    "rate": (lambda value: _is_number(value, 1), "between 0 and 1"),
    "language": (languages.is_known, f"one of {', '.join(languages.KNOWN)}"),
    "seconds": (lambda value: _is_number(value, 86_400), "a number of seconds, at most a day"),
}


def _parse(values: dict[str, Any]) -> Rule:
    if not isinstance(values, dict) or values.get("fault") not in list(FAULTS):  # it may be no text
        raise bad_request(f"A fault rule is an object whose fault is one of {', '.join(sorted(FAULTS))}.")
    if unknown := sorted(set(values) - _KNOWN):
        may = ", ".join(sorted(_KNOWN))
        raise bad_request(f"A fault rule holds no {', '.join(unknown)}; it may hold {may}.")
    for name, value in values.items():
        fits, what = _TAKES.get(name, _ANYTHING)
        is_left_out = value is None and name in _MAY_BE_NULL
        if not (is_left_out or fits(value)):
            raise bad_request(f"{name} of a fault rule is {what}, not {'null' if value is None else value}.")
    rule = Rule(**values)
    rule.method = rule.method and rule.method.upper()
    rule.seconds = float(rule.seconds)  # JSON brings it as Decimal
    rule.rate = None if rule.rate is None else float(rule.rate)
    rule._random.seed(rule.seed)
    return rule


def _retry_after(rule: Rule) -> dict[str, str]:
    return {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}


def _ignore(_reply: Reply) -> None:
    """Nobody waits for this answer any more."""

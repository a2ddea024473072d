"""All workers of a client id under one roof: rate, slots, turns, and what a 429 does to everyone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import redis
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from integration.bc import Client, Connection, Lane, Limits, turns
from integration.bc.local_limiter import LocalLimiter
from integration.bc.shared_limiter import SharedLimiter
from integration.bc.throttle import admitted, budget_of, limiter_for
from integration.bc.turns import Entry
from integration.errors import NotSentError
from tests.bc import storm

if TYPE_CHECKING:
    from integration.sandbox.launch import Running

LIMITS = Limits(per_second=10, burst=4, concurrency=4)
HALF_A_MINUTE = 30.0

ITEM = ("id", "number")


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def local(clock: Clock, limits: Limits = LIMITS) -> LocalLimiter:
    return LocalLimiter(limits, clock=clock, chance=lambda: 0.0)


@pytest.fixture
def own_id(connection: Connection) -> Connection:
    """The connection of a client id that nobody else has."""
    return replace(connection, client_id=str(uuid.uuid4()))


@pytest.fixture
def shared(own_id: Connection) -> Iterator[Callable[..., SharedLimiter]]:
    """Make limiters in Redis for one client id."""

    made: list[SharedLimiter] = []

    def make(limits: Limits = LIMITS, **options: float) -> SharedLimiter:
        made.append(storm.limiter(replace(own_id, limits=limits), **options))
        return made[-1]

    yield make
    for limiter in made:
        limiter.held.keys.clear()
    storm.limiter(own_id).store.delete(made[0].bucket, made[0].used, *made[0].slots.values())


def enter(limiter: LocalLimiter | SharedLimiter, lane: Lane = Lane.REALTIME) -> Entry:
    return limiter.try_enter(lane)


# Rate and slots


def test_a_burst_goes_through_at_once_and_the_rest_at_the_rate(clock: Clock) -> None:
    limiter = local(clock, Limits(per_second=10, burst=4, concurrency=100))
    began = clock.now

    for _ in range(24):
        with admitted(limiter, Lane.REALTIME, patience=60, pause=clock.pass_by):
            pass

    assert clock.now - began == pytest.approx(2.0)  # 4 at once, 20 at ten a second


def test_no_more_calls_run_at_once_than_there_are_slots(shared: Callable[..., SharedLimiter]) -> None:
    one, other = shared(), shared()  # two processes
    taken = [enter(one), enter(other), enter(one), enter(other)]
    full = enter(one)
    other.leave(taken[1])
    after = enter(one)

    assert all(entry.slot for entry in taken)
    assert (full.slot, full.wait) == ("", turns.SLOT_POLL)
    assert after.slot or after.wait < 1  # a slot is free; at most a token is missing


def test_bulk_leaves_half_of_the_slots_to_the_others(shared: Callable[..., SharedLimiter]) -> None:
    limiter = shared(Limits(per_second=1000, burst=1000, concurrency=4))

    bulk = [enter(limiter, Lane.BULK) for _ in range(3)]
    realtime = [enter(limiter) for _ in range(3)]

    assert [bool(entry.slot) for entry in bulk] == [True, True, False]
    assert [bool(entry.slot) for entry in realtime] == [True, True, False]


def test_bulk_leaves_tokens_for_the_events(shared: Callable[..., SharedLimiter]) -> None:
    limiter = shared(Limits(per_second=0.01, burst=10, concurrency=100))

    bulk = [enter(limiter, Lane.BULK) for _ in range(10)]
    realtime = [enter(limiter) for _ in range(10)]

    assert sum(bool(entry.slot) for entry in bulk) == 5
    assert sum(bool(entry.slot) for entry in realtime) in (4, 5)  # a turn may be kept for the bulk that asked


def test_patience_that_would_run_out_ends_the_wait(clock: Clock) -> None:
    limiter = local(clock)
    limiter.slow_down(30)

    with (
        pytest.raises(NotSentError, match="busy with our earlier requests") as told,
        admitted(limiter, Lane.REALTIME, patience=20, pause=clock.pass_by),
    ):
        pytest.fail("it came in")

    assert told.value.retry_after == pytest.approx(30)


def test_a_slot_is_given_back_when_the_call_fails(clock: Clock) -> None:
    limiter = local(clock, Limits(per_second=100, burst=100, concurrency=1))

    for _ in range(3):
        with pytest.raises(ValueError), admitted(limiter, Lane.BULK, patience=9, pause=clock.pass_by):
            raise ValueError

    assert enter(limiter).slot


# Fairness


@given(
    rate=st.floats(5, 50),
    burst=st.integers(2, 40),
    concurrency=st.integers(2, 8),
    seconds=st.floats(0.0, 0.3),
)
@hypothesis_settings(max_examples=30, deadline=None)
def test_bulk_gets_its_share_however_busy_the_events_are(
    rate: float, burst: int, concurrency: int, seconds: float
) -> None:
    clock = Clock()
    limiter = local(clock, Limits(rate, burst, concurrency))

    served = compete(limiter, clock, calls=200, seconds=seconds)

    assert served[Lane.BULK] >= turns.BULK_SHARE * 0.5 * served.total()
    assert served[Lane.REALTIME] >= 0.5 * served.total()


def compete(limiter: LocalLimiter, clock: Clock, *, calls: int, seconds: float) -> Counter[Lane]:
    """Let more callers of each lane ask than there are slots, all the time, each call lasting so long."""
    served: Counter[Lane] = Counter()
    running: deque[tuple[float, Entry]] = deque()
    while served.total() < calls:
        while running and running[0][0] <= clock.now:
            limiter.leave(running.popleft()[1])
        progress = False
        for lane in (Lane.REALTIME, Lane.REALTIME, Lane.REALTIME, Lane.BULK):
            entry = limiter.try_enter(lane)
            if entry.slot:
                served[lane] += 1
                running.append((clock.now + seconds, entry))
                progress = True
        if not progress:
            clock.pass_by(0.01)
    return served


def test_events_have_the_whole_rate_while_no_bulk_asks(clock: Clock) -> None:
    limiter = local(clock)
    began = clock.now

    for _ in range(104):
        with admitted(limiter, Lane.REALTIME, patience=60, pause=clock.pass_by):
            pass

    assert clock.now - began == pytest.approx(10.0)


def test_bulk_alone_has_the_whole_rate(clock: Clock) -> None:
    limiter = local(clock, Limits(per_second=10, burst=20, concurrency=4))
    began = clock.now

    for _ in range(110):
        with admitted(limiter, Lane.BULK, patience=60, pause=clock.pass_by):
            pass

    assert clock.now - began == pytest.approx(10.0, abs=0.2)


# 429


def test_a_429_holds_everyone_back_for_as_long_as_bc_says(shared: Callable[..., SharedLimiter]) -> None:
    one, other = shared(), shared()

    one.slow_down(30)

    waits = [enter(other).wait, enter(one).wait, enter(other, Lane.BULK).wait]
    assert all(29 < wait <= 30 for wait in waits)


def test_nothing_is_saved_up_during_a_pause(clock: Clock) -> None:
    limiter = local(clock)
    limiter.slow_down(30)
    clock.pass_by(30)

    first = enter(limiter)
    clock.pass_by(first.wait + 0.001)

    assert not first.slot
    assert [bool(enter(limiter).slot) for _ in range(2)] == [True, False]


def test_answers_429_to_calls_of_before_the_pause_count_once(clock: Clock) -> None:
    limiter = local(clock, Limits(per_second=10, burst=1, concurrency=9))
    limiter.slow_down(2)
    for _ in range(4):
        limiter.slow_down(None)
    clock.pass_by(2)
    began = clock.now

    for _ in range(10):
        with admitted(limiter, Lane.REALTIME, patience=60, pause=clock.pass_by):
            pass

    assert clock.now - began == pytest.approx(1.0)  # the full rate


def test_repeated_429s_slow_down_more_and_more_and_time_heals(clock: Clock) -> None:
    limiter = local(clock, Limits(per_second=10, burst=1, concurrency=9))
    paces = []
    for _ in range(3):
        limiter.slow_down(1)
        clock.pass_by(1)
        paces.append(enter(limiter).wait)

    clock.pass_by(2 * turns.RECOVERY_SECONDS)
    enter(limiter)

    assert paces == pytest.approx([0.1, 0.2, 0.4], rel=0.1)
    assert enter(limiter).wait == pytest.approx(0.1)


def test_without_retry_after_the_pauses_double_up_to_a_minute(clock: Clock) -> None:
    limiter = local(clock)
    pauses = []
    for _ in range(6):
        limiter.slow_down(None)
        pauses.append(enter(limiter).wait)
        clock.pass_by(pauses[-1])

    assert pauses == pytest.approx([5, 10, 20, 40, 60, 60])


def test_redis_and_the_process_judge_429s_alike(shared: Callable[..., SharedLimiter], clock: Clock) -> None:
    told, own = shared(), local(clock)
    for limiter in (told, own):
        limiter.slow_down(None)
        limiter.slow_down(None)

    assert 4.5 < enter(told).wait <= 5 * 1.25
    assert enter(own).wait == pytest.approx(5)


@pytest.mark.parametrize("foreign", [0, 60, 200], ids="{} foreign calls".format)
@pytest.mark.parametrize("lanes", [["realtime"] * 5, ["bulk"] * 4, ["realtime", "bulk"] * 4], ids=len)
def test_after_the_first_429_no_call_is_too_many_and_nine_tenths_of_the_allowance_are_used(
    lanes: list[str], foreign: int
) -> None:
    clock = Clock()
    bc = SlidingWindow(clock, calls=200, seconds=10)
    limiter = local(clock, Limits(per_second=19.4, burst=4, concurrency=4))
    for _ in range(foreign):  # somebody else with our client id
        bc.take()

    served = Counter(bc.storm(limiter, [Lane(lane) for lane in lanes], until=clock.now + 60))

    assert served["refused"] <= 1
    assert served["done"] >= 0.9 * (60 * 20 - foreign)


class SlidingWindow:
    """BC's count of one user: so many calls in so many seconds, and how long to wait beyond them."""

    def __init__(self, clock: Clock, calls: int, seconds: float) -> None:
        self.clock, self.calls, self.seconds = clock, calls, seconds
        self.taken: deque[float] = deque()

    def take(self) -> float | None:
        while self.taken and self.taken[0] <= self.clock.now - self.seconds:
            self.taken.popleft()
        if len(self.taken) >= self.calls:
            return self.taken[0] + self.seconds - self.clock.now
        self.taken.append(self.clock.now)
        return None

    def storm(self, limiter: LocalLimiter, lanes: list[Lane], *, until: float) -> Iterator[str]:
        while self.clock.now < until:
            waits = []
            for lane in lanes:
                entry = limiter.try_enter(lane)
                if not entry.slot:
                    waits.append(entry.wait)
                    continue
                refused = self.take()
                if refused is not None:
                    limiter.slow_down(refused)
                limiter.leave(entry)
                yield "done" if refused is None else "refused"
            if len(waits) == len(lanes):
                self.clock.pass_by(min(waits))


def test_a_429_from_bc_pauses_the_client_and_is_no_attempt(
    sandbox: Running, connection: Connection, clock: Clock
) -> None:
    limiter = local(clock, Limits(per_second=100, burst=10, concurrency=4))
    client = Client(connection, limiter=limiter, patience=3, pause=clock.pass_by)
    client.company()
    sandbox.control.forget_requests()
    sandbox.control.set_faults([{"fault": "throttle", "path": "/items", "times": 1, "retry_after": 7}])

    with pytest.raises(NotSentError) as told:
        client.find("items", filter="", select=ITEM)
    with pytest.raises(NotSentError) as held:
        client.find("items", filter="", select=ITEM)
    clock.pass_by(7)

    assert (told.value.code, told.value.retry_after) == ("Application_TooManyRequests", 7.0)
    assert (held.value.code, held.value.retry_after) == ("Tieout_Throttled", 7.0)
    assert len(client.find("items", filter="", select=ITEM)) == 2
    assert sandbox.control.requests()["total"] == 2


# Without Redis


def test_without_redis_each_process_keeps_to_a_safe_share(connection: Connection) -> None:
    alone = replace(
        connection, client_id=str(uuid.uuid4()), redis_url=None, limits=Limits(16, 32, 4, workers=4)
    )

    limiter = limiter_for(alone)

    assert isinstance(limiter, LocalLimiter)
    assert limiter.limits == Limits(per_second=4, burst=8, concurrency=1, workers=1)


def test_a_redis_that_is_away_leaves_the_share_and_its_return_the_whole(
    shared: Callable[..., SharedLimiter], caplog: pytest.LogCaptureFixture
) -> None:
    limiter = shared(Limits(100, 100, 4, workers=4))
    there, limiter.store.connection_pool = limiter.store.connection_pool, nowhere()

    away = [enter(limiter) for _ in range(2)]
    for entry in away[:1]:
        limiter.leave(entry)
    limiter.store.connection_pool = there
    back = [enter(limiter) for _ in range(5)]

    assert [bool(entry.slot) for entry in away] == [True, False]
    assert [bool(entry.slot) for entry in back] == [True] * 4 + [False]
    assert "Redis did not answer" in caplog.text


def nowhere() -> redis.ConnectionPool:
    return redis.ConnectionPool(connection_class=redis.UnixDomainSocketConnection, path="/nowhere/redis.sock")


# Killed workers


def test_a_killed_workers_slot_is_free_soon_and_a_living_ones_is_kept(
    shared: Callable[..., SharedLimiter], own_id: Connection
) -> None:
    limits = Limits(per_second=1000, burst=1000, concurrency=2)
    survivor = shared(limits, lease=0.5)
    own = enter(survivor)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=storm.hold_a_slot, args=(replace(own_id, limits=limits), 0.5, theirs))
    worker.start()
    assert ours.poll(HALF_A_MINUTE)
    assert ours.recv() == "held"
    full = enter(survivor)

    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join()
    freed = wait_for(lambda: enter(survivor))

    assert not full.slot
    assert freed.slot
    held = survivor.store.zrange(survivor.slots[Lane.REALTIME], 0, -1)
    assert sorted(each.decode() for each in held) == sorted([own.slot, freed.slot])


def wait_for(ask: Callable[[], Entry]) -> Entry:
    end = time.monotonic() + HALF_A_MINUTE
    while True:
        entry = ask()
        if entry.slot or time.monotonic() > end:
            return entry
        time.sleep(entry.wait)


def test_a_slot_given_back_is_not_renewed_again(shared: Callable[..., SharedLimiter]) -> None:
    limiter = shared(lease=0.2)
    kept, given_back = enter(limiter), enter(limiter)
    score = limiter.store.zscore(limiter.slots[Lane.REALTIME], kept.slot)
    limiter.leave(given_back)

    end = time.monotonic() + HALF_A_MINUTE
    while limiter.store.zscore(limiter.slots[Lane.REALTIME], kept.slot) == score:
        assert time.monotonic() < end, "the slot was never renewed"

    assert limiter.store.zscore(limiter.slots[Lane.REALTIME], given_back.slot) is None


# The budget


def test_the_budget_counts_what_all_processes_sent_and_forgets_after_five_minutes(
    shared: Callable[..., SharedLimiter],
) -> None:
    one, other = shared(Limits(100, 100, 100)), shared(Limits(100, 100, 100))
    seconds, _ = one.store.time()
    one.store.hset(one.used, str(seconds // 10 - 29), 40)  # still counts
    one.store.hset(one.used, str(seconds // 10 - 31), 5000)  # does not any more

    for limiter in (one, other, other):
        enter(limiter)

    budget = one.budget()
    assert budget is not None
    assert (budget.used, budget.allowed, budget.percent, budget.paused_for) == (43, 6000, 1, 0)
    assert len(one.store.hkeys(one.used)) in (2, 3)


def test_the_budget_says_how_long_bc_wants_us_to_wait(shared: Callable[..., SharedLimiter]) -> None:
    limiter = shared()
    limiter.slow_down(30)

    budget = limiter.budget()

    assert budget is not None
    assert 28 < budget.paused_for <= 31


def test_without_redis_the_budget_is_not_known(
    shared: Callable[..., SharedLimiter], connection: Connection
) -> None:
    limiter = shared()
    limiter.store.connection_pool = nowhere()

    assert limiter.budget() is None
    assert budget_of(replace(connection, client_id=str(uuid.uuid4()), redis_url=None)) is None


def test_client_ids_have_limits_of_their_own(connection: Connection) -> None:
    tight = Limits(per_second=0.001, burst=1, concurrency=1)
    pull, push = (
        limiter_for(replace(connection, client_id=str(uuid.uuid4()), limits=tight)) for _ in range(2)
    )

    assert enter(pull).slot
    assert not enter(pull).slot
    assert enter(push).slot

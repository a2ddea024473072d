"""The model holds, and it would find what it is there to find: each planted fault makes it fail."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from integration import backoff, outbox
from integration.couriers import Standing
from integration.couriers.orders import OrderVisit
from integration.delivery import doubt, failures
from integration.outbox import leases, moving
from integration.outbox.transitions import HELD_BY_WORKER, Move, State, Who
from tests.delivery.model.machine import Outbox
from tests.delivery.model.restored import RestoredOutbox

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "15"))
STEPS = 20


@pytest.fixture
def machine(db: None, sandbox: Any, settings: Any) -> type[Outbox]:
    """Give the model on an empty database and a sandbox; its waits are those of production."""
    settings.OUTBOX_PACE = 1
    settings.BC_REQUESTS_PER_SECOND, settings.BC_CONCURRENCY = 100_000, 64
    Outbox.sandbox, Outbox.person = sandbox, User.objects.create_user("model")
    return Outbox


def test_any_turn_of_events_ends_with_each_document_once(machine: type[Outbox]) -> None:
    run_state_machine_as_test(machine, settings=profile(EXAMPLES))


def test_a_restored_database_ends_with_each_document_once(machine: type[Outbox]) -> None:
    run_state_machine_as_test(RestoredOutbox, settings=profile(EXAMPLES))


def test_a_restored_database_that_is_not_doubted_doubles_documents(
    machine: type[Outbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubt, "make_sure", lambda client=None: None)

    with pytest.raises(AssertionError, match="there is one twice"):
        run_state_machine_as_test(RestoredOutbox, settings=profile(4 * EXAMPLES))


def blind(patch: pytest.MonkeyPatch) -> None:
    """Never look for an order before it is sent again."""
    patch.setattr(OrderVisit, "find", lambda self: Standing.REPEATABLE)


def impatient(patch: pytest.MonkeyPatch) -> None:
    """Give up looking long before BC's sixteen minutes are over."""
    patch.setattr(backoff, "SETTLE_SECONDS", (15.0, 60.0))


def trusting(patch: pytest.MonkeyPatch) -> None:
    """Take a lost answer for a refusal that passes."""
    patch.setattr(
        failures,
        "_unknown",
        lambda attempt, error: failures._later(
            attempt, error, failures.Outcome.TEMPORARY, seconds=None, counted=True
        ),
    )


def unfenced(patch: pytest.MonkeyPatch) -> None:
    """Let a worker that has lost its message go on."""

    def move_held(message: Any, how: Move, _only: Any = None, /, **given: Any) -> None:
        row = type(message).objects.filter(pk=message.pk)
        moving._write(row, message, how, given)

    patch.setattr(leases, "move_held", move_held)


def unordered(patch: pytest.MonkeyPatch) -> None:
    """Let a receipt overtake its order."""
    patch.setattr(leases, "CLAIM", leases.CLAIM.replace("(e.rank, e.id) < (m.rank, m.id) OR", ""))


def forgetful(patch: pytest.MonkeyPatch) -> None:
    """Put what a dead worker was sending straight back in line."""
    freed = Move(
        "planted",
        HELD_BY_WORKER,
        State.READY,
        Who.SWEEPER,
        "",
        frozenset({"next_attempt_at"}),
        {**leases.FREED.clears, "unknown_since": None},
    )
    patch.setattr(leases, "_free", lambda message, now: moving.move(message, freed, next_attempt_at=now))


def idle(patch: pytest.MonkeyPatch) -> None:
    """Leave with dead workers what they had taken."""
    patch.setattr(outbox, "sweep", lambda *, now: 0)


# Seeds that come upon a fault within a few turns; without one it may take minutes.
SOON = {blind: 1, impatient: 1, unordered: 1, forgetful: 1}


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (blind, "there is one twice"),
        (impatient, "there is one twice"),
        (unordered, "one has overtaken"),
        (forgetful, "counts as unsent|there is one twice"),
        pytest.param(trusting, "counts as unsent", marks=pytest.mark.slow),
        pytest.param(unfenced, "there is one twice", marks=pytest.mark.slow),
        pytest.param(idle, "these do not end", marks=pytest.mark.slow),
    ],
)
def test_the_model_finds_a_planted_fault(
    plant: Callable[[pytest.MonkeyPatch], None],
    said: str,
    machine: type[Outbox],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    drawn = profile(16 * EXAMPLES)
    if drawn.derandomize and plant in SOON:
        machine, drawn = seed(SOON[plant])(type("Seeded", (machine,), {})), settings(drawn, derandomize=False)

    with pytest.raises(AssertionError, match=said):
        run_state_machine_as_test(machine, settings=drawn)


def profile(examples: int) -> settings:
    """Draw the same turns of events each time, unless a longer run was asked for."""
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize="HYPOTHESIS_EXAMPLES" not in os.environ,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )

"""A company mirrored here and in the sandbox, with short waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.delivery.house import House

PACE = 0.001  # a thousandth of the usual waits
CALLS_PER_SECOND = 10_000
CALLS_AT_ONCE = 64  # a killed worker keeps its place for twelve seconds


@pytest.fixture
def house(db: None, sandbox: Running, settings: Any) -> House:
    """A company ready for documents."""
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


@pytest.fixture
def shared_house(transactional_db: None, sandbox: Running, settings: Any) -> House:
    """The same, visible to other threads."""
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


def hurry(settings: Any) -> None:
    """Shorten every wait."""
    settings.OUTBOX_PACE = PACE
    settings.BC_REQUESTS_PER_SECOND, settings.BC_CONCURRENCY = CALLS_PER_SECOND, CALLS_AT_ONCE

"""A web server and workers as processes, on the test's database and a broker that may be hurt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.faults.programs import Broker, Web


@pytest.fixture
def house(transactional_db: None, sandbox: Any, settings: Any) -> Any:
    """A company mirrored here and in the sandbox, visible to other processes, with short waits."""
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


@pytest.fixture
def broker(settings: Any, tmp_path: Path) -> Iterator[Broker]:
    """A Redis of this test alone."""
    from tests.faults.programs import private_broker

    with private_broker(tmp_path) as running:
        settings.REDIS_URL = running.url
        yield running


@pytest.fixture
def web(house: Any, broker: Broker, tmp_path: Path) -> Iterator[Web]:
    """The web server, and a key for its events."""
    from tests.faults.programs import served

    with served(house.company, tmp_path) as running:
        yield running

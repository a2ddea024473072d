"""A Tieout that Business Central can call, with its lists mirrored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.secure_door import opened


@pytest.fixture
def told(transactional_db, sandbox, settings) -> Iterator:
    """Give the sandbox; it holds a few masters, they are mirrored, and it tells about changes."""
    from integration import hints, sync
    from tests.hints.words import now
    from tests.sync.conftest import MASTERS

    settings.BC_REQUESTS_PER_SECOND = 10_000
    sandbox.control.seed(MASTERS)
    for entity in (
        "units",
        "currencies",
        "item-categories",
        "items",
        "locations",
        "payment-terms",
        "vendors",
    ):
        sync.pull_entity(entity)
    with opened(sandbox.data_dir) as address:
        settings.BC_NOTIFICATION_URL = f"{address}/bc/hints"
        hints.keep(now=now())
        yield sandbox

"""A company that ordered, received and billed in Business Central by hand until the cutover."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def house(db: None, sandbox: Any, settings: Any) -> Any:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house
    from tests.opening.old_way import work

    hurry(settings)
    prepared = prepare_house(sandbox)
    prepared.company.refresh_from_db()
    work(sandbox)
    return prepared

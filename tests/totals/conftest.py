"""A company mirrored here and in the sandbox, and a day of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.totals.working_day import WorkingDay


@pytest.fixture
def working_day(db: None, sandbox: Running, settings: Any) -> WorkingDay:
    """A company that works on one day."""
    from tests.delivery.conftest import hurry
    from tests.totals.working_day import begin

    hurry(settings)
    return begin(sandbox)

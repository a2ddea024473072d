"""A company mirrored here and in the sandbox, and an export of what its CAFM would send."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def house(db: None, sandbox: Any, settings: Any) -> Any:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)

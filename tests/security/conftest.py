"""A company, and a CAFM with a key for it; nobody has called yet."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def cafm(db: None) -> Any:
    from tests.cafm.client import client_for, prepare_company

    return client_for(prepare_company())


@pytest.fixture(autouse=True)
def _nobody_has_called() -> None:
    from integration.cafm import throttles

    throttles._counts.clear()

"""A company with its master data, and a CAFM that holds a key; Django is ready only when fixtures run."""

from __future__ import annotations

import pytest


@pytest.fixture
def company(db):
    from .client import prepare_company

    return prepare_company()


@pytest.fixture
def cafm(company):
    from .client import client_for

    return client_for(company)


@pytest.fixture
def house(db, sandbox, settings):
    """A company mirrored here and in the sandbox."""
    from tests.delivery.house import prepare_house

    settings.OUTBOX_PACE, settings.BC_REQUESTS_PER_SECOND = 0.001, 10_000
    return prepare_house(sandbox)

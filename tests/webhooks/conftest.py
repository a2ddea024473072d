"""A company with a key, and a receiver of the CAFM over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .receiver import Receiver


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("receiver")


@pytest.fixture
def receiver(certificates, settings) -> Iterator[Receiver]:
    with Receiver(certificates) as running:
        settings.WEBHOOK_CA_BUNDLE = str(certificates / "ca.pem")
        settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
        yield running


@pytest.fixture
def company(db):
    from masterdata.models import Company

    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


@pytest.fixture
def hook(company, receiver):
    """A webhook to the receiver about all lists."""
    from .words import make

    return make(company, receiver.url)

"""A client of the sandbox with a few masters, in no hurry and under no limit but its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.bc import Client, Connection, Limits
from integration.bc.auth import Token, Tokens
from integration.bc.local_limiter import LocalLimiter
from tests.bc import elsewhere
from tests.sandbox.conftest import MASTERS

if TYPE_CHECKING:
    from integration.sandbox.launch import Running

UNLIMITED = Limits(per_second=100_000, burst=100_000, concurrency=100)


@pytest.fixture
def connection(sandbox: Running) -> Connection:
    """The sandbox, with a few masters, as the settings describe it."""
    from integration import connections

    sandbox.control.seed(MASTERS)
    return replace(connections.connection(), limits=UNLIMITED)


@pytest.fixture
def waits() -> list[float]:
    """The waits that the client would have made."""
    return []


@pytest.fixture
def client(connection: Connection, waits: list[float]) -> Client:
    """A client that waits for nothing and for nobody."""
    return Client(connection, limiter=LocalLimiter(UNLIMITED), pause=waits.append, chance=lambda: 0.5)


@pytest.fixture
def somewhere(tmp_path: Path) -> Iterator[Somewhere]:
    """A server of the test's own, answering what the test says."""
    told = Somewhere()
    with elsewhere.serve(tmp_path, lambda asked: told.answer(asked)) as running:
        told.server = running
        yield told


class Somewhere:
    """Where a test's own server is, and a client of it."""

    server: elsewhere.Elsewhere
    answer: elsewhere.Answer = staticmethod(lambda asked: elsewhere.Reply())

    @property
    def connection(self) -> Connection:
        return Connection(
            base_url=f"{self.server.url}/v2.0/tenant/production/api/v2.0",
            company="00000000-0000-0000-0000-00000000000a",
            authority=f"{self.server.url}/tenant",
            client_id="client",
            client_secret="secret",
            ca_bundle=self.server.ca_bundle,
            limits=UNLIMITED,
        )

    def client(self, **options: object) -> Client:
        tokens = Tokens(self.connection, fetch=lambda: Token("token", 0, 1e12))
        limiter = LocalLimiter(UNLIMITED)
        return Client(self.connection, tokens=tokens, limiter=limiter, pause=lambda seconds: None, **options)

"""Workers that share a token: processes of their own, on a clock that the test turns."""

from __future__ import annotations

from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier

from integration.bc import Client, Connection, Lane
from integration.bc.auth import Token, Tokens, fetch_token
from integration.bc.local_limiter import LocalLimiter

PATIENCE = 60.0


class CountedTokens(Tokens):
    """Tokens from the real sign-in service, that counts how often it was asked."""

    def __init__(self, connection: Connection, clock: Synchronized[float], asked: Synchronized[int]) -> None:
        def fetch() -> Token:
            with asked.get_lock():
                asked.value += 1
            return fetch_token(connection, clock=self.clock)

        super().__init__(connection, fetch=fetch, clock=lambda: clock.value)


def work(
    connection: Connection, clock: Synchronized[float], asked: Synchronized[int], ticks: int, gate: Barrier
) -> None:
    """Call BC once at each tick; all workers begin a tick together, which is when they race."""
    client = Client(
        connection,
        lane=Lane.REALTIME,
        tokens=CountedTokens(connection, clock, asked),
        limiter=LocalLimiter(connection.limits),
    )
    for _ in range(ticks):
        gate.wait(PATIENCE)  # the test has turned the clock
        client.company()
        gate.wait(PATIENCE)  # everybody has called

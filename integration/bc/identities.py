"""The client ids of one connection: each call goes as whichever of them has room.

BC counts its limits per client id. The calls take turns through all of them; one that has no room, that BC
has told to wait or whose sign-in fails is passed over, and only when none has room does a call wait.
"""

import itertools
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from integration.bc import throttle
from integration.bc.auth import Tokens, tokens_for
from integration.bc.connection import Connection
from integration.bc.throttle import Entry, Lane, Limiter, limiter_for
from integration.bc.trust import NOT_TRUSTED
from integration.errors import ConfigurationError

logger = logging.getLogger(__name__)

ASIDE_SECONDS = 60.0  # until an id whose sign-in failed is tried again


@dataclass
class Identity:
    """One client id: its token, its turns, and whether its sign-in works."""

    connection: Connection
    tokens: Tokens
    limiter: Limiter
    aside_until: float = float("-inf")

    @classmethod
    def of(
        cls, connection: Connection, *, tokens: Tokens | None = None, limiter: Limiter | None = None
    ) -> "Identity":
        """Share this process's tokens and turns of the connection's client id."""
        return cls(connection, tokens or tokens_for(connection), limiter or limiter_for(connection))


class Identities:
    """The client ids that one client may go as."""

    def __init__(self, members: Sequence[Identity], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.members = tuple(members)
        self.clock = clock
        self.places = throttle.places_for([each.connection for each in members])
        # Each process begins with another one, so that few processes do not all press the first.
        self.turn = itertools.count(random.randrange(len(self.members)))  # noqa: S311 - guards nothing

    @contextmanager
    def admitted(self, lane: Lane, *, patience: float, pause: Callable[[float], None]) -> Iterator[Identity]:
        """Wait for a turn of any id, hold it during the block; raise NotSentError when patience would end."""
        turn = _Turn(self)
        with (
            throttle.one_of(self.places, patience=patience),
            throttle.admitted(turn, lane, patience=patience, pause=pause),
        ):
            yield turn.identity

    def set_aside(self, identity: Identity, refused: ConfigurationError) -> None:
        """Go on without an id whose sign-in failed, for a while; raise the refusal when none is left.

        A certificate that is not trusted is no id's fault, so it is raised at once.
        """
        if refused.code == NOT_TRUSTED:
            raise refused
        identity.limiter.report_refused(ASIDE_SECONDS)
        if len(self.members) == 1:
            raise refused
        identity.aside_until = self.clock() + ASIDE_SECONDS
        logger.error("%s is left out: %s", identity.connection.client_name, refused.sentence)
        if not self._usable():
            raise refused

    def try_enter(self, lane: Lane) -> tuple[Identity, Entry]:
        """Take a turn of the first id that has one, beginning with another each time."""
        usable = self._usable() or list(self.members)
        first = next(self.turn) % len(usable)
        refusals = []
        for identity in usable[first:] + usable[:first]:
            entry = identity.limiter.try_enter(lane)
            if entry.slot:
                return identity, entry
            refusals.append((identity, entry))
        return min(refusals, key=lambda each: each[1].wait)

    def _usable(self) -> list[Identity]:
        now = self.clock()
        return [each for each in self.members if each.aside_until <= now]


class _Turn:
    """The place of one call: asks all ids, and gives back to the one that had it."""

    def __init__(self, identities: Identities) -> None:
        self.identities = identities
        self.identity = identities.members[0]

    def try_enter(self, lane: Lane) -> Entry:
        self.identity, entry = self.identities.try_enter(lane)
        return entry

    def leave(self, entry: Entry) -> None:
        self.identity.limiter.leave(entry)

    def slow_down(self, seconds: float | None) -> None:
        self.identity.limiter.slow_down(seconds)

    def report_refused(self, seconds: float) -> None:
        self.identity.limiter.report_refused(seconds)

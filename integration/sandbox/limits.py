"""What one user may ask for: so many calls in a window, so many at once, the rest in a queue."""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from integration.sandbox.errors import too_many_requests, waited_too_long
from integration.sandbox.settings import Settings


@dataclass
class User:
    """The calls of one client id: those of the window, those running, those waiting in order."""

    started: deque[float] = field(default_factory=deque)
    running: int = 0
    waiting: deque[object] = field(default_factory=deque)


class Limiter:
    """Lets calls pass as the settings say; every client id has limits of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._users: dict[str, User] = {}
        self._changed = threading.Condition()

    @contextmanager
    def admitted(self, client_id: str) -> Iterator[None]:
        """Run one call when it is its turn; raises Refusal 429 or 503."""
        with self._changed:
            user = self._users.setdefault(client_id, User())
            self._count(user)
            self._take_place(user)
        try:
            yield
        finally:
            with self._changed:
                user.running -= 1
                self._changed.notify_all()

    def report(self) -> dict[str, dict[str, int]]:
        """How many calls of each user are running, waiting and in the window."""
        with self._changed:
            return {
                client_id: {
                    "running": user.running,
                    "waiting": len(user.waiting),
                    "inWindow": len(user.started),
                }
                for client_id, user in self._users.items()
            }

    def clear(self) -> None:
        """Start the windows anew."""
        with self._changed:
            for user in self._users.values():
                user.started.clear()

    def _count(self, user: User) -> None:
        """Refuse the call that the sliding window has no room for; a refused one does not count."""
        now, limit = time.monotonic(), self._settings.requests_per_window
        while user.started and user.started[0] <= now - self._settings.window_seconds:
            user.started.popleft()
        if limit and len(user.started) >= limit:
            wait = math.ceil(user.started[0] + self._settings.window_seconds - now)
            raise too_many_requests(
                wait if self._settings.retry_after else None, actual=len(user.started) + 1, maximum=limit
            )
        user.started.append(now)

    def _take_place(self, user: User) -> None:
        if self._has_room(user) and not user.waiting:
            user.running += 1
            return
        allowed = self._settings.concurrent_requests + self._settings.queued_requests
        if len(user.waiting) >= self._settings.queued_requests:
            raise too_many_requests(
                1 if self._settings.retry_after else None, actual=allowed + 1, maximum=allowed
            )
        turn = object()
        user.waiting.append(turn)
        try:
            is_first = self._changed.wait_for(
                lambda: user.waiting[0] is turn and self._has_room(user), self._settings.queue_seconds
            )
        finally:
            user.waiting.remove(turn)
            self._changed.notify_all()
        if not is_first:
            raise waited_too_long()
        user.running += 1

    def _has_room(self, user: User) -> bool:
        limit = self._settings.concurrent_requests
        return not limit or user.running < limit

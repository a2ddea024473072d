"""Work that is done later: after a time, or at once when a test will not wait."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

Work = Callable[[], None]


class Later:
    """Jobs under way to their time; each is done once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[threading.Timer, Work]] = {}
        self._next = 0
        self._is_closed = False

    def after(self, seconds: float, work: Work) -> None:
        """Do the work after this time."""
        with self._lock:
            if self._is_closed:
                return
            self._next += 1
            timer = threading.Timer(seconds, self._do, [self._next])
            timer.daemon = True
            self._waiting[self._next] = (timer, work)
            timer.start()

    def settle(self) -> int:
        """Do all that is waiting now, in the order it came; answers how much that was.

        What this work puts off in its turn, such as a repetition, waits for the next time.
        """
        with self._lock:
            numbers = sorted(self._waiting)
        return sum(self._do(number) for number in numbers)

    def drop(self) -> None:
        """Forget all that is waiting."""
        with self._lock:
            for timer, _work in self._waiting.values():
                timer.cancel()
            self._waiting.clear()

    def close(self) -> None:
        """Forget all that is waiting and take nothing more."""
        with self._lock:
            self._is_closed = True
        self.drop()

    def _do(self, number: int) -> bool:
        with self._lock:
            timer, work = self._waiting.pop(number, (None, None))
        if timer is None or work is None:
            return False
        timer.cancel()
        try:
            work()
        except Exception:
            logger.exception("Late work failed")
        return True

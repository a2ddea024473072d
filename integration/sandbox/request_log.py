"""Count the calls and remember the last ones, for tests and benchmarks."""

import threading
from collections import Counter, deque
from typing import Any

from integration.sandbox.errors import bad_request
from integration.sandbox.http import Reply, Request

REMEMBERED = 2000


class RequestLog:
    """Calls by method and entity set, by status, and the last ones in full."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = 0
        self._by_call: Counter[tuple[str, str]] = Counter()
        self._by_status: Counter[int] = Counter()
        self._last: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)

    def note(self, request: Request, reply: Reply, fault: str | None, seconds: float) -> None:
        with self._lock:
            self._total += 1
            self._by_call[(request.method, request.entity_set)] += 1
            self._by_status[reply.status] += 1
            self._last.append(
                {
                    "n": self._total,
                    "method": request.method,
                    "target": request.target,
                    "entitySet": request.entity_set,
                    "status": reply.status,
                    "fault": fault,
                    "ms": round(seconds * 1000, 2),
                    "requestId": request.header("x-request-id") or "",
                }
            )

    def report(self, options: dict[str, str]) -> dict[str, Any]:
        """Everything counted; the log can be narrowed by `method`, `entitySet`, `path` and `last`."""
        last = options.get("last", "100")
        if not last.isdecimal() or int(last) < 1:
            raise bad_request(f"last is a whole number from 1 on, not {last}.")
        with self._lock:
            fitting = [each for each in self._last if _fits(each, options)]
            return {
                "total": self._total,
                "counts": {f"{method} {name}": n for (method, name), n in sorted(self._by_call.items())},
                "statuses": {str(status): n for status, n in sorted(self._by_status.items())},
                "log": fitting[-int(last) :],
            }

    def clear(self) -> None:
        with self._lock:
            self._total = 0
            self._by_call.clear()
            self._by_status.clear()
            self._last.clear()


def _fits(each: dict[str, Any], options: dict[str, str]) -> bool:
    return (
        options.get("method", each["method"]) == each["method"]
        and options.get("entitySet", each["entitySet"]) == each["entitySet"]
        and options.get("path", "") in each["target"]
    )

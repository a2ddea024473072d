"""The wire between one worker and the sandbox, where calls are lost and workers fall asleep or die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import requests

from integration import connections
from integration.bc import Client
from integration.bc.transport import ModernTLS
from masterdata.models import Company

WRITES = ("POST", "PATCH", "DELETE")
FAR = 80_000  # seconds; a late commit comes when the model says so

# What becomes of a write that the sandbox spoils: at the sandbox, and whether BC does it later.
SPOILT: dict[str, dict[str, Any]] = {
    "done, and no answer": {"fault": "commit_then_drop"},
    "done, and an error": {"fault": "error_500_after_commit"},
    "done, and a timeout": {"fault": "gateway_timeout_after_commit"},
    "done, and half an answer": {"fault": "half_body", "method": "POST"},
    "done late": {"fault": "late_commit", "seconds": FAR},
    "done late, and the worker dies": {"fault": "late_commit", "seconds": FAR},
    "not done, and no answer": {"fault": "before_read", "method": "POST"},
    "locked": {"fault": "lock_conflict"},
    "rolled back": {"fault": "operation_timeout", "method": "POST"},
    "not available": {"fault": "unavailable", "method": "POST"},
}


class Died(BaseException):
    """The worker is gone: nothing of ours catches it."""


@dataclass(frozen=True)
class Turn:
    """What happens in one worker's turn, at its so manieth write or look."""

    what: str = "well"
    at: int = 1


class Wire(ModernTLS):
    """The real connection, and what the model has in store for a call on it."""

    def __init__(self, turn: Turn, *, asleep: Callable[[], object]) -> None:
        super().__init__(max_retries=0)
        self.turn, self.asleep = turn, asleep
        self.calls = 0

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Send it, unless this is the call that the turn is about."""
        what = self.turn.what if self._is_it(request) else "well"
        if what == "not reached":
            raise requests.ConnectionError("The wire is cut.")
        if what == "dies before the write":
            raise Died
        if what == "sleeps before the write":
            self.asleep()
        answer = super().send(request, *args, **more)
        if what in ("dies after the write", "done late, and the worker dies"):
            answer.close()
            raise Died
        if what == "sleeps after a look":
            self.asleep()
        return answer

    def _is_it(self, request: requests.PreparedRequest) -> bool:
        """Count the writes, or for a sleep after a look the reads."""
        is_write = request.method in WRITES
        self.calls += is_write is not (self.turn.what == "sleeps after a look")
        return is_write is not (self.turn.what == "sleeps after a look") and self.calls == self.turn.at


# What comes late or comes back is where documents are doubled: it comes often.
OFTEN = ("done late", "done late, and the worker dies", "sleeps after a look", "sleeps before the write")
DEATHS = ("dies at once", "dies before the write", "dies after the write")
TURNS = ("well", "well", *SPOILT, "not reached", *DEATHS, *OFTEN * 3)


def client_of(wire: Wire, company: Company) -> Client:
    """Give a worker's client on that wire; no circuit, which is shown elsewhere."""
    client = Client(replace(connections.connection(), company=str(company.bc_id)))
    client.transport.session.mount("https://", wire)
    return client


def rule_of(turn: Turn) -> list[dict[str, Any]]:
    """Give the sandbox's rules for a turn."""
    spoilt = SPOILT.get(turn.what)
    return [spoilt | {"every": turn.at, "times": 1, "path": "/companies("}] if spoilt else []

"""The real run after a rehearsal: the same events, taken in, matched and delivered until nothing moves."""

from __future__ import annotations

from typing import Any

from integration import delivery, inbox
from integration.cafm import auth
from integration.cafm.problems import ProblemError
from reconciliation import reconcile


def run_for_real(company: Any, events: list[dict[str, Any]]) -> None:
    key, _secret = auth.issue(company, "CAFM", ["events"])
    for event in events:
        try:
            inbox.receive(event, key=key)
        except ProblemError:
            continue
    while reconcile.match_due() or delivery.drain(until_idle=True).outcomes.total():
        pass

"""How often one key may call, and one address that shows none: counted in each web process by itself.

The count is no secret of Redis': the interface takes events while Redis is away.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from integration.models import ApiKey
from masterdata.audit import address_of

MINUTE = 60.0
MOST = 10_000  # callers that are counted at once

_counts: dict[str, tuple[float, int]] = {}


def seconds_to_wait(caller: str, most: int, *, now: float | None = None) -> float:
    """Count a call; 0 when it may go on, else the seconds until it may."""
    now = time.monotonic() if now is None else now
    since, count = _counts.get(caller, (now, 0))
    if now - since >= MINUTE:
        since, count = now, 0
    if count >= most:
        return since + MINUTE - now
    if len(_counts) >= MOST and caller not in _counts:
        _counts.clear()
    _counts[caller] = since, count + 1
    return 0.0


def wait_of_key(key: ApiKey) -> float:
    """Count a call of a key; 0 when it may go on."""
    return seconds_to_wait(f"key {key.pk}", settings.API_CALLS_A_MINUTE)


def wait_of_stranger(request: Request) -> float:
    """Count a call that shows no key, or a wrong one; 0 when it may go on."""
    return seconds_to_wait(f"from {address_of(request)}", settings.API_CALLS_OF_STRANGERS_A_MINUTE)


def count_stranger(request: Request) -> None:
    """Count a call that shows a wrong key or token; raises Throttled when it comes too often."""
    if wait := wait_of_stranger(request):
        raise Throttled(wait)


def is_full(key: ApiKey) -> bool:
    """Whether the next call of a key would be refused; counts nothing."""
    since, count = _counts.get(f"key {key.pk}", (0.0, 0))
    return count >= settings.API_CALLS_A_MINUTE and time.monotonic() - since < MINUTE


class CallsOfOne(BaseThrottle):
    """Refuse with 429 what comes too often; who is refused is told when to come again."""

    seconds = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        key = request.auth
        self.seconds = wait_of_key(key) if isinstance(key, ApiKey) else wait_of_stranger(request)
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds + 1  # told in whole seconds: not one too early

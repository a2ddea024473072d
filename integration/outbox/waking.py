"""Wake the workers up; the rows are the truth, so nothing depends on it."""

from __future__ import annotations

import logging
import time
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

PENDING_SECONDS = 5  # as often as the schedule wakes the workers anyway
REDIS_SECONDS = 0.5

_silent_until = 0.0


def wake() -> None:
    """Tell the workers that something is due; without Redis they find it by themselves within seconds.

    A thousand documents at once are one call: until a worker has answered it, further calls say nothing new.
    """
    from integration.tasks import deliver_outbox

    global _silent_until
    if not settings.REDIS_URL or time.monotonic() < _silent_until:
        return
    try:
        if _store(settings.REDIS_URL).set(_key(), 1, nx=True, ex=PENDING_SECONDS):
            deliver_outbox.apply_async(retry=False, expires=30)
    except Exception as error:  # noqa: BLE001 - a broker that is down must never break a document
        # Whoever takes events in must not wait for it with each of them.
        _silent_until = time.monotonic() + PENDING_SECONDS
        logger.warning("Could not wake the workers, they will look by themselves: %s", error)


def answered() -> None:
    """Say that a worker is about to look: what becomes due from now on needs a new call."""
    if not settings.REDIS_URL:
        return
    try:
        _store(settings.REDIS_URL).delete(_key())
    except redis.RedisError as error:
        logger.warning("Could not answer the call to the workers: %s", error)


def _key() -> str:
    return f"{settings.REDIS_PREFIX}:outbox:called"


@cache
def _store(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)

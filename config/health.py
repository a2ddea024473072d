"""What those who run the product ask: does the process answer, does work move, and what are the figures?"""

from __future__ import annotations

import datetime
import hmac
import logging
from collections.abc import Callable
from ipaddress import ip_address

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from integration import delivery, metrics, overview

logger = logging.getLogger(__name__)

STUCK_AFTER = datetime.timedelta(minutes=10)
REDIS_SECONDS = 2


class NotReady(Exception):  # noqa: N818
    """A part does not work; the message says which and how."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database and Redis answer and work moves on; 503 and the broken part where not.

    With `?only=servers` workers and clock are left out: who shares out requests must not close the doors to
    the CAFM because a worker is away, for its events are taken in meanwhile.
    """
    only_servers = request.GET.get("only") == "servers"
    told = {name: _ask(name, check) for name, check in CHECKS.items() if name in SERVERS or not only_servers}
    ready = all(answer == "ok" for answer in told.values())
    # Told, but no reason to be taken out of service: documents are taken in meanwhile.
    told["business_central"] = _business_central()
    return JsonResponse({"status": "ok" if ready else "not ready", **told}, status=200 if ready else 503)


@require_safe
@never_cache
def prometheus(request: HttpRequest) -> HttpResponse:
    """Give the figures to whoever has the key, or asks from a network that is let in."""
    if not _may_read_figures(request):
        told = "Set METRICS_KEY and send it as a bearer token, or name your network in METRICS_NETWORKS.\n"
        return HttpResponse(told, status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _may_read_figures(request: HttpRequest) -> bool:
    key = f"Bearer {settings.METRICS_KEY}".encode()
    given = request.headers.get("Authorization", "").encode()
    if settings.METRICS_KEY and hmac.compare_digest(key, given):
        return True
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket has no address
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)


def _business_central() -> str:
    still = delivery.standstill()
    return delivery.sentence_of(still) if still is not None else "ok"


def _ask(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as problem:
        logger.warning("Not ready: %s: %s", name, problem)
        return str(problem)
    return "ok"


def _database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise NotReady("the database does not answer") from error


def _redis() -> None:
    if not settings.REDIS_URL:
        raise NotReady("REDIS_URL is not set")
    try:
        redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ).ping()
    except redis.RedisError as error:
        raise NotReady("Redis does not answer") from error


def _work() -> None:
    """A message that a worker could have taken long ago means that none runs."""
    try:
        oldest = overview.oldest_claimable(timezone.now())
    except DatabaseError as error:
        raise NotReady("the messages cannot be read") from error
    is_late = oldest is not None and timezone.now() - oldest > STUCK_AFTER
    if is_late and delivery.standstill() is None:
        raise NotReady("messages have been due for ten minutes and nobody delivers them")


def _clock() -> None:
    """Nobody is told of anything, and nothing is pulled, when beat or the worker it wakes is gone."""
    try:
        looked_at = overview.beats().clock_at
    except DatabaseError as error:
        raise NotReady("the clock cannot be read") from error
    if looked_at is not None and timezone.now() - looked_at > STUCK_AFTER:
        raise NotReady("beat, or the worker of the queue housekeeping, has done nothing for ten minutes")


SERVERS = {"database", "redis"}
CHECKS = {"database": _database, "redis": _redis, "work": _work, "clock": _clock}

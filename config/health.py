"""Two questions of those who run the product: does the process answer, and can it do its work?"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration import delivery
from integration.models import Message

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
    """Say whether database and Redis answer and messages move on; 503 and the broken part where not."""
    told = {name: _ask(name, check) for name, check in CHECKS.items()}
    ready = all(answer == "ok" for answer in told.values())
    # Told, but no reason to be taken out of service: documents are taken in meanwhile.
    told["business_central"] = _business_central()
    return JsonResponse({"status": "ok" if ready else "not ready", **told}, status=200 if ready else 503)


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
    """A message that has been due for long means that no worker runs."""
    try:
        waiting = Message.objects.filter(
            state=Message.State.READY, next_attempt_at__lt=timezone.now() - STUCK_AFTER
        ).exists()
    except DatabaseError as error:
        raise NotReady("the messages cannot be read") from error
    if waiting and delivery.standstill() is None:
        raise NotReady("messages have been due for ten minutes and nobody delivers them")


CHECKS = {"database": _database, "redis": _redis, "work": _work}

"""Who is at work: the name that the database's change trigger writes beside each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ORIGIN_LENGTH = 120


@contextmanager
def acting_as(actor: str, origin: str | None = None) -> Iterator[None]:
    """Let changes inside carry this actor's name, `anna` or `worker deliver_outbox`, and where from."""
    outer = _told()
    _tell(actor, outer[1] if origin is None else origin)
    try:
        yield
    finally:
        # A broken transaction cannot give the name back; the connection is closed with it.
        if not connection.needs_rollback:
            _tell(*outer)


def announced() -> str:
    """Name who is at work; "" where nobody was named."""
    return _told()[0]


def _told() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('tieout.actor', true), ''),"
            " coalesce(current_setting('tieout.origin', true), '')"
        )
        actor, origin = cursor.fetchone()
    return actor, origin


def _tell(actor: str, origin: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('tieout.actor', %s, false), set_config('tieout.origin', %s, false)",
            [actor, origin[:ORIGIN_LENGTH]],
        )


class ActorMiddleware:
    """Name the signed-in person in the database while a request that may write is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS or not _person(request):
            return self.get_response(request)
        with acting_as(_person(request), origin_of(request)):
            return self.get_response(request)


def origin_of(request: HttpRequest) -> str:
    """Tell from which address a request came, and by which id the log knows it."""
    return f"{address_of(request)} request {getattr(request, 'correlation', '')}".removesuffix(" request ")


def address_of(request: HttpRequest) -> str:
    """Tell from which address a request came, though a proxy of ours handed it on."""
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:  # then our own proxy stands before us, and named the last of these
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return address


def _person(request: Any) -> str:
    return request.user.get_username() if request.user.is_authenticated else ""

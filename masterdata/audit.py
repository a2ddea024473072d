"""Who is at work: the name that the database's change trigger writes beside each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Let changes inside carry this actor's name, for example `anna` or `worker deliver_outbox`."""
    outer = _announced()
    _announce(actor)
    try:
        yield
    finally:
        # A broken transaction cannot give the name back; the connection is closed with it.
        if not connection.needs_rollback:
            _announce(outer)


def _announced() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('tieout.actor', true), '')")
        name: str = cursor.fetchone()[0]
    return name


def _announce(actor: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tieout.actor', %s, false)", [actor])


class ActorMiddleware:
    """Name the signed-in person in the database while a request that may write is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS or not _person(request):
            return self.get_response(request)
        with acting_as(_person(request)):
            return self.get_response(request)


def _person(request: Any) -> str:
    return request.user.get_username() if request.user.is_authenticated else ""

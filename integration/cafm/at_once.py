"""Take a new order at once: without the framework's round, which costs as much as all the rest.

Only what is right beyond doubt is taken here. Everything else, every refusal among it, is left to the whole
way, which says what is wrong; nothing was stored then.
"""

from __future__ import annotations

from django.db import Error as DatabaseFault
from django.http import HttpRequest
from django.http.request import RawPostDataException

from integration import new_orders
from integration.models import ApiKey

from . import events, keys, throttles
from .events import Event
from .problems import ProblemError
from .wire import EVENT, DecimalJSONParser, loads

LARGEST = 100_000  # bytes
TYPES = (EVENT, DecimalJSONParser.media_type)


def take(request: HttpRequest) -> Event | None:
    """Store the order that a request brings; None when the request has to go the whole way."""
    secret = _secret(request)
    if not secret or not _is_for_us(request):
        return None
    try:
        told = events.read(loads(request.body), is_clean=True)
    except (ProblemError, RawPostDataException):
        return None
    if told.type != new_orders.TYPE:
        return None
    values = events.values_of(told)
    key = _key(secret) if values is not None else None
    if values is None or key is None or not _may_send(key, told) or throttles.is_full(key):
        return None
    if new_orders.take(told, values, key):
        throttles.wait_of_key(key)
        return told
    keys.forget(secret)  # perhaps it was the key
    return None


def _secret(request: HttpRequest) -> str:
    word, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if word.lower() == "bearer" else ""


def _key(secret: str) -> ApiKey | None:
    try:
        return keys.guess(secret)
    except DatabaseFault:  # the whole way says that the database is away
        return None


def _is_for_us(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "*/*")
    length = request.headers.get("Content-Length", "")
    return (
        request.method == "POST"
        and request.content_type in TYPES
        and length.isdecimal()
        and int(length) <= LARGEST
        and ("*/*" in accepts or "application/json" in accepts)
        and "Content-Encoding" not in request.headers
    )


def _may_send(key: ApiKey, told: Event) -> bool:
    return ApiKey.Scope.EVENTS in key.scopes and (not key.sources or told.source in key.sources)

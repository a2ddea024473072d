"""Whether the servers that the environment names can be reached, told in a sentence."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.errors import LocalError

SECONDS = 5


def place(address: str) -> str:
    """Write where an address points, without its password."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or parse_qs(parts.query).get("host", [""])[-1] or parts.path
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    name = parts.path if parts.hostname or host != parts.path else ""
    return f"{host}{port}{name}"


def check(name: str, address: str) -> None:
    """Make sure that the server behind DATABASE_URL or REDIS_URL answers; raises LocalError."""
    try:
        if name == "DATABASE_URL":
            psycopg.connect(address, connect_timeout=SECONDS).close()
        else:
            options = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
            with redis.Redis.from_url(address, retry=Retry(NoBackoff(), 0), **options) as client:
                client.ping()
    except (psycopg.Error, redis.RedisError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise LocalError(
            f"{name} names a server that cannot be used: {reason}. Correct {name}, or unset it: "
            "make demo then starts a private one."
        ) from error

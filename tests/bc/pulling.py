"""A long pull in a process of its own, by our client or the bare way: how long it took, and its memory."""

# ruff: noqa: RUF009 - wire() makes a dataclass field, it is no shared default

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import requests

from integration.bc import Client, Connection
from integration.bc.auth import Tokens, fetch_token
from integration.bc.local_limiter import LocalLimiter
from integration.bc.reading.rows import read, select_for, wire
from integration.bc.reading.values import as_decimal, as_guid, as_moment, as_text
from integration.sandbox.control_client import ControlClient

AT_ONCE = 10_000
PAGE_SIZE = 5000  # as the pulls of the master lists ask for
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """What this pull takes of an item."""

    id: str = wire("id", as_guid)
    number: str = wire("number", as_text)
    display_name: str = wire("displayName", as_text)
    unit_cost: Decimal = wire("unitCost", as_decimal)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


SELECT = select_for(Item)


@dataclass(frozen=True)
class Pulled:
    """What came, in how many seconds, and how far memory rose above what it was before."""

    rows: int
    seconds: float
    megabytes: float


def fill(control: ControlClient, count: int) -> None:
    """Put so many items into the sandbox."""
    for first in range(0, count, AT_ONCE):
        rows = [
            {"number": f"I{number:06}", "displayName": f"Part {number}", "unitCost": f"{number}.25"}
            for number in range(first, min(first + AT_ONCE, count))
        ]
        control.seed({"items": rows})


def ours(connection: Connection) -> Callable[[], int]:
    """Pull all items through the client, each row into its record."""
    client = Client(connection, limiter=LocalLimiter(connection.limits), tokens=Tokens(connection))
    client.company()

    def pull() -> int:
        count = 0
        for page in client.pages("items", select=SELECT, page_size=PAGE_SIZE):
            count += len([read(Item, row) for row in page])
        return count

    return pull


def client_alone(connection: Connection) -> Callable[[], int]:
    """Pull all items through the client and look at no row."""
    client = Client(connection, limiter=LocalLimiter(connection.limits), tokens=Tokens(connection))
    client.company()

    def pull() -> int:
        pages = client.pages("items", select=SELECT, page_size=PAGE_SIZE)
        return sum(len(page) for page in pages)

    return pull


def raw(connection: Connection) -> Callable[[], int]:
    """Download the same pages with requests and parse them: no limits, no exact numbers, no records."""
    session = requests.Session()
    session.trust_env = False
    session.verify = connection.trusted_ca
    session.headers["Authorization"] = f"Bearer {fetch_token(connection).text}"
    session.headers["Prefer"] = f"odata.maxpagesize={PAGE_SIZE}"
    root = f"{connection.base_url}/companies({connection.company})"
    session.get(f"{root}/companyInformation").raise_for_status()

    def pull() -> int:
        count, url = 0, f"{root}/items?$select={','.join(SELECT)}"
        while url:
            page: dict[str, Any] = session.get(url).json()
            count += len(page["value"])
            url = page.get("@odata.nextLink", "")
        return count

    return pull


WAYS = {"ours": ours, "client": client_alone, "raw": raw}


def measure(way: str, connection: Connection, say: Pipe) -> None:
    """Pull once and tell what it took; memory counts from when everything is loaded and connected."""
    pull = WAYS[way](connection)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    idle = resident("VmRSS")
    began = time.perf_counter()
    rows = pull()
    seconds = time.perf_counter() - began
    say.send(Pulled(rows, seconds, resident("VmHWM") - idle))


def resident(name: str) -> float:
    """Read this process's memory in megabytes: VmRSS is now, VmHWM the most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024 / MEGABYTE

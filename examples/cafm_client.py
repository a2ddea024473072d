"""Keep a copy of Tieout's master lists and stay in step: an example for a CAFM; it needs only requests.

    TIEOUT_URL=https://tieout.example TIEOUT_KEY=tieout_… python cafm_client.py lists.sqlite3 --every 60

Each list is a stream of changes. The cursor of the last page is kept in the same transaction as its rows, so
that the copy can be stopped, killed and started at any time: it goes on where it was, misses nothing, and a
page that comes twice changes nothing. A row is known by its `bc_id`; numbers and codes may be renamed. A row
with `deleted_at` is gone from Business Central; it stays in the copy, for documents that name it.

With `--listen PORT --certificate FILE` (PEM, with its key) and the webhook's secret in TIEOUT_WEBHOOK_SECRET
it also takes webhooks and asks at once; it goes on asking by the clock, for a webhook is only a hint.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

LISTS = (
    "units",
    "currencies",
    "exchange-rates",
    "locations",
    "dimensions",
    "dimension-values",
    "accounts",
    "fixed-assets",
    "payment-terms",
    "vendors",
    "item-categories",
    "items",
    "item-variants",
    "item-units",
)
TABLES = """
CREATE TABLE IF NOT EXISTS place (list TEXT PRIMARY KEY, cursor TEXT NOT NULL, etag TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS row (
    list TEXT NOT NULL, bc_id TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (list, bc_id)
);
"""
PATIENCE = (5, 60)  # seconds to connect, and to wait for an answer
LONGEST_WAIT = 300
LONGEST_MESSAGE = 10_000
TOLERANCE = 300  # seconds that the clocks may differ; an older message may be a replay


class Copy:
    """A copy of the lists in a file."""

    def __init__(self, path: str, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        self.store = sqlite3.connect(path, isolation_level=None)
        self.store.executescript(TABLES)

    def close(self) -> None:
        self.session.close()
        self.store.close()

    def catch_up(self, name: str) -> int:
        """Read what changed in a list since the last time; returns how many changes were told."""
        told, is_last = 0, False
        while not is_last:
            rows, is_last = self._next_page(name)
            told += rows
        return told

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a list as they were told last."""
        for (told,) in self.store.execute("SELECT told FROM row WHERE list = ?", [name]):
            yield json.loads(told)

    def _next_page(self, name: str) -> tuple[int, bool]:
        cursor, etag = self._place(name)
        reply = self.session.get(
            f"{self.url}/api/v1/{name}",
            params={"since": cursor} if cursor else {},
            headers={"If-None-Match": etag} if etag else {},
            timeout=PATIENCE,
        )
        if reply.status_code == requests.codes.not_modified:
            return 0, True
        page = _checked(reply).json()
        is_last = page["next"] is None
        # The tag belongs to this question; after rows the next question has another cursor.
        tag = "" if page["results"] else reply.headers.get("ETag", "")
        self._keep(name, page["results"], page["cursor"], tag)
        return len(page["results"]), is_last

    def _place(self, name: str) -> tuple[str, str]:
        found = self.store.execute("SELECT cursor, etag FROM place WHERE list = ?", [name]).fetchone()
        return found or ("", "")

    def _keep(self, name: str, rows: list[dict[str, Any]], cursor: str, etag: str) -> None:
        """Write rows and cursor, both or neither."""
        self.store.execute("BEGIN IMMEDIATE")
        with self.store:
            self.store.executemany(
                "INSERT OR REPLACE INTO row VALUES (?, ?, ?)",
                [(name, row["bc_id"], json.dumps(row)) for row in rows],
            )
            self.store.execute("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", [name, cursor, etag])


def _checked(reply: requests.Response) -> requests.Response:
    """Let a good answer through; a refusal is told in Tieout's own words, which say what to do."""
    if reply.ok:
        return reply
    try:
        detail = reply.json()["detail"]
    except (ValueError, KeyError, TypeError):  # not Tieout's own answer, perhaps a proxy's
        detail = f"{reply.reason} for {reply.url}"
    raise requests.HTTPError(f"{reply.status_code}: {detail}", response=reply)


def is_from_tieout(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Check a message as Standard Webhooks says; while a secret is changed there are two signatures."""
    key, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (moment.isascii() and moment.isdigit()) or abs(now - int(moment)) > TOLERANCE:
        return False
    signed = f"{key}.{moment}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    right = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(right, each) for each in given)


class Doorbell(ThreadingHTTPServer):
    """Takes webhooks; `rang` is set when there is something to read."""

    def __init__(self, port: int, secret: str, certificate: str) -> None:
        super().__init__(("", port), _Ring)
        self.secret, self.rang = secret, threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


class _Ring(BaseHTTPRequestHandler):
    server: Doorbell
    timeout = 10

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(min(length, LONGEST_MESSAGE))
        headers = {name.lower(): text for name, text in self.headers.items()}
        is_known = is_from_tieout(self.server.secret, headers, body, time.time())
        if is_known:
            self.server.rang.set()
        self.send_response(204 if is_known else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing: what was read is printed."""


def main() -> None:
    asked = _arguments()
    rang = asked.bell.rang if asked.bell else threading.Event()
    if asked.bell:
        threading.Thread(target=asked.bell.serve_forever, daemon=True).start()
    with closing(Copy(asked.path, asked.url, asked.key)) as copy:
        if not asked.every:
            if troubles := _read_all(copy, asked.lists):
                raise SystemExit("\n".join(troubles))
            return
        wait = asked.every
        while True:
            rang.clear()  # before reading: what rings meanwhile is read in the next turn
            troubles = _read_all(copy, asked.lists)
            wait = min(wait * 2, max(LONGEST_WAIT, asked.every)) if troubles else asked.every
            if troubles:
                print(*troubles, f"Next try in {wait:.0f} s.", sep="\n")  # noqa: T201
            rang.wait(wait)


def _read_all(copy: Copy, lists: Iterable[str]) -> list[str]:
    """Read each list; returns what went wrong. Nothing is lost then: the cursor stands where it stood."""
    troubles = []
    for name in lists:
        try:
            print(f"{name}: {copy.catch_up(name)} changes")  # noqa: T201
        except requests.HTTPError as error:  # this list is refused, others may not be
            troubles.append(f"{name}: {error}")
        except requests.RequestException as error:
            return [*troubles, f"Tieout could not be asked: {error}"]
    return troubles


def _arguments() -> argparse.Namespace:
    """Read the command line and the environment; what is missing is told before anything is done."""
    parser = argparse.ArgumentParser(
        description="Keep a copy of Tieout's master lists.",
        epilog="TIEOUT_URL and TIEOUT_KEY name Tieout and the key; --listen wants TIEOUT_WEBHOOK_SECRET.",
    )
    parser.add_argument("path", help="the file of the copy")
    parser.add_argument("lists", nargs="*", default=LISTS, help="which lists; all when none is named")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="ask again and again; else once")
    parser.add_argument("--listen", type=int, metavar="PORT", help="take webhooks here; needs --every")
    parser.add_argument("--certificate", help="PEM file with certificate and key, for --listen")
    asked = parser.parse_args()
    asked.url = _variable(parser, "TIEOUT_URL", "Tieout's address, for example https://tieout.example")
    asked.key = _variable(parser, "TIEOUT_KEY", "the API key that Tieout's administrator made")
    if asked.every is not None and not asked.every > 0:
        parser.error("--every wants a number of seconds above 0")
    asked.bell = None if asked.listen is None else _bell(parser, asked)
    return asked


def _bell(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> Doorbell:
    if asked.every is None:
        parser.error("--listen needs --every SECONDS: a webhook is only a hint, and may be lost")
    if not asked.certificate:
        parser.error("--listen needs --certificate FILE: Tieout sends webhooks over TLS only")
    secret = _variable(parser, "TIEOUT_WEBHOOK_SECRET", "the webhook's secret, whsec_…")
    try:
        base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        parser.error("TIEOUT_WEBHOOK_SECRET is not a secret of Tieout: whsec_ and base64")
    try:
        return Doorbell(asked.listen, secret, asked.certificate)
    except (OSError, OverflowError) as error:
        parser.error(f"port {asked.listen} with {asked.certificate} cannot be used: {error}")


def _variable(parser: argparse.ArgumentParser, name: str, meaning: str) -> str:
    if not os.environ.get(name):
        parser.error(f"set {name} to {meaning}")
    return os.environ[name]


if __name__ == "__main__":
    main()

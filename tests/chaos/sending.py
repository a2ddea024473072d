"""The CAFM: sends its events to the web server, and sends again what got no answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import requests

from tests.chaos.events import Event

BATCH = 10
TIMEOUT_SECONDS = 15.0
PAUSE_SECONDS = 0.3
AHEAD = 400  # documents; the CAFM's day is longer than the run's
AGAIN = (408, 429, 500, 502, 503, 504)


class Sender(threading.Thread):
    """Sends batches until all events are taken or refused."""

    def __init__(self, events: Iterator[Event], *, url: str, secret: str, every: float = 0.0) -> None:
        """Send a batch every so many seconds; 0 is as fast as the run allows."""
        super().__init__(daemon=True)
        self.events, self.url, self.every = events, url, every
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {secret}"
        self.refused: list[str] = []
        self.sent = 0
        self.resent = 0
        self.unfinished = 0  # told by the run: how much is on its way already
        self.has_ended = threading.Event()
        self._nap = threading.Event()

    def run(self) -> None:
        while not self.has_ended.is_set():
            batch = [event for _, event in zip(range(BATCH), self.events, strict=False)]
            if not batch:
                break
            self._nap.wait(self.every)
            while batch and not self.has_ended.is_set():
                batch = self._send(batch)
                while self.unfinished > AHEAD and not self.has_ended.is_set():
                    self._nap.wait(PAUSE_SECONDS)
        self.has_ended.set()

    def _send(self, batch: list[Event]) -> list[Event]:
        """Send a batch; gives what has to be sent again."""
        try:
            answer = self.session.post(
                self.url,
                data=json.dumps(batch),
                headers={"Content-Type": "application/cloudevents-batch+json"},
                timeout=TIMEOUT_SECONDS,
            )
            told = answer.json() if answer.status_code == requests.codes.multi_status else None
        except (requests.RequestException, ValueError):
            told = None
        if told is None:
            self.resent += len(batch)
            self._nap.wait(PAUSE_SECONDS)
            return batch
        again = []
        for event, entry in zip(batch, told, strict=True):
            status = entry.get("status")
            if isinstance(status, int) and status in AGAIN:
                again.append(event)
            elif isinstance(status, int) and status >= requests.codes.bad_request:
                self.refused.append(f"{event['id']}: {entry.get('detail') or entry}")
            else:
                self.sent += 1
        self.resent += len(again)
        return again

"""Send a POST to a receiver of notifications: over TLS, in little time, without following redirects."""

import http.client
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from integration.sandbox.settings import Settings

TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024


class PostError(Exception):
    """The receiver could not be reached or did not answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Poster:
    """Trusts the machine's authorities, the sandbox's own, and those of the setting `webhook_ca`."""

    def __init__(self, own_authority: Path, settings: Settings) -> None:
        self._own_authority = own_authority
        self._settings = settings

    def post(self, address: str, body: bytes) -> Answer:
        """Send JSON; raises PostError."""
        parts = urlsplit(address)
        target = parts.path or "/"
        target += f"?{parts.query}" if parts.query else ""
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        try:
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS, context=self._context()
            )
            try:
                connection.request("POST", target, body=body, headers=headers)
                reply = connection.getresponse()
                return Answer(reply.status, reply.read(MAX_ANSWER_BYTES))
            finally:
                connection.close()
        except (OSError, ValueError, http.client.HTTPException) as exc:
            raise PostError(f"{parts.hostname} did not answer: {exc}") from exc

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.load_verify_locations(self._own_authority)
        if self._settings.webhook_ca:
            context.load_verify_locations(self._settings.webhook_ca)
        return context

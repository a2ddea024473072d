"""Post one signed message: to a checked address, over TLS, without redirects, and only the status is read."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import certifi
import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from . import addresses

PATIENCE = (3.0, 5.0)  # seconds to connect, and to wait for the status
GONE = 410


class Failed(Exception):  # noqa: N818
    """The receiver did not take the message."""

    def __init__(self, sentence: str, *, is_gone: bool = False, answered: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.is_gone, self.answered = sentence, is_gone, answered


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Post once; raises Failed."""
    sent = {"Content-Type": "application/json", "User-Agent": "Tieout", **headers}
    with requests.Session() as session:
        session.trust_env = False  # no proxy: it would connect where we have not looked
        session.mount("https://", _Checked(max_retries=0))
        try:
            reply = session.post(
                url,
                data=body,
                headers=sent,
                timeout=PATIENCE,
                allow_redirects=False,
                stream=True,
                verify=settings.WEBHOOK_CA_BUNDLE or certifi.where(),
            )
        except (requests.RequestException, OSError) as exc:
            raise Failed(_why(exc)) from exc
        status = reply.status_code
        reply.close()
    if not 200 <= status < 300:
        told = "a redirect, which is not followed" if 300 <= status < 400 else "no 2xx"
        raise Failed(f"The receiver answered {status}: {told}.", is_gone=status == GONE, answered=True)


class _CheckedConnection(HTTPSConnection):
    """Looks at the address that it connects to, so that a name cannot lead elsewhere afterwards."""

    def _new_conn(self) -> socket.socket:
        try:
            address = addresses.resolve(self.host, self.port or 443, settings.WEBHOOK_NETWORKS)
            timeout = self.timeout if isinstance(self.timeout, int | float) else PATIENCE[0]
            return socket.create_connection((address, self.port or 443), timeout)
        except OSError as exc:
            raise NewConnectionError(self, str(exc)) from exc


class _CheckedPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedConnection


class _Checked(HTTPAdapter):
    def init_poolmanager(self, *args: object, **options: object) -> None:
        super().init_poolmanager(*args, **options)  # type: ignore[arg-type]
        self.poolmanager.pool_classes_by_scheme = {"https": _CheckedPool}


def _why(exc: BaseException) -> str:
    """Say in a sentence why nothing arrived."""
    if isinstance(exc, requests.exceptions.SSLError):
        return "The receiver's certificate is not trusted. Correct it there, or set WEBHOOK_CA_BUNDLE."
    if isinstance(exc, requests.exceptions.Timeout):
        return f"The receiver did not answer within {PATIENCE[1]:.0f} seconds."
    if "WEBHOOK_NETWORKS" in str(exc):
        return (
            "The receiver's name leads to a private network, which is not called unless WEBHOOK_NETWORKS "
            "names it. Add the network there, or correct the address."
        )
    return "The receiver cannot be reached. Check its address, and that it runs."

"""Send one HTTP request and know, whatever happens, whether anything left this machine."""

import logging
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from integration.bc.refusals import LATER, LATER_READ
from integration.errors import IntegrationError, NotSentError, TemporaryError, UnknownOutcome

from .trust import distrust

logger = logging.getLogger(__name__)

CHUNK = 1024 * 1024  # requests alone would put a page together from pieces of 10 KB


@dataclass(frozen=True)
class Request:
    """One call. The subject is what an error sentence calls the thing it is about."""

    method: str
    url: str
    subject: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    write: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back, complete."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def retry_after(self) -> float | None:
        """The seconds the server asks us to wait, if it says."""
        return read_retry_after(self.headers.get("Retry-After"))


class Transport:
    """One session with its open connections: TLS 1.2 at least, no redirects, no retries."""

    def __init__(self, *, trusted_ca: str) -> None:
        self.trusted_ca = trusted_ca
        self.session = requests.Session()
        self.session.mount("https://", ModernTLS(max_retries=0))
        self.session.trust_env = False  # else requests reads all of the environment for each call
        self.proxies: dict[str, dict[str, str]] = {}

    def send(self, request: Request, *, token: str, timeout: tuple[float, float]) -> Answer:
        """Send the request once and return the complete answer.

        Raise NotSentError when no byte of it left, UnknownOutcome when a write's answer was lost,
        TemporaryError when a read's answer was lost, and ConfigurationError when the server is not trusted.
        """
        _progress.sent = False
        try:
            answer = self.session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body,
                auth=Bearer(token),
                timeout=timeout,
                verify=self.trusted_ca,
                proxies=self._proxies_to(request.url),
                allow_redirects=False,
                stream=True,
            )
            body = b"".join(answer.iter_content(CHUNK))
        except (requests.RequestException, OSError) as exc:
            raise self._failed(request, exc) from exc
        return Answer(answer.status_code, answer.headers, body)

    def _failed(self, request: Request, exc: Exception) -> IntegrationError:
        wrong = distrust(exc, whose=urlsplit(request.url).netloc, trusted_ca=self.trusted_ca)
        return wrong if wrong is not None and not _progress.sent else _lost(request, exc)

    def _proxies_to(self, url: str) -> dict[str, str]:
        """Give the proxies that the environment names for this host, read once."""
        host = urlsplit(url).netloc
        if host not in self.proxies:
            self.proxies[host] = get_environ_proxies(url)
        return self.proxies[host]


class Bearer(AuthBase):
    """Put the token on the request; as `auth`, because a .netrc entry would replace a plain header."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class _WatchedConnection(HTTPSConnection):
    """Notes when the first byte of a request leaves.

    The exceptions of requests cannot tell: a TLS error or a reset looks the same before and after the request
    was written, and only one of the two may be sent again.
    """

    _connecting = False

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        if self.sock is not None and not self._connecting:  # a proxy's CONNECT is not our request
            _progress.sent = True
        super().send(data)


class _WatchedPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedConnection


class ModernTLS(HTTPAdapter):
    """Connections that refuse anything below TLS 1.2, and that are watched."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Build the pool of direct connections."""
        super().init_poolmanager(*args, ssl_context=_context(), **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Build the pool of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, ssl_context=_context(), **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


POOLS = {"https": _WatchedPool}


def read_retry_after(text: str | None) -> float | None:
    """Read a Retry-After header: seconds, or a date."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


_progress = threading.local()


def _context() -> ssl.SSLContext:
    return create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2)


def _lost(request: Request, exc: Exception) -> NotSentError | UnknownOutcome | TemporaryError:
    raw = type(exc).__name__
    if not _progress.sent:
        logger.warning("Could not reach Business Central: %s", raw)
        return NotSentError(
            f"Business Central could not be reached about {request.subject}. "
            f"{LATER if request.write else LATER_READ}",
            code="Tieout_NotReached",
            raw=raw,
        )
    logger.warning("Lost the answer to %s about %s: %s", request.method, request.subject, raw)
    if request.write:
        return UnknownOutcome(
            f"Business Central's answer about {request.subject} was lost. It is being checked there.",
            code="Tieout_AnswerLost",
            raw=raw,
        )
    return TemporaryError(
        f"Business Central's answer about {request.subject} was lost. {LATER_READ}",
        code="Tieout_AnswerLost",
        raw=raw,
    )

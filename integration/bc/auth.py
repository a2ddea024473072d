"""One access token for all workers: fetched once, kept in Redis, renewed early by one of them.

msal keeps a token per app object, so five worker processes would hold five tokens and renew five times. Here
msal only fetches; keeping and sharing are ours. In Redis the token is encrypted with a key made from the
credential, so a copy of Redis alone opens nothing.
"""

import base64
import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msal
import redis
import requests
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis.exceptions import LockError

from integration.bc.connection import Connection
from integration.bc.errors import redact
from integration.bc.transport import ModernTLS
from integration.bc.trust import distrust
from integration.errors import ConfigurationError, NotSentError

logger = logging.getLogger(__name__)

SCOPE = "https://api.businesscentral.dynamics.com/.default"
RENEW_AT = 0.8  # of a token's life
LOCK_SECONDS = 30
PUBLIC_CLOUDS = frozenset(
    {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}
)
NOT_NOW = frozenset({"temporarily_unavailable", "server_error"})


@dataclass(frozen=True)
class Token:
    """An access token and its life."""

    text: str = field(repr=False)
    obtained_at: float
    expires_at: float

    def is_fresh(self, now: float) -> bool:
        """Return whether it needs no renewal yet."""
        return now < self.obtained_at + RENEW_AT * (self.expires_at - self.obtained_at)

    def is_alive(self, now: float) -> bool:
        """Return whether BC still takes it."""
        return now < self.expires_at


class Tokens:
    """The current token of one client id."""

    def __init__(
        self,
        connection: Connection,
        *,
        fetch: Callable[[], Token] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.fetch = fetch or partial(fetch_token, connection, clock=clock)
        self.clock = clock
        self.shelf = _Shelf(connection) if connection.redis_url else None
        self.kept: Token | None = None
        self.one_at_a_time = threading.Lock()

    def current(self) -> str:
        """Return a token BC takes; raise ConfigurationError or NotSentError when there is none to be had."""
        token = self.kept
        if token is not None and token.is_fresh(self.clock()):
            return token.text
        with self.one_at_a_time:
            return self._renewed(rejected=None).text

    def replace(self, rejected: str) -> str:
        """Return another token than the one BC has just refused."""
        with self.one_at_a_time:
            return self._renewed(rejected=rejected).text

    def _renewed(self, rejected: str | None) -> Token:
        known = self._known(rejected)
        if known is not None and known.is_fresh(self.clock()):
            return known
        if self.shelf is None:
            return self._fetched()
        spare = known if known is not None and known.is_alive(self.clock()) else None
        return self._fetched_by_one(self.shelf, rejected, spare)

    def _fetched_by_one(self, shelf: "_Shelf", rejected: str | None, spare: Token | None) -> Token:
        """Let one worker fetch. The others use the old token while it lives, and wait only without one."""
        if not shelf.lock(wait=spare is None):
            return spare or self._fetched()
        try:
            known = self._known(rejected)
            return known if known is not None and known.is_fresh(self.clock()) else self._fetched()
        except NotSentError:
            if spare is None:
                raise
            return spare  # Entra is away, but the old token still opens BC
        finally:
            shelf.unlock()

    def _known(self, rejected: str | None) -> Token | None:
        candidates = [self.kept, self.shelf.read() if self.shelf else None]
        usable = [token for token in candidates if token is not None and token.text != rejected]
        self.kept = max(usable, key=lambda token: token.expires_at, default=None)
        return self.kept

    def _fetched(self) -> Token:
        self.kept = self.fetch()
        if self.shelf:
            self.shelf.write(self.kept, for_seconds=self.kept.expires_at - self.clock())
        return self.kept


def fetch_token(connection: Connection, *, clock: Callable[[], float] = time.time) -> Token:
    """Ask Entra for a token; raise ConfigurationError when it refuses, NotSentError when it is away."""
    started = clock()
    try:
        result = _msal_app(connection).acquire_token_for_client([SCOPE])
    except (requests.RequestException, OSError) as exc:
        if wrong := distrust(exc, whose="the sign-in service", trusted_ca=connection.trusted_ca):
            raise wrong from exc
        raise NotSentError(
            "The sign-in service could not be reached.",
            code="Tieout_SignInNotReached",
            raw=type(exc).__name__,
        ) from exc
    except ValueError as exc:  # msal's word for an authority that is not one, and for a key it cannot read
        raise _refused("invalid_authority_or_certificate", redact(str(exc))) from exc
    if "access_token" not in result:
        raise _refused(str(result.get("error", "")), redact(str(result.get("error_description", ""))))
    logger.info("Fetched a token for %s", connection.client_id)
    return Token(result["access_token"], started, started + int(result["expires_in"]))


def tokens_for(connection: Connection) -> Tokens:
    """Return this process's tokens for the connection's client id."""
    digest = hashlib.sha256(connection.credential.encode()).hexdigest()
    key = (connection.authority, connection.client_id, digest, connection.redis_url)
    with _lock:
        if key not in _tokens:
            _tokens[key] = Tokens(connection)
        return _tokens[key]


_tokens: dict[tuple[str | None, ...], Tokens] = {}
_lock = threading.Lock()


class _Shelf:
    """The token in Redis. A Redis that does not answer is an empty shelf: each process fetches its own."""

    def __init__(self, connection: Connection) -> None:
        who = f"{connection.authority} {connection.client_id}"
        name = hashlib.sha256(who.encode()).hexdigest()[:16]
        self.store: redis.Redis = redis.Redis.from_url(
            connection.redis_url or "", socket_timeout=2, socket_connect_timeout=2
        )
        self.key = f"bc:token:{name}"
        self.mutex = self.store.lock(f"bc:token:{name}:renewing", timeout=LOCK_SECONDS, thread_local=False)
        self.box = Fernet(_key_from(connection.credential, who))

    def read(self) -> Token | None:
        try:
            sealed = self.store.get(self.key)
            return Token(**json.loads(self.box.decrypt(sealed))) if isinstance(sealed, bytes) else None
        except (redis.RedisError, InvalidToken, ValueError, TypeError) as exc:
            logger.warning("Could not read the shared token: %s", type(exc).__name__)
            return None

    def write(self, token: Token, *, for_seconds: float) -> None:
        sealed = self.box.encrypt(json.dumps(token.__dict__).encode())
        try:
            self.store.set(self.key, sealed, ex=max(1, int(for_seconds)))
        except redis.RedisError as exc:
            logger.warning("Could not share the token: %s", type(exc).__name__)

    def lock(self, *, wait: bool) -> bool:
        try:
            return bool(self.mutex.acquire(blocking=wait, blocking_timeout=LOCK_SECONDS if wait else None))
        except redis.RedisError:
            return False

    def unlock(self) -> None:
        try:
            self.mutex.release()
        except (redis.RedisError, LockError):
            logger.warning("The token's lock had run out before the token came")


def _key_from(credential: str, who: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"tieout token {who}".encode())
    return base64.urlsafe_b64encode(derived.derive(credential.encode()))


def _msal_app(connection: Connection) -> msal.ConfidentialClientApplication:
    """Build the app anew for each fetch, so that msal's own caches never answer for Entra."""
    host = urlsplit(connection.authority).hostname
    return msal.ConfidentialClientApplication(
        connection.client_id,
        authority=connection.authority,
        client_credential=_client_credential(connection),
        instance_discovery=None if host in PUBLIC_CLOUDS else False,  # else msal calls the public cloud
        http_client=_SignInSession(connection),
    )


def _client_credential(connection: Connection) -> str | dict[str, str]:
    if connection.client_secret:
        return connection.client_secret
    pem = connection.certificate or ""
    key = re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", pem, re.DOTALL)
    certificate = re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", pem, re.DOTALL)
    if key is None or certificate is None:
        raise ConfigurationError(
            "The BC certificate must hold the private key and the certificate, both as PEM."
        )
    return {"private_key": key.group(), "public_certificate": certificate.group()}


class _SignInSession:
    """The HTTP that msal uses: our CA, our time-outs, no redirects."""

    def __init__(self, connection: Connection) -> None:
        self.session = requests.Session()
        self.session.mount("https://", ModernTLS(max_retries=0))
        self.options = {
            "verify": connection.trusted_ca,
            "timeout": (connection.timeouts.connect, connection.timeouts.read),
            "allow_redirects": False,
        }

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.session.get(url, **{**options, **self.options})

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.session.post(url, **{**options, **self.options})

    def close(self) -> None:
        self.session.close()


def _refused(error: str, description: str) -> NotSentError | ConfigurationError:
    if error in NOT_NOW:
        return NotSentError("The sign-in service is busy.", code=error, raw=description)
    return ConfigurationError(
        "The sign-in service refused our application."
        " The BC administrator must check its id, secret and consent.",
        code=error,
        raw=description,
    )

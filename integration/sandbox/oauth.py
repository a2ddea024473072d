"""The part of Microsoft Entra ID that a daemon needs: discovery, client credentials, bearer tokens."""

import base64
import hashlib
import hmac
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from integration.sandbox import assertions
from integration.sandbox.errors import Refusal, unauthorized
from integration.sandbox.http import Reply, Request
from integration.sandbox.identity import Clients, Identity
from integration.sandbox.settings import Settings

AUDIENCE = "https://api.businesscentral.dynamics.com"
_JSON = "application/json; charset=utf-8"
_REMEMBERED_TOKENS = 10_000


class Authority:
    """Issues tokens for one tenant and its clients, and checks them on each call."""

    def __init__(self, identity: Identity, settings: Settings, clients: Clients) -> None:
        self._identity = identity
        self._settings = settings
        self._clients = clients
        self._verified: dict[str, dict[str, Any]] = {}
        self._expired: set[str] = set()
        self.origin = ""  # https://localhost:port, known once the server listens

    def answers(self, segments: list[str]) -> bool:
        """Is this one of the authority's own addresses?"""
        return segments[1:] in (
            ["v2.0", ".well-known", "openid-configuration"],
            [".well-known", "openid-configuration"],
            ["oauth2", "v2.0", "token"],
            ["discovery", "v2.0", "keys"],
        )

    def handle(self, request: Request, segments: list[str]) -> Reply:
        if segments[0].lower() != self._identity.tenant:
            message = f"Tenant '{segments[0]}' not found. Check to make sure you have the correct tenant ID."
            return _entra_error(400, "invalid_tenant", 90002, message)
        if segments[-1] == "token":
            return self._token(request)
        if request.method != "GET":
            return Reply(405)
        document = {"keys": []} if segments[-1] == "keys" else self._configuration()
        return Reply(200, orjson.dumps(document), content_type=_JSON)

    def check(self, request: Request) -> str:
        """Let a call pass only with a valid bearer token; answers the client id. Raises Refusal 401."""
        kind, _, token = (request.header("authorization") or "").partition(" ")
        claims = self._claims(token) if kind.lower() == "bearer" and token not in self._expired else None
        if claims is None or claims["aud"] != AUDIENCE or claims["exp"] <= time.time():
            raise unauthorized()
        if not self._settings.client_enabled or claims["issued_at"] < self._settings.tokens_before:
            raise unauthorized()
        return str(claims["appid"])

    def expire(self, request: Request) -> None:
        """Let the token of this call count no more, however long it has to live."""
        self._expired.add((request.header("authorization") or "").partition(" ")[2])

    def _configuration(self) -> dict[str, Any]:
        base = f"{self.origin}/{self._identity.tenant}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "private_key_jwt",
                "client_secret_basic",
            ],
            "response_types_supported": ["token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "claims_supported": ["iss", "aud", "exp", "iat", "appid", "tid"],
        }

    def _token(self, request: Request) -> Reply:
        if request.method != "POST":
            return Reply(405)
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        _take_basic_credentials(request, form)
        if form.get("grant_type") != "client_credentials":
            message = "The app requested an unsupported grant type."
            return _entra_error(400, "unsupported_grant_type", 70003, message)
        secret = self._clients.secret(form.get("client_id", "").lower())
        if secret is None:
            message = (
                f"Application with identifier '{form.get('client_id', '')}' was not found in the directory."
            )
            return _entra_error(400, "unauthorized_client", 700016, message)
        if "client_assertion" in form:
            if not self._proves(form):
                message = "Client assertion failed signature validation, or is not meant for this address."
                return _entra_error(401, "invalid_client", 700027, message)
        elif not _same(form.get("client_secret", ""), secret):
            return _entra_error(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if not form.get("scope", "").endswith("/.default"):
            message = "The provided value for scope is not valid. It must end with '/.default'."
            return _entra_error(400, "invalid_scope", 1002012, message)
        return self._issue(form["client_id"].lower(), form["scope"].removesuffix("/.default"))

    def _proves(self, form: dict[str, str]) -> bool:
        """Whether the client holds the key of one of its certificates."""
        client_id = form["client_id"].lower()
        return (
            form.get("client_assertion_type") == assertions.TYPE
            and client_id == self._identity.client_id
            and assertions.is_valid(
                form["client_assertion"],
                client_id=client_id,
                audience=f"{self.origin}/{self._identity.tenant}/oauth2/v2.0/token",
                certificates=self._clients.certificates(),
            )
        )

    def _issue(self, client_id: str, audience: str) -> Reply:
        now, seconds = time.time(), self._settings.token_seconds
        issued = int(now)
        claims = {
            "aud": audience.rstrip("/"),
            "iss": f"{self.origin}/{self._identity.tenant}/v2.0",
            "iat": issued,
            "nbf": issued,
            "exp": issued + seconds,
            "issued_at": now,  # of our own: tokens_before parts also the tokens of one second
            "appid": client_id,
            "tid": self._identity.tenant,
            "roles": ["API.ReadWrite.All"],
            "jti": secrets.token_hex(8),
        }
        answer = {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self._signed(claims),
        }
        return Reply(200, orjson.dumps(answer), {"Cache-Control": "no-store"}, _JSON)

    def _signed(self, claims: dict[str, Any]) -> str:
        payload = f"{_base64(orjson.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_base64(orjson.dumps(claims))}"
        return f"{payload}.{self._signature(payload)}"

    def _signature(self, payload: str) -> str:
        key = self._identity.signing_key.encode()
        return _base64(hmac.new(key, payload.encode(), hashlib.sha256).digest())

    def _claims(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that we signed; None for any other."""
        claims: dict[str, Any] | None = self._verified.get(token)
        if claims is not None:
            return claims
        payload, _, signature = token.rpartition(".")
        if not payload or not _same(self._signature(payload), signature):
            return None
        body = payload.partition(".")[2]
        if len(self._verified) >= _REMEMBERED_TOKENS:
            self._verified.clear()
        self._verified[token] = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return self._verified[token]


def _take_basic_credentials(request: Request, form: dict[str, str]) -> None:
    kind, _, encoded = (request.header("authorization") or "").partition(" ")
    if kind.lower() != "basic":
        return
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError as exc:
        raise Refusal(400, "BadRequest", "The basic credentials cannot be read.") from exc
    form.setdefault("client_id", client_id)
    form.setdefault("client_secret", secret)


def _entra_error(status: int, error: str, number: int, message: str) -> Reply:
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    body = {
        "error": error,
        "error_description": (
            f"AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
        ),
        "error_codes": [number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    return Reply(status, orjson.dumps(body), content_type=_JSON)


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

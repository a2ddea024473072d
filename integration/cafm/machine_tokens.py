"""Tokens of Microsoft Entra ID for machines: client credentials of an application that was named here."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any

import jwt
from django.conf import settings
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integration.models import ApiKey

from . import throttles
from .auth import Machine
from .problems import ProblemError

logger = logging.getLogger(__name__)

LEEWAY_SECONDS = 60
REFETCH_SECONDS = 60
LIFESPAN_SECONDS = 3600
FAILED_SECONDS = 30  # so long nobody waits again for a server that did not answer
TIMEOUT_SECONDS = 5


class KeysNotReached(ProblemError):  # noqa: N818
    """Whether a token is good cannot be told now."""

    status = 503
    code = "sign-in-service-not-reached"
    title = "The sign-in service cannot be reached"
    retry_after = 30


class EntraAuthentication(BaseAuthentication):
    """Read `Authorization: Bearer <token of Entra ID>`; what is no such token is left to the API keys."""

    def authenticate(self, request: Request) -> tuple[Machine, ApiKey] | None:
        word, _, token = get_authorization_header(request).partition(b" ")
        if word.lower() != b"bearer" or token.count(b".") != 2 or not settings.ENTRA_ISSUER:
            return None
        try:
            key = named_key(claims_of(token.strip().decode("latin-1")))
        except AuthenticationFailed:
            throttles.count_stranger(request)
            raise
        return Machine(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tieout"'


def claims_of(token: str) -> dict[str, Any]:
    """Verify a token and give its claims; raises AuthenticationFailed, KeysNotReached."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _keys(settings.ENTRA_JWKS_URL).signing_key(token),
            algorithms=["RS256"],
            audience=settings.ENTRA_AUDIENCE,
            issuer=settings.ENTRA_ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
    except jwt.PyJWKClientConnectionError as error:
        logger.warning("The keys of Entra ID cannot be read: %s", error)
        raise KeysNotReached(
            "The keys of Entra ID cannot be read now. Send it again in half a minute."
        ) from error
    except jwt.PyJWTError as error:
        raise AuthenticationFailed(f"This token is not accepted: {error}. Ask for a new one.") from error
    if "scp" in claims or settings.ENTRA_APP_ROLE not in claims.get("roles", []):
        raise AuthenticationFailed(
            f"This token has no app role {settings.ENTRA_APP_ROLE!r}, or is a person's. Only applications "
            "come in here: give the application that role in Entra ID."
        )
    return claims


def named_key(claims: dict[str, Any]) -> ApiKey:
    """Give the key of the application that a token names; raises AuthenticationFailed."""
    application = claims.get("azp") or claims.get("appid")
    key: ApiKey | None = (
        ApiKey.objects.valid().select_related("company").filter(entra_client_id=application).first()
    )
    if not application or key is None:
        raise AuthenticationFailed(
            f"The application {application} is not known here, has expired or was revoked. "
            "Ask Tieout's administrator to name it under API keys."
        )
    return key


class _Keys:
    """The keys of one address; a key that is not known makes us look again, but not with every request.

    Keys that were read stay good for their time, though the server cannot be reached meanwhile.
    """

    def __init__(self, address: str) -> None:
        self.client = jwt.PyJWKClient(address, cache_jwk_set=False, timeout=TIMEOUT_SECONDS)
        self.keys: list[Any] = []
        self.read_at = self.looked_at = self.failed_at = float("-inf")

    def signing_key(self, token: str) -> Any:
        wanted = jwt.get_unverified_header(token).get("kid")
        if time.monotonic() - self.read_at > LIFESPAN_SECONDS:
            self._read()
        known = self._find(wanted)
        if known is None and time.monotonic() - self.looked_at > REFETCH_SECONDS:
            self.looked_at = time.monotonic()
            self._read()
            known = self._find(wanted)
        if known is None:
            raise jwt.InvalidKeyError("it is signed with a key that is not known")
        return known.key

    def _read(self) -> None:
        if time.monotonic() - self.failed_at < FAILED_SECONDS:
            raise jwt.PyJWKClientConnectionError("their server did not answer a moment ago")
        try:
            self.keys = self.client.get_signing_keys()
        except (jwt.PyJWTError, ValueError) as error:  # what is no list of keys is no answer either
            self.failed_at = time.monotonic()
            raise jwt.PyJWKClientConnectionError(str(error)) from error
        self.read_at = time.monotonic()

    def _find(self, wanted: Any) -> Any:
        return next((each for each in self.keys if each.key_id == wanted), None)


@cache
def _keys(address: str) -> _Keys:
    return _Keys(address)

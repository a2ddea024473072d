"""Who may use the interface: machines with an API key, each with its scopes and its event sources."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from integration.models import ApiKey
from masterdata.models import Company
from masterdata.ownership import MIRRORED

from . import keys, throttles
from .problems import ProblemError

MARK = "tieout_"
PREFIX_LENGTH = 12
OVERLAP_HOURS = 24  # so long an old key goes on beside the one that replaces it


class ScopeMissing(ProblemError):  # noqa: N818
    """The key is good, but not for this."""

    status = 403
    code = "scope-missing"
    title = "This key may not do that"


@transaction.atomic
def issue(
    company: Company,
    name: str,
    scopes: Iterable[str],
    sources: Iterable[str] = (),
    lists: Iterable[str] = (),
    by: User | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; its secret text is given here once. Raises ValueError on a wrong scope or list."""
    wanted = list(dict.fromkeys(scopes))
    if unknown := sorted(set(wanted) - set(ApiKey.Scope.values)):
        raise ValueError(f"There is no scope {unknown[0]!r}. Choose from {', '.join(ApiKey.Scope.values)}.")
    readable = list(dict.fromkeys(lists))
    if unknown := sorted(set(readable) - set(MIRRORED)):
        raise ValueError(f"There is no list {unknown[0]!r}. Choose from {', '.join(MIRRORED)}.")
    if not wanted:
        raise ValueError("A key without a scope may do nothing. Give it at least one.")
    secret = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        company=company,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        key_hash=keys.digest(secret),
        scopes=wanted,
        sources=list(sources),
        lists=readable,
        created_by=by,
    )
    return key, secret


@transaction.atomic
def rotate(key: ApiKey, *, by: User | None = None, hours: int = OVERLAP_HOURS) -> tuple[ApiKey, str]:
    """Make a key with the same rights; for some hours both are good, so that nothing is refused meanwhile."""
    if key.revoked_at or key.entra_client_id:
        raise ValueError(f"{key} cannot be replaced: it was revoked, or is an application of Entra ID.")
    successor, secret = issue(key.company, key.name, key.scopes, key.sources, key.lists, by=by)
    until = timezone.now() + timedelta(hours=hours)
    if key.expires_at is None or key.expires_at > until:
        key.expires_at = until
        key.save(update_fields=["expires_at"])
    return successor, secret


@transaction.atomic
def admit(
    company: Company,
    name: str,
    client_id: str,
    scopes: Iterable[str],
    sources: Iterable[str] = (),
    lists: Iterable[str] = (),
    by: User | None = None,
) -> ApiKey:
    """Let an application of Entra ID in by its own tokens; no secret is kept or given."""
    key, _secret = issue(company, name, scopes, sources, lists, by=by)
    # The secret is known to nobody from here on, so only a token opens the door.
    key.entra_client_id, key.key_hash, key.prefix = client_id, secrets.token_bytes(32), "Entra ID"
    key.save(update_fields=["entra_client_id", "key_hash", "prefix"])
    return key


class Machine:
    """The other side of a request: not a person, only a key."""

    is_authenticated = True

    def __init__(self, key: ApiKey) -> None:
        self.key = key

    def __str__(self) -> str:
        return str(self.key)


class ApiKeyAuthentication(BaseAuthentication):
    """Read `Authorization: Bearer <API key>`."""

    def authenticate(self, request: Request) -> tuple[Machine, ApiKey] | None:
        word, _, secret = get_authorization_header(request).partition(b" ")
        if word.lower() != b"bearer":
            return None
        key = keys.find(secret.strip().decode("latin-1"))
        if key is None:
            throttles.count_stranger(request)
            raise AuthenticationFailed(
                "This API key is not known, has expired or was revoked. "
                "Ask Tieout's administrator for a new one."
            )
        return Machine(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tieout"'


class HasScope(BasePermission):
    """Let a key through whose scopes hold the view's `scope`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        scope = getattr(view, "scope", None)
        if scope is not None and scope not in request.auth.scopes:
            raise ScopeMissing(
                f"The key {request.auth} has no scope {str(scope)!r}. Ask Tieout's administrator to add it."
            )
        return True


def key_of(request: Request) -> ApiKey:
    """Give the key with which a request came that HasScope let through."""
    key = request.auth
    if not isinstance(key, ApiKey):
        raise TypeError("HasScope lets only API keys through")
    return key

"""Who may use the interface: machines with an API key, each with its scopes and its event sources."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from integration.models import ApiKey
from masterdata.models import Company
from masterdata.ownership import MIRRORED

from . import keys, throttles
from .problems import ProblemError

MARK = "tieout_"
PREFIX_LENGTH = 12


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
            if wait := throttles.of_stranger(request):
                raise Throttled(wait)
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

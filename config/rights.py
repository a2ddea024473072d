"""Who may open and do what, read from the code that enforces it; page and tests read it from here."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from integration.views import mapping_draft
from reconciliation import roles
from reconciliation.actions import ACTIONS
from reconciliation.views import matching_rules

# Doors without a sign-in, and what guards each instead.
OPEN = {
    "sign-in": "where people sign in",
    "sign-out": "ends a session that is there",
    "healthz": "tells only that the process lives",
    "readyz": "tells only whether work moves",
    "metrics": "asks for the key of METRICS_KEY, or a network of METRICS_NETWORKS; counts, no documents",
    "one-tap": "the link holds a signed key for one question",
    "bc-hints": "the address holds a secret key, and nothing is believed before Business Central is asked",
    "api-schema": "describes the interface, no data",
    "api-docs": "describes the interface, no data",
    "api-nothing": "says that there is nothing",
}
# Routes that end in the name of a deed, each with a permission of its own.
DEEDS: dict[str, dict[str, str]] = {
    "case-act": {name: action.permission for name, action in ACTIONS.items()},
    "rules-act": {name: permission for name, (permission, _verb) in matching_rules.VERBS.items()},
    "act-on-mapping-draft": {name: step.permission for name, step in mapping_draft.STEPS.items()},
}
# Addresses of signing in and of one's own account: each shows strangers the door by itself.
ACCOUNTS = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")
ADMIN = "admin"
VERBS = ("view", "add", "change", "delete")


@dataclass(frozen=True)
class Route:
    """One address: its name, its pattern, and what it is answered by."""

    name: str
    path: str
    view: Any = field(compare=False)

    @property
    def is_machines(self) -> bool:
        """Tell whether it belongs to the CAFM's interface, where keys with scopes open the doors."""
        return issubclass(getattr(self.view, "cls", object), APIView)

    @property
    def permission(self) -> str | None:
        """Give what the door asks for; "" is for everyone signed in, None where it does not say."""
        return getattr(self.view, "right", None)

    @property
    def is_spoken_of(self) -> bool:
        return (
            self.name in OPEN
            or self.name.startswith(ACCOUNTS)
            or self.is_machines
            or self.permission is not None
        )


@dataclass(frozen=True)
class Line:
    """One right: who holds it, and which pages and deeds it opens."""

    permission: str
    duty: str
    roles: tuple[str, ...]
    opens: tuple[str, ...]


class ClosedByDefault:
    """Refuse a page that no right was named for: whoever adds one has to say who may open it."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        if match is None or ADMIN in match.app_names:
            return
        if not Route(match.url_name or "", match.route, view).is_spoken_of:
            raise PermissionDenied(
                f"Nobody said who may open {match.route}. Give its view workplace.needs(…), or name it in "
                "config/rights.py with what guards it."
            )


def routes() -> list[Route]:
    """Give every address of the product but the admin's, which has its own table."""
    return list(_walk(get_resolver(), ""))


def lines() -> list[Line]:
    """Give the rights that pages and deeds ask for, each with who holds it."""
    opens: dict[str, list[str]] = {}
    for route in routes():
        deeds = DEEDS.get(route.name, {})
        for name, permission in deeds.items():
            opens.setdefault(permission, []).append(
                f"{route.name.replace('-', ' ')}: {name.replace('_', ' ')}"
            )
        if route.permission is not None and not deeds:
            opens.setdefault(route.permission, []).append(route.name.replace("-", " "))
    return [
        Line(permission, _duty(permission), holders(permission), tuple(sorted(names)))
        for permission, names in sorted(opens.items(), key=lambda each: _duty(each[0]))
    ]


def holders(permission: str) -> tuple[str, ...]:
    """Name the roles that hold a right; "" is held by all."""
    return tuple(roles.ROLES) if not permission else tuple(roles.roles_with(permission))


def tables() -> list[tuple[str, dict[str, str]]]:
    """Give each table of the admin with what each role may do there: see, add, change, delete."""
    told = [
        (str(model._meta.verbose_name_plural), {role: _letters(table, role) for role in roles.ROLES})
        for model, table in admin.site._registry.items()
    ]
    return sorted(told, key=lambda each: each[0].lower())


class _Holder:
    """Stands for anyone of one role."""

    is_active = is_authenticated = is_staff = True
    is_superuser = False
    pk = None

    def __init__(self, role: str) -> None:
        self.patterns = roles.ROLES[role]

    def has_perm(self, permission: str, record: Any = None) -> bool:
        return any(fnmatch.fnmatchcase(permission, pattern) for pattern in self.patterns)

    def has_module_perms(self, app: str) -> bool:
        return True


def _letters(table: Any, role: str) -> str:
    request = HttpRequest()
    request.user = _Holder(role)  # type: ignore[assignment]
    may = {verb: getattr(table, f"has_{verb}_permission")(request) for verb in VERBS}
    return ", ".join("see" if verb == "view" else verb for verb, allowed in may.items() if allowed)


def _duty(permission: str) -> str:
    if not permission:
        return "be signed in"
    app, _, name = permission.partition(".")
    return str(roles.DUTIES.get(permission) or f"{name.replace('_', ' ')} ({app})")


def _walk(resolver: URLResolver, before: str) -> Iterator[Route]:
    for each in resolver.url_patterns:
        path = f"{before}{each.pattern}"
        if isinstance(each, URLPattern):
            yield Route(each.name or "", path, each.callback)
        elif each.app_name != ADMIN:
            yield from _walk(each, path)

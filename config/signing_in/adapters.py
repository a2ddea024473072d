"""What we decide of signing in: nobody signs up, roles come from Entra ID, secrets are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from integration.cafm import auth
from reconciliation import roles

logger = logging.getLogger(__name__)

# What only machines have: a whole API key, or the id of an application.
OF_MACHINES = re.compile(rf"{auth.MARK}[\w-]{{43}}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}", re.I)


class People(DefaultAccountAdapter):  # type: ignore[misc]
    """An administrator adds people, or Entra ID names them."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "That name and password do not fit together. Check both; capital letters count."
        ),
        "too_many_login_attempts": _("Too many tries. Nothing is lost: wait five minutes, then try again."),
        "machine": _(
            "Machines do not sign in here: a key or an application opens the interface. Sign in as yourself."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Say to a machine that this is no door of its; what its key looks like is no secret."""
        super().pre_authenticate(request, **credentials)
        if any(OF_MACHINES.fullmatch(str(each).strip()) for each in credentials.values()):
            raise self.validation_error("machine")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        logger.warning("Sign-in failed from %s", self.get_client_ip(request))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of a second factor are on the page of one's own account, and in the book of changes."""


class EntraId(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Take who Entra ID names, with the roles given there; an e-mail address proves nobody."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let no machine in and nobody without a role; who is known already gets the roles of today."""
        _refuse_other_ends(sociallogin)
        granted, machine = granted_roles(sociallogin), is_machine(sociallogin)
        if machine or not granted:
            why = "a machine" if machine else "no role"
            logger.warning("Refused %s of Entra ID: %s", sociallogin.account.uid, why)
            if sociallogin.is_existing:
                _shut_out(request, sociallogin.user)
            page = "desk/machine.html" if machine else "desk/no_role.html"
            raise ImmediateHttpResponse(render(request, page, status=403))
        if sociallogin.is_existing:
            roles.give(sociallogin.user, granted)

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        user: User = super().save_user(request, sociallogin, form)
        roles.give(user, granted_roles(sociallogin))
        return user


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keep the secrets of authenticator apps encrypted, by a key that is not in the database.

    It comes from SECRET_KEY: with another one, apps are set up anew (SECRET_KEY_FALLBACKS bridges that).
    """

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()


def granted_roles(sociallogin: Any) -> list[str]:
    """Give our roles among the app roles of an ID token: APClerk and AP-clerk are both AP clerk."""
    claimed = {_plain(name) for name in _claims(sociallogin).get("roles", [])}
    return [role for role in roles.ROLES if _plain(role) in claimed]


def is_machine(sociallogin: Any) -> bool:
    """Tell whether an ID token is of an application, or of who holds the role of machines beside others."""
    claims = _claims(sociallogin)
    return claims.get("idtyp") == "app" or settings.ENTRA_APP_ROLE in claims.get("roles", [])


def _claims(sociallogin: Any) -> dict[str, Any]:
    told: dict[str, Any] = sociallogin.account.extra_data
    claims: dict[str, Any] = told.get("id_token", told)
    return claims


def _refuse_other_ends(sociallogin: Any) -> None:
    """Refuse all but signing in: allauth takes from the address whether to tie an identity to who is here."""
    process = sociallogin.state.get("process")
    if process != AuthProcess.LOGIN:
        logger.warning("Refused %s of Entra ID: it came to %s", sociallogin.account.uid, process)
        raise PermissionDenied("Only signing in is offered here.")


def _shut_out(request: HttpRequest, user: User) -> None:
    """Take the roles from who has none in Entra ID any more, and end what they still have open."""
    roles.give(user, [])
    end_sessions(request, list(UserSession.objects.filter(user=user)))


def _keys() -> MultiFernet:
    secrets = [str(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    digests = [hashlib.sha256(b"second factors " + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())

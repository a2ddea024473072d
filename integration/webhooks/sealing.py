"""Secrets that must sign cannot be hashed: they are kept encrypted, with keys from the environment."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from integration.errors import ConfigurationError


class NoKeys(ConfigurationError):  # noqa: N818
    """Secrets cannot be kept or read."""


def seal(secret: bytes) -> bytes:
    """Encrypt with the first key; raises NoKeys."""
    return _keys().encrypt(secret)


def unseal(kept: bytes) -> bytes:
    """Decrypt with whichever key fits; raises NoKeys when none does."""
    try:
        return _keys().decrypt(kept)
    except InvalidToken as exc:
        raise NoKeys(
            "The webhook's secret was kept with another key. Put the former key back into WEBHOOK_KEYS, "
            "behind the new one, or give the webhook a new secret."
        ) from exc


def _keys() -> MultiFernet:
    if not settings.WEBHOOK_KEYS:
        raise NoKeys("Webhooks need WEBHOOK_KEYS. Set it as .env.example says, and start again.")
    try:
        return MultiFernet([Fernet(key) for key in settings.WEBHOOK_KEYS])
    except ValueError as exc:
        raise NoKeys("WEBHOOK_KEYS holds something that is no key. Make keys as .env.example says.") from exc

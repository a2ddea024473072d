"""Whose certificates are trusted: a wrong authority is a matter of settings, not of the network."""

from __future__ import annotations

import requests

from integration.errors import ConfigurationError

NOT_TRUSTED = "Tieout_NotTrusted"
UNVERIFIED = "CERTIFICATE_VERIFY_FAILED"
SETTING = "BC_CA_BUNDLE"


def distrust(exc: Exception, *, whose: str, trusted_ca: str) -> ConfigurationError | None:
    """Tell what is wrong with a certificate or with the file of authorities; None for other failures.

    requests raises OSError for a bundle that is not there, and SSLError for one that holds no certificates
    as well as for a peer that nobody vouches for and for a connection that broke off.
    """
    if isinstance(exc, requests.RequestException):
        if not isinstance(exc, requests.exceptions.SSLError):
            return None
        if UNVERIFIED in str(exc):
            return _wrong(
                f"The certificate of {whose} is signed by no authority in {trusted_ca}. For a real tenant "
                f"leave {SETTING} empty; for a sandbox or a proxy name the file of its authority there.",
                exc,
            )
    if not _holds_certificates(trusted_ca):
        return _wrong(
            f"{SETTING} names {trusted_ca}, which cannot be read or holds no certificates. Correct the path, "
            "or leave it empty for a real tenant.",
            exc,
        )
    return None


def _holds_certificates(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"-----BEGIN CERTIFICATE-----" in file.read()
    except OSError:
        return False


def _wrong(sentence: str, exc: Exception) -> ConfigurationError:
    return ConfigurationError(sentence, code=NOT_TRUSTED, raw=type(exc).__name__)

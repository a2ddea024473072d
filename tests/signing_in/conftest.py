"""A real OIDC server beside the tests, and settings that name it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.core.cache import cache

from tests.signing_in.oidc_server import CLIENT_ID, CLIENT_SECRET

from ..conftest import ROOT


class Entra:
    """The server as the tests speak to it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def sign_in_next(self, **claims: Any) -> None:
        requests.post(f"{self.address}/person", json=claims, timeout=10).raise_for_status()

    def token(self, **claims: Any) -> str:
        answer = requests.post(f"{self.address}/machine", json=claims, timeout=10)
        token: str = answer.json()["access_token"]
        return token


@pytest.fixture(scope="session")
def oidc_process() -> Iterator[Entra]:
    command = [sys.executable, "-m", "tests.signing_in.oidc_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield Entra(process.stdout.readline().strip())
        process.terminate()


@pytest.fixture
def entra(oidc_process: Entra, settings: Any) -> Entra:
    app = {
        "provider_id": "entra",
        "name": "Microsoft",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "settings": {"server_url": oidc_process.address, "uid_field": "sub", "fetch_userinfo": False},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return oidc_process


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()

"""Production's settings as a process of its own reads them: what they promise, and what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

ROOT = Path(__file__).resolve().parents[2]
HOUSE = {
    "TIEOUT_MODE": "production",
    "SECRET_KEY": "for-this-test-only-" + "k3Y" * 20,
    "ALLOWED_HOSTS": "tieout.example",
    "DATABASE_URL": "postgresql://tieout@database.example/tieout",
    "REDIS_URL": "redis://redis.example:6379/0",
}
ASKED = (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_AGE", "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_DOMAIN",
)  # fmt: skip


def _run(code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=bare | HOUSE | changes, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    told_by = f"{{name: getattr(settings, name, None) for name in {ASKED}}}"
    answer = _run(f"import json; from config import settings; print(json.dumps({told_by}))")
    assert answer.returncode == 0, answer.stderr
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def test_cookies_are_bound_to_this_host_and_to_tls(production: dict[str, Any]) -> None:
    assert production["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    for name in ASKED[2:6]:
        assert production[name] is True, name
    assert production["SESSION_COOKIE_PATH"] in (None, "/")  # a __Host- cookie has this path and no domain
    assert production["SESSION_COOKIE_DOMAIN"] is None


def test_browsers_are_held_to_tls_for_a_year(production: dict[str, Any]) -> None:
    assert production["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert (production["SECURE_HSTS_INCLUDE_SUBDOMAINS"], production["SECURE_SSL_REDIRECT"]) == (True, True)


def test_a_session_ends_after_ten_hours(production: dict[str, Any]) -> None:
    assert production["SESSION_COOKIE_AGE"] == 10 * 3600


def test_production_refuses_to_start_with_debug() -> None:
    answer = _run("from config import settings", DEBUG="1")

    assert answer.returncode != 0
    assert "DEBUG=1 shows source and settings to visitors" in answer.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_refuses_to_start_half_set(name: str) -> None:
    answer = _run("from config import settings", **{name: ""})

    assert answer.returncode != 0
    assert f"{name} is not set. Set {name} or {name}_FILE" in answer.stderr


@pytest.mark.parametrize("password", ["short", "password1234"])
def test_short_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


def test_keys_of_before_are_still_read() -> None:
    told = "from config import settings; print(settings.SECRET_KEY_FALLBACKS)"

    assert _run(told).stdout.strip() == "[]"
    assert _run(told, SECRET_KEY_FALLBACKS="one, two").stdout.strip() == "['one', 'two']"

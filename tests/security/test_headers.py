"""What each page tells the browser: which scripts may run, and that no cache may keep it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from reconciliation import roles
from tests import factories

pytestmark = pytest.mark.django_db

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\son\w+\s*=\s*[\"']|javascript:", re.I
)
PAGES = (
    "/",
    "/exceptions/",
    "/boards/",
    "/dead-letters/",
    "/mappings/",
    "/cutover/",
    "/api/docs",
    "/api/schema",
)


@pytest.fixture
def auditor(db: None) -> Client:
    factories.open_company()
    client = Client()
    client.force_login(factories.person(roles.AUDITOR))
    return client


@pytest.mark.parametrize("path", PAGES)
def test_screens_and_api_docs_run_only_files_of_ours(path: str, auditor: Client) -> None:
    answer = auditor.get(path)

    assert answer.status_code == 200
    scripts = re.findall(r"script-src ([^;]+)", answer["Content-Security-Policy"])
    assert scripts == ["'self'"]
    assert INLINE.findall(answer.content.decode()) == []


def test_the_rest_of_the_policy_is_closed(auditor: Client) -> None:
    policy = auditor.get("/exceptions/")["Content-Security-Policy"]

    for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/exceptions/", "/admin/masterdata/vendor/"])
def test_no_cache_keeps_what_a_person_saw(path: str, auditor: Client) -> None:
    assert "no-store" in auditor.get(path)["Cache-Control"]

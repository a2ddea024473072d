"""`manage.py create_api_key`: a key is shown once, and opens only what it was made for."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from integration.cafm import auth, keys
from integration.models import ApiKey
from masterdata.models import Company

from . import forms
from .client import Cafm


def test_a_key_is_shown_once_and_opens_the_door(company: Company, capsys) -> None:
    call_command("create_api_key", "CAFM site A")

    secret, advice = capsys.readouterr().out.splitlines()
    assert Cafm(secret).send(forms.order()).status_code == 202
    assert Cafm(secret).client.get("/api/v1/items").status_code == 200
    assert "only its hash is stored" in advice
    stored = ApiKey.objects.get()
    assert bytes(stored.key_hash) == keys.digest(secret)
    assert secret.startswith(stored.prefix)
    assert len(stored.prefix) < len(secret) // 3


def test_a_key_is_limited_to_its_scopes_and_sources(company: Company, capsys) -> None:
    call_command(
        "create_api_key", "site A", "--scope", "events", "--source", forms.SOURCE, "--source", "/b", "--json"
    )

    told = json.loads(capsys.readouterr().out)
    assert (told["company"], told["scopes"], told["sources"]) == (
        "TESTCO",
        ["events"],
        [forms.SOURCE, "/b"],
    )
    cafm = Cafm(told["key"])
    assert cafm.send(forms.order()).status_code == 202
    assert cafm.send(forms.order("PO-2") | {"source": "/c"}).status_code == 403
    assert cafm.client.get("/api/v1/items").status_code == 403


def test_the_lists_that_a_key_may_read_are_told_to_a_program(company: Company, capsys) -> None:
    for lists in ([], ["units", "items"]):
        call_command("create_api_key", "site A", *(f"--list={name}" for name in lists), "--json")

        assert json.loads(capsys.readouterr().out)["lists"] == lists


def test_two_keys_are_never_the_same(company: Company) -> None:
    first, second = (auth.issue(company, "same name", ["events"])[1] for _ in range(2))

    assert first != second


@pytest.mark.parametrize("scopes", [[], ["everything"], ["events", "admin"]])
def test_a_key_without_a_known_scope_is_not_made(company: Company, scopes: list[str]) -> None:
    with pytest.raises(ValueError, match="scope"):
        auth.issue(company, "key", scopes)

    assert not ApiKey.objects.exists()


def test_the_company_is_named_where_there_are_several(company: Company, capsys) -> None:
    Company.objects.create(name="OTHER", ledger_currency="EUR")

    with pytest.raises(CommandError, match="several companies"):
        call_command("create_api_key", "key")
    with pytest.raises(CommandError, match="no company 'NOWHERE'"):
        call_command("create_api_key", "key", "--company", "NOWHERE")
    call_command("create_api_key", "key", "--company", "OTHER")

    assert ApiKey.objects.get().company.name == "OTHER"


@pytest.mark.django_db
def test_without_a_company_the_way_is_told() -> None:
    with pytest.raises(CommandError, match="set_up"):
        call_command("create_api_key", "key")

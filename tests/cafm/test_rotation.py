"""A key is replaced without a moment in which the CAFM is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from integration.cafm import auth
from masterdata.models import Company

from . import forms
from .client import Cafm


def test_for_a_day_both_keys_open_the_door_then_the_new_one_alone(company: Company) -> None:
    old, first = auth.issue(company, "site A", ["events"], [forms.SOURCE])

    new, second = auth.rotate(old)

    assert (new.scopes, new.sources, new.lists) == (old.scopes, old.sources, old.lists)
    assert Cafm(first).send(forms.order("PO-1")).status_code == 202
    assert Cafm(second).send(forms.order("PO-2")).status_code == 202
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Cafm(first).send(forms.order("PO-3")).status_code == 401
        assert Cafm(second).send(forms.order("PO-3")).status_code == 202


def test_a_key_that_ends_sooner_is_not_kept_alive_by_it(company: Company) -> None:
    old, _secret = auth.issue(company, "site A", ["events"])
    old.expires_at = soon = timezone.now() + timedelta(minutes=5)
    old.save()

    auth.rotate(old)

    old.refresh_from_db()
    assert old.expires_at == soon


def test_a_revoked_key_has_no_successor(company: Company) -> None:
    old, _secret = auth.issue(company, "site A", ["events"])
    old.revoked_at = timezone.now()
    old.save()

    with pytest.raises(ValueError, match="cannot be replaced"):
        auth.rotate(old)

"""A company in the clerks' hands, and someone of each role signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from masterdata.models import Company
    from tests.factories import Desk

    SignedIn = Callable[[str], Client]


@pytest.fixture
def company(db) -> Company:
    from tests.factories import open_company

    return open_company()


@pytest.fixture
def desk(company: Company) -> Desk:
    from tests.factories import Desk

    return Desk(company)


@pytest.fixture
def signed_in(db) -> SignedIn:
    """Sign in someone of a role (none for an empty one)."""
    from tests.factories import person

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(person(role))
        return client

    return sign_in

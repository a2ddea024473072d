"""A company with its default policy, its clerk, and the desk where things happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

    from masterdata.models import Company

    from .desk import Desk


@pytest.fixture
def company(db) -> Company:
    from .desk import open_company

    return open_company()


@pytest.fixture
def clerk(company: Company) -> User:
    from django.contrib.auth.models import Group, User

    from reconciliation import roles

    roles.apply_roles()
    user = User.objects.create_user("clara", first_name="Clara", last_name="Weiss")
    user.groups.add(Group.objects.get(name=roles.AP_CLERK))
    return user


@pytest.fixture
def desk(company: Company) -> Desk:
    from .desk import Desk

    return Desk(company)

"""A company with invoices that tie out, that are within limits and that are held, and its controller."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

    from masterdata.models import Company
    from reconciliation.matching import facts
    from reconciliation.models import RulesTrial
    from tests.factories import Desk


@pytest.fixture
def company(db) -> Company:
    from tests.factories import open_company

    return open_company()


@pytest.fixture
def desk(company: Company) -> Desk:
    from tests.factories import Desk

    return Desk(company)


@pytest.fixture
def frida(db) -> User:
    from reconciliation import roles
    from tests.factories import person

    return person(roles.FINANCE_CONTROLLER)


@pytest.fixture
def begin(company: Company, frida: User):
    """Begin a trial of the draft, or of other rules, on the last days."""
    from reconciliation import policies, trials

    def start(policy: facts.Policy | None = None, days: int = 90) -> RulesTrial:
        today = timezone.localdate()
        return trials.start(
            company,
            policy or policies.draft_of(company),
            by=frida,
            since=today - datetime.timedelta(days=days),
            until=today,
        )

    return start

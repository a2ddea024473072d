"""A company with stuck orders, made by the verbs that make them in the product."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from integration.models import Message
    from masterdata.models import Company

    SignedIn = Callable[[str], Client]

UNIT = (
    "The field Unit of Measure Code of table Purchase Line contains a value ({}) that cannot be found in "
    "the related table (Item Unit of Measure)."
)


@pytest.fixture
def company(db: None) -> Company:
    from tests.factories import open_company

    return open_company()


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """Sign in someone of a role (none for an empty one)."""
    from tests.factories import person

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(person(role))
        return client

    return sign_in


def unit_unknown(company: Company, number: str, unit: str = "PCS", *, item: str = "FILTER") -> Message:
    """Let BC refuse an order since the item does not have its unit; ten pieces at 5.00 are ordered."""
    from tests import factories

    sentence = (
        f"Business Central refused purchase order {number}: the item does not have this unit of measure. "
        "Add the unit to the item in BC or use its base unit, then send it again."
    )
    detail = json.dumps({"error": {"code": "Internal_InvalidTableRelation", "message": UNIT.format(unit)}})
    return factories.refused(
        company, number, code="Internal_InvalidTableRelation", error=sentence, detail=detail
    )

"""A draft is tried on the last records while its page is asked for, so it takes few questions."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.mapping import defaults, drafts, sampling, trying
from integration.models import FieldMapping
from masterdata.models import Company
from reconciliation.models import PurchaseOrder, PurchaseOrderLine
from tests import factories, mappings

pytestmark = pytest.mark.django_db

LINES = 5


@pytest.fixture
def company() -> Company:
    return factories.open_company()


def orders(company: Company, count: int) -> None:
    """Copy one order with its lines until there are so many."""
    first = PurchaseOrder.objects.get()
    line = first.lines.get()
    made = PurchaseOrder.objects.bulk_create(_copy(first, number=f"PO-{n}") for n in range(2, count + 1))
    PurchaseOrderLine.objects.bulk_create(
        _copy(line, order=order, line=number) for order in made for number in range(1, LINES + 1)
    )


def _copy(row: Any, **changes: Any) -> Any:
    values = {
        field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.generated
    }
    return type(row)(**{**values, "id": None, **changes})


@pytest.mark.parametrize("name", [defaults.ORDER, defaults.ORDER_LINE])
def test_a_trial_takes_the_last_two_hundred_records_and_as_many_questions_as_for_one(
    company: Company, name: str
) -> None:
    factories.queued(company, "PO-1")
    mapping = FieldMapping.objects.get(name=name)
    author = factories.person(username="author")
    draft = drafts.draft(mapping, by=author, content=mappings.current(name).without("requestedReceiptDate"))
    with CaptureQueriesContext(connection) as for_one:
        trying.against_last(mapping, draft, company)
    orders(company, 300)

    with CaptureQueriesContext(connection) as for_many:
        tried = trying.against_last(mapping, draft, company)

    assert tried.tried == sampling.LAST
    assert len(for_many) == len(for_one)

"""In the shadow nothing is blocked: what Tieout would have done is held beside what people did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integration import rehearsal
from reconciliation.models import MatchDecision, SupplierInvoice
from tests import factories

pytestmark = pytest.mark.django_db

Status = SupplierInvoice.Status


def _judged(company: Any, number: str, outcome: str, status: str, **more: Any) -> None:
    invoice = SupplierInvoice.objects.create(
        company=company, number=number, vendor_number="V1", currency="EUR", origin="bc", status=status,
        received_from="Business Central", match_due=False, **more,
    )  # fmt: skip
    for judged in ("clean" if outcome == "blocked" else "blocked", outcome):  # the last one counts
        MatchDecision.objects.create(
            invoice=invoice, engine="1", outcome=judged, kept_question={}, kept_answer={}, question_hash=b"",
        )  # fmt: skip


def test_each_invoice_is_alike_apart_or_open() -> None:
    company = factories.open_company()
    now = timezone.now()
    _judged(company, "posted as we would", "clean", Status.POSTED)
    _judged(company, "dropped as we would", "blocked", Status.BLOCKED, deleted_at=now)
    _judged(company, "posted all the same", "blocked", Status.POSTED)
    _judged(company, "dropped all the same", "clean", Status.READY, deleted_at=now)
    _judged(company, "nobody decided yet", "blocked", Status.BLOCKED)

    found = rehearsal.shadow(company, since=now - timedelta(days=1))

    assert (found.alike, found.undecided, found.decided, found.percent) == (2, 1, 4, 50)
    assert {(each.invoice.number, each.said, each.did) for each in found.apart} == {
        ("posted all the same", "would have held it back", "posted it"),
        ("dropped all the same", "would have let it through", "did not post it"),
    }


def test_before_that_moment_nothing_counts() -> None:
    company = factories.open_company()
    _judged(company, "old", "clean", Status.POSTED)

    assert rehearsal.shadow(company, since=timezone.now() + timedelta(days=1)).decided == 0

"""Home: what is waiting for whom, and how the deliveries fare."""

from __future__ import annotations

import re

import pytest

from reconciliation import roles
from tests import factories

pytestmark = pytest.mark.django_db


def words(response) -> str:
    """The page's text, as a reader gets it."""
    body = re.sub(r"<(head|script|dialog).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#x27;", "'")


def test_home_counts_the_deliveries_by_how_they_fare(company, signed_in):
    factories.delivered(company, "PO-1")
    factories.delivered(company, "PO-2")
    factories.refused(company, "PO-3")
    factories.retried(company, "PO-4")
    factories.looked_for(company, "PO-5")
    factories.queued(company, "PO-6")
    factories.waiting_receipt(company, "GR-9", "PO-9")

    shown = words(signed_in(roles.AP_CLERK).get("/"))

    assert "2 succeeded" in shown
    assert "1 pending" in shown
    assert "1 retrying" in shown
    assert "1 checking" in shown
    assert "1 waiting" in shown
    assert "1 failed" in shown

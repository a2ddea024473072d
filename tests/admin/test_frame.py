"""The frame around the admin's pages asks what it shows once, of however many templates a page is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reconciliation import roles

if TYPE_CHECKING:  # see conftest.py
    from tests.admin.conftest import Records, SignedIn

pytestmark = pytest.mark.django_db


def test_the_frames_counts_are_asked_once_a_page(records: Records, signed_in: SignedIn) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse("admin:integration_message_changelist"))

    assert page.status_code == 200
    assert sum('FROM "integration_incident"' in query["sql"] for query in asked) == 1

"""What looks like a number and is none: nobody meant a row by it, and no page falls over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
ODD = ["²", "9" * 30, "9" * 5000, "-1", "1\0"]


@pytest.mark.parametrize("odd", ODD, ids=["superscript", "too large", "endless", "negative", "NUL"])
@pytest.mark.parametrize(
    ("address", "field"), [("/company/", "company"), ("/exceptions/take/", "case")], ids=["company", "case"]
)
def test_a_form_that_names_no_row_changes_nothing(
    company: Company, signed_in: SignedIn, address: str, field: str, odd: str
) -> None:
    answer = signed_in(roles.AP_CLERK).post(address, {field: odd}, follow=True)

    assert answer.status_code == 200


@pytest.mark.parametrize("odd", ODD, ids=["superscript", "too large", "endless", "negative", "NUL"])
def test_a_message_that_no_number_names_is_not_there(company: Company, signed_in: SignedIn, odd: str) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)
    chosen = client.get("/dead-letters/messages/", {"ids": odd, "cause": odd, "after": f"2026-01-01_{odd}"})
    ticked = client.get("/dead-letters/replay/", {"message": odd}, follow=True)
    answer = client.get(f"/admin/integration/message/{odd.replace(chr(0), '%00')}/change/", follow=True)

    assert {chosen.status_code, ticked.status_code, answer.status_code} == {200}
    assert "exist" in words(answer)


@pytest.mark.parametrize("odd", ["\0", "a\0b", "²"])
def test_a_search_for_what_the_database_cannot_hold_finds_nothing(
    company: Company, signed_in: SignedIn, odd: str
) -> None:
    answer = signed_in(roles.INTEGRATION_ADMIN).get("/dead-letters/messages/", {"q": odd})

    assert answer.status_code == 200

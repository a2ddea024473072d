"""Every table is proven somehow, or somebody said why not; a new one that nobody spoke of fails here."""

from __future__ import annotations

import pytest
from django.test import Client

from masterdata.chain.coverage import LEFT_OUT, coverage
from reconciliation import roles
from tests.factories import person

pytestmark = pytest.mark.django_db
OF_THE_BENCH = "integration_benchverdict"  # a model of tests/bench, known once that is imported


def test_no_table_is_forgotten_and_none_is_spoken_of_twice() -> None:
    told = [each for each in coverage() if each.table != OF_THE_BENCH]

    assert [each.table for each in told if each.how == "not proven"] == []
    left_out = [each for each in told if each.left_out_because]
    assert [each.table for each in told if each.history_of and not each.is_sealed] == []
    assert [each.table for each in left_out if each.is_sealed or each.is_told or each.history_of] == []
    assert set(LEFT_OUT) == {each.table for each in left_out}


def test_what_has_a_history_for_people_is_told_in_the_sealed_book_too() -> None:
    told = {each.table: each for each in coverage()}

    histories = [each for each in told.values() if each.history_of]
    assert [each.table for each in histories if not told[each.history_of].tells_new_rows] == []
    assert len(histories) >= 15


@pytest.mark.parametrize(
    "table",
    [
        "reconciliation_resolution",
        "reconciliation_signature",
        "reconciliation_policyversion",
        "reconciliation_approvaltier",
        "integration_mappingversion",
        "auth_group_permissions",
        "auth_user_groups",
        "mfa_authenticator",
    ],
)
def test_what_decides_about_money_and_rights_is_told_from_its_first_row(table) -> None:
    (found,) = (each for each in coverage() if each.table == table)

    assert found.tells_new_rows


def test_the_audit_page_says_it_of_every_table() -> None:
    client = Client()
    client.force_login(person(roles.AUDITOR))

    page = client.get("/audit/").content.decode()

    assert [each.table for each in coverage() if each.table not in page] == []

"""Go, and each point that decides against it alone; what is for people to weigh stops nobody."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integration import rehearsal
from integration.models import ContractFinding, ContractReading, DriftCheck, HeldRecord, Rehearsal
from masterdata.models import Company
from reconciliation import roles
from reconciliation.models import PolicyVersion
from tests import factories
from tests.desk.reading import words

from .kept import make_ready, ready_company, rehearsed

DAY = timedelta(days=1)


@pytest.fixture
def company(db: None, sandbox: Any) -> Any:
    return ready_company()


def _page() -> str:
    client = Client()
    client.force_login(factories.person(roles.FINANCE_CONTROLLER))
    return words(client.get("/cutover/"))


def _unmet(company: Any) -> dict[str, str]:
    return {each.what: each.told for each in rehearsal.checks(company) if not each.is_met}


def test_go(company: Any) -> None:
    assert _unmet(company) == {}

    told = _page()

    assert "✓ Go Every point that decides is met" in told
    assert "No-go" not in told
    assert "✕ No" not in told


def _not_connected(_company: Any, settings: Any) -> None:
    settings.BC_BASE_URL = ""


def _never_looked(_company: Any, _settings: Any) -> None:
    ContractReading.objects.all().delete()


def _lacks_a_field(_company: Any, _settings: Any) -> None:
    ContractFinding.objects.create(
        feature="orders", kind="missing", entity_set="purchaseOrders", name="number", pauses=True,
        sentence="purchaseOrders.number is missing.", found_at=timezone.now(),
    )  # fmt: skip


def _never_compared(_company: Any, _settings: Any) -> None:
    DriftCheck.objects.all().delete()


def _drifted(company: Any, _settings: Any) -> None:
    DriftCheck.objects.create(company=company, entity="items", checked_at=timezone.now(), rows_differ=2)


def _could_not_be_compared(company: Any, _settings: Any) -> None:
    DriftCheck.objects.create(company=company, entity="vendors", checked_at=timezone.now(), error="away")


def _stuck(company: Any, _settings: Any) -> None:
    factories.refused(company, "PO-9")


def _rehearsed_long_ago(_company: Any, _settings: Any) -> None:
    Rehearsal.objects.update(started_at=timezone.now() - DAY)


def _never_rehearsed(_company: Any, _settings: Any) -> None:
    Rehearsal.objects.all().delete()


def _fails(company: Any, _settings: Any) -> None:
    rehearsed(company, ("PO-1", "fails", "Vendor V2 blocked"))


def _refused(company: Any, _settings: Any) -> None:
    rehearsed(company, ("PO-106", "refused", "The open balances are wrong (orders, bc_number)"))


STUCK = "1 of the last rehearsal. Their causes and owners stand below."
DECIDING: list[tuple[Callable[[Any, Any], None], str, str]] = [
    (_not_connected, "Business Central is connected", "Set the BC_* variables."),
    (
        _never_looked,
        "Business Central has all that is used of it",
        "Nobody has looked yet: manage.py check_contract.",
    ),
    (
        _lacks_a_field,
        "Business Central has all that is used of it",
        "purchaseOrders.number is missing.",
    ),
    (
        _never_compared,
        "The mirrored lists are those of Business Central",
        "No list was compared yet. See Drift.",
    ),
    (
        _drifted,
        "The mirrored lists are those of Business Central",
        "These lists differ from Business Central: items. See Drift.",
    ),
    (
        _could_not_be_compared,
        "The mirrored lists are those of Business Central",
        "These lists differ from Business Central: vendors. See Drift.",
    ),
    (_stuck, "Nothing is stuck now", "1 are. See Dead letters."),
    (
        _rehearsed_long_ago,
        "An export was rehearsed within a day",
        "Rehearse the newest export: manage.py rehearse FILE.",
    ),
    (
        _never_rehearsed,
        "An export was rehearsed within a day",
        "Rehearse the newest export: manage.py rehearse FILE.",
    ),
    (_fails, "No document would be refused or stuck", STUCK),
    (_refused, "No document would be refused or stuck", STUCK),
]


@pytest.mark.parametrize(
    ("spoil", "what", "told"), DECIDING, ids=[each.__name__.strip("_") for each, _w, _t in DECIDING]
)
def test_each_point_decides_alone(
    company: Any, settings: Any, spoil: Callable[[Any, Any], None], what: str, told: str
) -> None:
    spoil(company, settings)

    assert _unmet(company) == {what: told}
    page = _page()
    assert "✕ No-go Some points that decide are not met" in page
    assert f"{what} ✕ No {told}" in page


def test_rules_that_are_only_proposed_are_not_in_force(db: None, sandbox: Any) -> None:
    company = make_ready(Company.objects.create(name="FACILITY", ledger_currency="EUR"))
    PolicyVersion.objects.create(company=company, number=1, content={}, reason="for the first day")

    assert _unmet(company) == {
        "Matching rules are in force": "Publish the matching rules under Matching rules."
    }
    assert "No-go" in _page()


def _holds(company: Any) -> None:
    HeldRecord.objects.create(
        company=company, entity="items", bc_id=uuid.uuid4(), record="FILTER", why="waiting", reason="unit",
        tried_at=timezone.now(),
    )  # fmt: skip


def _would_wait(company: Any) -> None:
    rehearsed(company, ("GR-1", "waits", "purchase order PO-1 from the CAFM"))


def _would_be_held_back(company: Any) -> None:
    rehearsed(company, ("INV-1", "blocked", "Price over order"))


@pytest.mark.parametrize(
    ("spoil", "what", "told"),
    [
        (_holds, "No master record is held back", "1 records wait for others. See Held records."),
        (_would_wait, "No document would wait", "1 would."),
        (
            _would_be_held_back,
            "No invoice would be held back",
            "1 would. Accounts payable has to be able to look at so many.",
        ),
    ],
)
def test_what_is_to_weigh_stops_nobody(
    company: Any, spoil: Callable[[Any], None], what: str, told: str
) -> None:
    spoil(company)

    assert _unmet(company) == {what: told}
    page = _page()
    assert "✓ Go" in page
    assert f"{what} ! To weigh {told}" in page


def test_a_rehearsal_that_came_to_no_end_is_none(company: Any) -> None:
    kept = rehearsed(company)
    Rehearsal.objects.filter(pk=kept.pk).update(state="failed")

    assert not rehearsal.may_go(rehearsal.checks(company))
    assert "An export was rehearsed within a day" in _unmet(company)


def test_what_is_stuck_is_told_before_the_first_rehearsal_too(company: Any) -> None:
    Rehearsal.objects.all().delete()
    factories.refused(company, "PO-9")

    assert "Nothing is stuck now" in _unmet(company)

"""The demo's story, loaded into real servers and the sandbox, shows what the README promises."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integration import totals
from integration.demo import load, people, story
from integration.models import Message
from masterdata.models import Company
from reconciliation import cases
from reconciliation.models import ControlDay, DayTotal, ExceptionCase, PurchaseOrder, SupplierInvoice

if TYPE_CHECKING:  # as a module, pytest would find it twice
    from tests.demo.conftest import Demo

pytestmark = pytest.mark.django_db

PROMISED = {
    "LS-88120": "NO_RECEIPT",
    "OPS-2291": "NO_RECEIPT",
    "HLP-7731": "PRICE_OVER",
    "GLP-55240": "OVER_RECEIVED",
    "NF-20988": "OVER_ACCEPTED",
    "LS-88074": "PRICE_OVER",
    "HLP-7756": "PRICE_OVER",
    "GLP-55219": "CURRENCY",
    "DE-60017": "DUPLICATE",
    "OPS-2264": "NOT_ON_ORDER",
    "KCS-0931": "NO_ACCEPTANCE",
    "FF-1178": "NO_ACCEPTANCE",
    "OPS-2280": "OVER_ORDERED",
    "NF-21033": "NO_CONVERSION",
}


def test_the_story_opens_the_promised_cases_and_posts_the_rest(demo: Demo) -> None:
    codes = {
        case.invoice_number: set(case.findings.values_list("code", flat=True))
        for case in ExceptionCase.objects.open()
    }

    assert set(codes) == set(PROMISED)
    assert {number: code for number, code in PROMISED.items() if code not in codes[number]} == {}
    clean = len(story.INVOICES) - len(PROMISED)
    assert SupplierInvoice.objects.posted().count() == clean
    posted = [row for row in demo.control.dump("purchaseInvoices") if row["status"] == "Open"]
    assert len(posted) == clean


def test_one_order_is_refused_for_its_blocked_vendor_and_all_else_is_in_bc_once(demo: Demo) -> None:
    stuck = Message.objects.stuck()

    assert [message.document_number for message in stuck] == ["PO-24127"]
    assert "block" in stuck[0].error
    told = Counter(each.order for each in (*story.RECEIPTS, *story.CONFIRMATIONS))
    numbers = dict(PurchaseOrder.objects.values_list("bc_number", "number"))
    assert Counter(numbers[row["orderNumber"]] for row in demo.control.dump("purchaseReceipts")) == told


def test_one_dearer_invoice_is_beyond_a_clerk_and_another_is_not(demo: Demo) -> None:
    clerk = User.objects.get(username="clerk")
    approver = User.objects.get(username="approver")
    dearer = ExceptionCase.objects.get(invoice_number="HLP-7756")
    dear = ExceptionCase.objects.get(invoice_number="HLP-7731")

    assert not cases.within_limit(dearer, dearer.findings.all(), clerk)
    assert cases.within_limit(dearer, dearer.findings.all(), approver)
    assert cases.within_limit(dear, dear.findings.all(), clerk)


def test_each_role_has_a_login_that_works(demo: Demo) -> None:
    logins = json.loads((demo.folder / people.LOGINS_FILE).read_text())

    assert len(logins) == len(people.PEOPLE)
    for login in logins:
        user = User.objects.get(username=login["username"])
        assert user.check_password(login["password"])
        assert [group.name for group in user.groups.all()] == [login["role"]]
    assert (demo.folder / people.LOGINS_FILE).stat().st_mode & 0o077 == 0
    assert (demo.folder / people.KEY_FILE).stat().st_mode & 0o077 == 0


def test_loading_again_changes_nothing(demo: Demo) -> None:
    logins = (demo.folder / people.LOGINS_FILE).read_text()

    again = load.load(demo.folder, control=demo.control, say=lambda _text: None)

    assert again == demo.loaded
    assert (demo.folder / people.LOGINS_FILE).read_text() == logins


def test_trying_the_rules_shows_what_they_let_through(demo: Demo) -> None:
    from masterdata.models import Company
    from reconciliation import policies, trials
    from reconciliation.trials import results

    company, today = Company.objects.get(), timezone.localdate()
    controller = User.objects.get(username="controller")

    trial = trials.start(
        company, policies.draft_of(company), by=controller, since=today - datetime.timedelta(1), until=today
    )
    trials.work()

    let_through = [each for each in story.INVOICES if "within the limit" in each.shows]
    assert len(let_through) == 5
    leak = results.leak(trial)
    assert (leak.invoices, leak.then, leak.as_tried) == (5, Decimal("54.90"), Decimal("54.90"))
    assert {each.name for each in results.leak_by_vendor(trial)} == {"V10010", "V10020", "V10030", "V10040"}


def test_the_cafm_tells_what_it_did_on_the_days_that_are_over(demo: Demo) -> None:
    company = Company.objects.get()
    today = timezone.localdate()
    told = set(DayTotal.objects.values_list("date", flat=True))
    assert told
    assert max(told) < today

    assert set(ControlDay.objects.values_list("date", flat=True)) == told
    taken = [kind for day in sorted(told) for kind in totals.take(company, day).kinds if kind.cafm]

    assert [(kind.kind, kind.cafm.count) for kind in taken] == [
        (kind.kind, kind.portal.count) for kind in taken
    ]
    assert {each.number for kind in taken for each in kind.differences} == {"PO-24127"}

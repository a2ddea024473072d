"""One action on several cases: its effect is shown before, and what became of each after."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group

from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, ReleaseLimit, Resolution
from tests import factories

from .reading import invoices, links, words

pytestmark = pytest.mark.django_db
PREVIEW, ACT, UNDO = "/exceptions/several/", "/exceptions/several/do/", "/exceptions/several/undo/"


@pytest.fixture
def mixed(desk) -> None:
    """A clerk who may release 60.00: a small case, a large one, a duplicate, and one that is decided."""
    roles.apply_roles()
    ReleaseLimit.objects.update_or_create(
        company=desk.company, group=Group.objects.get(name=roles.AP_CLERK), defaults={"amount": 60}
    )
    factories.price_over_order(desk, "R-1")
    factories.price_over_order(desk, "R-2", price="15.00")
    factories.price_over_order(desk, "R-3")
    factories.price_over_order(desk, "R-4", price="5.50")
    duplicate = ExceptionCase.objects.get(invoice_number="R-3")
    duplicate.findings.update(code="DUPLICATE")
    decided = ExceptionCase.objects.get(invoice_number="R-4")
    cases.reject(decided, by=factories.person(roles.AP_APPROVER, "boss"), reason="never ordered")


def keys(*numbers):
    rows = (
        ExceptionCase.objects.filter(invoice_number__in=numbers) if numbers else ExceptionCase.objects.all()
    )
    return list(rows.order_by("invoice_number").values_list("pk", flat=True))


def sent(page):
    """Give what the preview's form would send."""
    form = re.search(r'<form class="panel several".*?</form>', page.content.decode(), re.S).group()
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def test_the_preview_says_what_becomes_of_each_and_changes_nothing(mixed, signed_in):
    client = signed_in(roles.AP_CLERK)

    shown = client.post(PREVIEW, {"do": "release", "which": "ticked", "case": keys()})

    told = words(shown)
    assert "1 of 4 goes through at once; 1 goes to an approver; 2 cannot be done." in told
    assert "210.00 EUR of invoices" in told
    assert "over your limit: a second person decides" in told
    assert "Berg rejected this invoice" in told
    assert Resolution.objects.count() == 1
    assert sorted(ExceptionCase.objects.values_list("status", flat=True)) == ["open"] * 3 + ["rejected"]


def test_each_case_gets_its_own_result(mixed, signed_in):
    client = signed_in(roles.AP_CLERK)
    form = sent(client.post(PREVIEW, {"do": "release", "which": "ticked", "case": keys()}))

    answer = client.post(ACT, form | {"reason": "agreed with the buyer"})

    status = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert status == {"R-1": "released", "R-2": "proposed", "R-3": "open", "R-4": "rejected"}
    assert "2 of 2 cases are done." in words(answer)


def test_what_the_page_left_out_is_refused_by_the_door_too(mixed, signed_in):
    """Somebody sends the duplicate's key, and that of the decided case, past the page."""
    client = signed_in(roles.AP_CLERK)
    form = sent(client.post(PREVIEW, {"do": "release", "which": "ticked", "case": keys("R-1")}))
    for key in keys("R-3", "R-4"):
        case = ExceptionCase.objects.get(pk=key)
        form["case"].append(str(key))
        form[f"seen-{key}"] = [cases.version(case)]

    answer = client.post(ACT, form | {"reason": "all fine"})

    status = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert status == {"R-1": "released", "R-2": "open", "R-3": "open", "R-4": "rejected"}
    assert "1 of 3 cases are done." in words(answer)
    assert "not done" in words(answer)


def test_a_case_that_changed_since_the_preview_stays_as_it_is(mixed, signed_in):
    client = signed_in(roles.AP_CLERK)
    form = sent(client.post(PREVIEW, {"do": "reject", "which": "ticked", "case": keys("R-1", "R-2")}))
    cases.release(
        ExceptionCase.objects.get(invoice_number="R-1"),
        by=factories.person(roles.AP_CLERK, "carl"),
        reason="was quicker",
    )

    answer = client.post(ACT, form | {"reason": "not ours"})

    status = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert (status["R-1"], status["R-2"]) == ("released", "rejected")
    assert "Weiss released this case" in words(answer)


def test_all_that_the_list_shows_can_be_chosen(mixed, signed_in):
    client = signed_in(roles.AP_CLERK)

    shown = client.post(
        PREVIEW, {"do": "reject", "which": "all", "queue": "tab=open&min=100", "case": keys()}
    )

    assert invoices(shown) == ["R-2"]
    assert links(shown)["Leave all as it is"] == "/exceptions/?tab=open&min=100"


def test_all_of_it_can_be_undone(mixed, signed_in, settings):
    settings.UNDO_SECONDS = 30
    client = signed_in(roles.AP_CLERK)
    form = sent(client.post(PREVIEW, {"do": "reject", "which": "ticked", "case": keys("R-1", "R-2")}))
    done = client.post(ACT, form | {"reason": "not ours"})
    undo = re.findall(r'name="undo" value="(\d+)"', done.content.decode())

    answer = client.post(UNDO, {"undo": undo})

    assert len(undo) == 2
    assert "2 of 2 cases are done." in words(answer)
    assert set(ExceptionCase.objects.filter(pk__in=keys("R-1", "R-2")).values_list("status", flat=True)) == {
        "open"
    }


@pytest.mark.parametrize("address", [PREVIEW, ACT])
@pytest.mark.parametrize("role", [roles.BUYER, roles.AUDITOR, roles.FINANCE_CONTROLLER, ""])
def test_who_may_not_resolve_may_not_do_it_to_several_either(mixed, signed_in, role, address):
    answer = signed_in(role).post(address, {"do": "reject", "case": keys(), "reason": "no"})

    assert answer.status_code == 403
    assert Resolution.objects.count() == 1


@pytest.mark.parametrize("name", ["", "comment", "approve", "nonsense"])
def test_only_what_the_table_offers_for_several_is_done_to_several(mixed, signed_in, name):
    answer = signed_in(roles.AP_APPROVER).post(ACT, {"do": name, "case": keys(), "reason": "no"})

    assert answer.status_code == 404
    assert Resolution.objects.count() == 1


def test_cases_of_another_company_are_not_there(mixed, signed_in):
    elsewhere = factories.Desk(factories.open_company("ELSEWHERE"))
    theirs = factories.price_over_order(elsewhere, "X-1")

    shown = signed_in(roles.AP_CLERK).post(PREVIEW, {"do": "reject", "which": "ticked", "case": [theirs.pk]})

    assert "No case was chosen" in words(shown)


def test_the_preview_asks_as_much_for_many_as_for_few(desk, signed_in, django_assert_max_num_queries):
    factories.many_cases(desk, 12)
    client = signed_in(roles.AP_CLERK)

    with django_assert_max_num_queries(12):
        shown = client.post(PREVIEW, {"do": "release", "which": "ticked", "case": keys()})

    assert len(invoices(shown)) == 12

"""Who may open, add to and change which table; and the books that nobody changes by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from tests.admin.conftest import Records, SignedIn

pytestmark = pytest.mark.django_db

MASTERS = {
    "account",
    "company",
    "currency",
    "dimension",
    "dimensionvalue",
    "exchangerate",
    "fixedasset",
    "item",
    "itemcategory",
    "itemunit",
    "itemvariant",
    "location",
    "paymentterms",
    "unit",
    "vendor",
}
DOCUMENTS = {
    "assetnotice",
    "daytotal",
    "goodsreceipt",
    "goodsreturn",
    "inventorymovement",
    "orderchange",
    "purchaseorder",
    "purchaserequest",
    "receiptreversal",
    "serviceconfirmation",
    "supplierinvoice",
}
CASES = {"exceptioncase", "matchdecision"}
LIMITS = {
    "approvaltier",
    "matchlevel",
    "matchoptions",
    "releaselimit",
    "tolerance",
    "firstowner",
    "vendorfamily",
}
CONTRACT = {"contractfinding", "contractreading"}
PULLS = {"heldrecord", "subscription", "syncrun", "syncstate"}
INTEGRATION = (
    CONTRACT
    | PULLS
    | {
        "apikey",
        "channel",
        "escalationrule",
        "expectation",
        "inboxevent",
        "message",
        "mirrorfilter",
        "morningmail",
        "webhook",
        "webhookmessage",
    }
)
SCHEDULES = {"clockedschedule", "crontabschedule", "intervalschedule", "periodictask", "solarschedule"}
PEOPLE = {"group", "user"}
EVERYTHING = MASTERS | DOCUMENTS | CASES | LIMITS | INTEGRATION | SCHEDULES | PEOPLE | {"change"}

# What nobody edits, whatever they are permitted: it comes from BC, from the CAFM or from the work itself.
BOOKS = MASTERS | DOCUMENTS | CASES | CONTRACT | PULLS | {"change", "inboxevent", "message", "webhookmessage"}

SEES: dict[str, set[str]] = {
    roles.AP_CLERK: MASTERS | DOCUMENTS | CASES,
    roles.AP_APPROVER: MASTERS | DOCUMENTS | CASES,
    roles.BUYER: MASTERS | DOCUMENTS | CASES,
    roles.INTEGRATION_ADMIN: MASTERS | DOCUMENTS | INTEGRATION | SCHEDULES,
    roles.FINANCE_CONTROLLER: MASTERS | DOCUMENTS | CASES | LIMITS | {"change", "message"},
    roles.AUDITOR: EVERYTHING - PEOPLE,
    "": set(),
}
ADDS: dict[str, set[str]] = {
    roles.INTEGRATION_ADMIN: {
        "apikey",
        "channel",
        "escalationrule",
        "expectation",
        "mirrorfilter",
        "morningmail",
        "webhook",
    },
    roles.FINANCE_CONTROLLER: LIMITS,
}
CHANGES: dict[str, set[str]] = {
    roles.INTEGRATION_ADMIN: {
        "apikey",
        "channel",
        "escalationrule",
        "expectation",
        "mirrorfilter",
        "morningmail",
        "periodictask",
        "webhook",
    },
    # A family of vendors that counts is ended by two persons, and stays as it was approved.
    roles.FINANCE_CONTROLLER: LIMITS - {"vendorfamily"},
}

DELETES: dict[str, set[str]] = {
    roles.INTEGRATION_ADMIN: {"mirrorfilter"},
    roles.FINANCE_CONTROLLER: LIMITS - {"vendorfamily"},
}


def test_every_table_is_spoken_of_here() -> None:
    registered = {model._meta.model_name for model in admin.site._registry}

    assert registered == EVERYTHING


@pytest.mark.parametrize("role", SEES)
def test_a_role_opens_its_tables_and_no_others(records: Records, signed_in: SignedIn, role: str) -> None:
    client = signed_in(role)

    opened = {page: _opened(client, records, page) for page in ("changelist", "change", "history", "add")}

    assert opened["changelist"] == SEES[role]
    assert opened["change"] == SEES[role]
    assert opened["history"] == SEES[role]
    assert opened["add"] == ADDS.get(role, set())


@pytest.mark.parametrize("role", SEES)
def test_a_role_changes_and_deletes_only_what_is_its_duty(
    records: Records, signed_in: SignedIn, role: str
) -> None:
    client = signed_in(role)

    changed = {
        model._meta.model_name
        for model, pk in records.items()
        if client.post(_address(model, "change", pk)).status_code not in {302, 403}
    }
    deleted = {
        model._meta.model_name
        for model, pk in records.items()
        if client.get(_address(model, "delete", pk)).status_code == 200
    }

    assert changed - {"apikey"} == CHANGES.get(role, set()) - {"apikey"}
    assert deleted == DELETES.get(role, set())


def test_a_book_is_not_changed_by_anyone(records: Records, superuser: Client) -> None:
    books = {model: pk for model, pk in records.items() if model._meta.model_name in BOOKS}
    before = {model: model.objects.filter(pk=pk).values().get() for model, pk in books.items()}

    answers = {}
    for model, pk in books.items():
        form = dict.fromkeys(before[model], "1") | {"_save": "Save"}
        answers[model._meta.model_name] = (
            superuser.post(_address(model, "add"), form).status_code,
            superuser.post(_address(model, "change", pk), form).status_code,
            superuser.post(_address(model, "delete", pk), {"post": "yes"}).status_code,
        )

    assert answers == dict.fromkeys(BOOKS, (403, 403, 403)) | {"message": (403, 302, 403)}
    assert {model: model.objects.filter(pk=pk).values().get() for model, pk in books.items()} == before


def test_no_book_offers_to_delete_its_rows(records: Records, superuser: Client) -> None:
    books = [model for model in records if model._meta.model_name in BOOKS]

    offered = {
        model._meta.model_name: b"delete_selected" in superuser.get(_address(model, "changelist")).content
        for model in books
    }

    assert offered == dict.fromkeys(BOOKS, False)


@pytest.mark.parametrize(
    ("role", "page", "said"),
    [
        (
            roles.AP_CLERK,
            "/admin/reconciliation/tolerance/",
            "As AP clerk you may not see tolerances. Ask someone who is Finance controller or Auditor.",
        ),
        (
            roles.AP_CLERK,
            "/admin/reconciliation/tolerance/add/",
            "As AP clerk you may not add tolerances. Ask someone who is Finance controller.",
        ),
        (
            roles.INTEGRATION_ADMIN,
            "/admin/masterdata/change/",
            "As Integration admin you may not see changes. Ask someone who is Finance controller or Auditor.",
        ),
        (
            roles.AUDITOR,
            "/admin/integration/apikey/add/",
            "As Auditor you may not add API keys. Ask someone who is Integration admin.",
        ),
    ],
)
def test_a_refusal_says_what_is_missing_and_whom_to_ask(
    records: Records, signed_in: SignedIn, role: str, page: str, said: str
) -> None:
    response = signed_in(role).get(page)

    assert response.status_code == 403
    assert said in words(response)


def test_a_clerks_posted_tolerance_is_refused_and_nothing_changes(
    records: Records, signed_in: SignedIn
) -> None:
    from reconciliation.models import Tolerance

    tolerance = Tolerance.objects.get(check_name="price")

    response = signed_in(roles.AP_CLERK).post(
        _address(Tolerance, "change", tolerance.pk), {"upper_percent": "99", "check_name": "price"}
    )

    assert response.status_code == 403
    assert "you may not change tolerances" in words(response)
    tolerance.refresh_from_db()
    assert tolerance.upper_percent == 2


def test_a_stranger_is_led_to_the_desks_sign_in(records: Records) -> None:
    response = Client().get("/admin/reconciliation/tolerance/", follow=True)

    assert response.redirect_chain[-1] == ("/sign-in/?next=/admin/reconciliation/tolerance/", 302)
    assert response.status_code == 200


def _opened(client: Client, records: Records, page: str) -> set[str]:
    """Open a page of every table; give those that were not refused."""
    answers = {
        model._meta.model_name: client.get(
            _address(model, page, *([pk] if page in {"change", "history"} else []))
        ).status_code
        for model, pk in records.items()
    }
    assert set(answers.values()) <= {200, 302, 403}, answers
    return {name for name, status in answers.items() if status != 403}


def _address(model: type[Any], page: str, *arguments: int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)

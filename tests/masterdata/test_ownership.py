"""One owner for each kind of record: the table is whole, it is enforced, and its page shows it."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from integration import installation, sync
from integration.cafm import auth, events, masterdata
from integration.models import HeldRecord, SyncRun
from masterdata import ownership
from masterdata.models import Company, Item, Mirror, own_fields
from reconciliation import roles
from tests import factories
from tests.cafm import forms
from tests.cafm.client import Cafm

Owner = ownership.Owner


@pytest.fixture
def company(db) -> Company:
    return factories.open_company()


@pytest.fixture
def item(company: Company) -> Item:
    return Item.objects.create(company=company, number="OWNED", name="Air filter", row_hash=b"")


def test_every_mirror_belongs_to_business_central() -> None:
    owned = {each.model for each in ownership.REGISTERED.values() if each.owner == Owner.BC and each.model}

    assert owned == set(Mirror.__subclasses__())


def test_every_pull_brings_what_business_central_owns_and_nothing_else_does() -> None:
    pulls = {each.pull: each.owner for each in ownership.REGISTERED.values() if each.pull}

    assert pulls == dict.fromkeys(sync.ENTITIES, Owner.BC)


def test_every_list_for_the_cafm_is_one_that_it_does_not_own() -> None:
    served = {told.name for told in masterdata.LISTS}

    assert served == {
        each.pull for each in ownership.REGISTERED.values() if each.direction == ownership.Direction.DOWN
    }


def test_every_kind_of_event_is_about_something_that_has_an_owner() -> None:
    subjects = {name.partition(".")[0] for name in events.TYPES}

    assert subjects <= set(ownership.REGISTERED)
    kept = {subject for subject in subjects if ownership.REGISTERED[subject].owner == Owner.BC}
    assert kept == {"supplier_invoice"}  # a copy that the CAFM received, not a change of BC's


@pytest.mark.parametrize(
    "subject", [each.subject for each in ownership.REGISTERED.values() if each.owner == Owner.BC]
)
def test_an_event_that_would_change_it_is_refused_in_a_sentence_and_logged(company, caplog, subject) -> None:
    cafm = Cafm(auth.issue(company, "CAFM", ["events"], [forms.SOURCE])[1])

    reply = cafm.send(forms.event(f"{subject}.renamed.v1", {"number": "X"}))

    sentence = f"would change {ownership.REGISTERED[subject].title}, which belong to Business Central."
    assert (reply.status_code, reply.json()["code"]) == (403, "not-the-owner")
    assert sentence in reply.json()["detail"]
    assert sentence in caplog.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", [told.name for told in masterdata.LISTS])
def test_the_interface_takes_no_change_of_a_list_and_names_its_owner(
    company, caplog, name: str, method: str
) -> None:
    cafm = Cafm(auth.issue(company, "CAFM", ["masterdata", "events"])[1])

    reply = cafm.client.generic(method, f"/api/v1/{name}", '{"name": "X"}', content_type="application/json")

    assert (reply.status_code, reply.json()["code"]) == (405, "method-not-allowed")
    assert reply.json()["title"] == "This address does not take this method"
    assert reply["Allow"] == "GET, HEAD, OPTIONS"
    (owned,) = (each for each in ownership.REGISTERED.values() if each.pull == name)
    sentence = f"{method} would change {owned.title}, which belong to Business Central. Change them there;"
    assert sentence in reply.json()["detail"]
    assert sentence in caplog.text


def test_the_admin_refuses_even_the_superuser(company, item, django_user_model) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", password="a-long-test-password"))

    changed = client.post(reverse("admin:masterdata_item_change", args=[item.pk]), {"name": "X"})
    deleted = client.post(reverse("admin:masterdata_item_delete", args=[item.pk]), {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    item.refresh_from_db()
    assert item.name == "Air filter"


@pytest.mark.parametrize("page", ["change", "delete", "add"])
@pytest.mark.parametrize("model", sorted(Mirror.__subclasses__(), key=lambda each: each.__name__))
def test_the_admin_refuses_each_mirror_in_a_sentence_and_logs_it(
    db, caplog, django_user_model, model: type[Mirror], page: str
) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", password="a-long-test-password"))
    name = f"admin:masterdata_{model._meta.model_name}_{page}"

    reply = client.post(reverse(name, args=[] if page == "add" else [_row(model).pk]), {"post": "yes"})

    sentence = f"The {model._meta.verbose_name_plural} belong to Business Central. Change them there;"
    assert reply.status_code == 403
    assert sentence in unescape(reply.content.decode())
    assert f"for root: {sentence}" in caplog.text
    assert model._default_manager.count() == (0 if page == "add" else 1)


def _row(model: type[Mirror]) -> Mirror:
    """Make a row of any mirror."""
    needed: dict[str, object] = {
        "per_base": 1,
        "starting_date": "2026-01-01",
        "exchange_amount": 1,
        "relational_amount": 1,
    }
    named = {field.name for field in own_fields(model)}
    company = factories.open_company()
    values = {name: value for name, value in needed.items() if name in named}
    row: Mirror = model._default_manager.create(company=company, row_hash=b"", **values)
    model._default_manager.exclude(pk=row.pk).delete()
    return row


def test_the_page_shows_each_owner_with_schedule_last_run_and_count(company, item, settings) -> None:
    installation.install_schedules(settings.TIEOUT_SCHEDULES)
    run = SyncRun.objects.create(company=company, entity="items", kind="full")
    HeldRecord.objects.create(
        company=company,
        entity="items",
        bc_id=uuid.uuid4(),
        record="SALT",
        why="waiting",
        reason="It waits for the unit of measure PALLET.",
        tried_at=run.started_at,
    )
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    reply = client.get(reverse("ownership"))

    lines = {line.owned.subject: line for line in reply.context["lines"]}
    assert list(lines) == list(ownership.REGISTERED)
    told = lines["item"]
    assert told.schedule == "every hour at 7 past; every day at 01:37, 02:37, 03:37, 04:37"
    assert (told.run, told.held) == (run, 1)
    assert told.present == Item.objects.present().count()
    assert (told.deleted, lines["vendor"].run) == (0, None)
    assert lines["supplier_invoice"].schedule == "every 30 seconds"
    assert (lines["purchase_order"].schedule, lines["purchase_order"].present) == ("with each event", None)
    assert reverse("admin:integration_syncrun_change", args=[run.pk]) in reply.content.decode()

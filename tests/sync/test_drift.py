"""Comparing whole lists with Business Central: what differs is named, what a pull brings is told apart."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.test import Client as Browser
from django.utils import timezone

from integration import connections, sync
from integration.bc import Client
from integration.bc.transport import Answer, Request, Transport
from integration.models import DriftCheck, MirrorFilter, SyncRun
from integration.sync import drift, filters, masters
from integration.sync.entities import ENTITIES
from masterdata.models import Item, Vendor
from reconciliation import roles
from tests import factories
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


def compared(entity: str) -> DriftCheck:
    (check,) = sync.check_drift([entity])
    return check


def figures(check: DriftCheck) -> tuple[int, ...]:
    """Same, differing, not here, gone, held, and what the next pull brings."""
    return (
        check.rows_same,
        check.rows_differ,
        check.rows_missing,
        check.rows_gone,
        check.rows_held,
        check.rows_on_their_way,
    )


def named(check: DriftCheck) -> list[tuple[str, str, list, bool]]:
    rows = check.records.order_by("record")
    return [(row.record, row.how, row.fields, row.is_on_its_way) for row in rows]


def test_after_a_pull_of_all_no_list_differs(filled):
    sync.pull_entity("all")

    checks = sync.check_drift()

    assert [check.entity for check in checks] == list(sync.MASTERS)
    assert {check.entity: check.drifted for check in checks} == dict.fromkeys(sync.MASTERS, 0)
    assert {check.entity for check in checks if check.error} == set()
    assert min(check.rows_same for check in checks) == 1


def test_what_bc_changed_since_is_on_its_way(filled):
    sync.pull_entity("all")
    filled.control.seed({"vendors": [{"number": "V1", "displayName": "Kontor KG"}, {"number": "V3"}]})

    check = compared("vendors")

    assert figures(check) == (1, 1, 1, 0, 0, 2)
    assert named(check) == [
        ("V1", "differs", [["name", "Kontor & Söhne", "Kontor KG"]], True),
        ("V3", "missing", [], True),
    ]
    assert check.staying == 0
    assert Vendor.objects.get(number="V1").name == "Kontor & Söhne"


def test_a_mirror_that_somebody_wrote_stays_different_and_raises_the_alarm(filled, caplog):
    sync.pull_entity("all")
    _let_the_overlap_pass("items")
    Item.objects.filter(number="FILTER").update(name="Forged", unit_cost="1.5")

    with caplog.at_level(logging.ERROR):
        check = compared("items")

    assert figures(check) == (1, 1, 0, 0, 0, 0)
    assert named(check) == [
        ("FILTER", "differs", [["name", "Forged", "Air filter"], ["unit cost", "1.5", "12.5"]], False)
    ]
    assert "1 of the items differ from Business Central, and no pull of changes will end it" in caplog.text


def test_a_record_that_was_taken_out_of_the_mirror_is_not_here(filled):
    sync.pull_entity("all")
    _let_the_overlap_pass("vendors")
    Vendor.objects.filter(number="V2").delete()

    check = compared("vendors")

    assert figures(check) == (1, 0, 1, 0, 0, 0)
    assert named(check) == [("V2", "missing", [], False)]


def test_what_bc_deleted_waits_for_the_night(filled):
    sync.pull_entity("all")
    client, old = connections.client(), Item.objects.get(number="OLD")
    client.delete("items", old.bc_id, etag=client.get("items", old.bc_id, select=("id",))["@odata.etag"])

    check = compared("items")
    sync.pull_entity("items", full=True)

    assert figures(check) == (1, 0, 0, 1, 0, 1)
    assert figures(compared("items")) == (1, 0, 0, 0, 0, 0)


def test_what_a_filter_keeps_out_and_what_is_held_back_is_no_drift(filled):
    company = sync.ensure_company()
    filters.save(
        MirrorFilter(company=company, entity="items", field="number", comparison="is", values="FILTER")
    )
    sync.pull_entity("all")
    filled.control.seed({"unitsOfMeasure": [{"code": "PALLET"}]})
    filled.control.seed({"items": [{"number": "FILTER", "baseUnitOfMeasureCode": "PALLET"}]})

    check = compared("items")

    assert figures(check) == (0, 0, 0, 0, 1, 0)


def test_many_are_counted_and_the_first_are_named(filled, monkeypatch):
    sync.pull_entity("all")
    monkeypatch.setattr(drift, "KEPT", 3)
    filled.control.seed({"vendors": [{"number": f"N{number}"} for number in range(5)]})

    check = compared("vendors")

    assert (check.rows_missing, check.records.count()) == (5, 3)


def test_a_comparison_that_breaks_off_says_why_and_counts_nothing_as_drift(filled):
    sync.pull_entity("all")
    filled.control.settings(no_read=["vendors"])

    check = compared("vendors")

    assert "lacks the permission on Vendor Read" in check.error
    assert (check.drifted, check.rows_same) == (0, 0)


class OutOfTime(Transport):
    """A wire on which the worker's time ends while a later page is on its way, as Celery tells it."""

    def send(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        if "skiptoken" in request.url:
            self.seen = figures(DriftCheck.objects.get()), DriftCheck.objects.get().error
            raise SoftTimeLimitExceeded
        return super().send(request, *args, **kwargs)


@pytest.fixture
def cut_off(filled, monkeypatch) -> OutOfTime:
    """Twelve vendors, of which a comparison reads the first five; the first one differs."""
    filled.control.seed({"vendors": [{"number": f"A{number}"} for number in range(10)]})
    sync.pull_entity("all")
    _let_the_overlap_pass("vendors")
    Vendor.objects.filter(number="A0").update(name="Forged")
    monkeypatch.setattr(masters, "PAGE_SIZE", 5)
    client = Client(connections.connection())
    wire = client.transport = OutOfTime(trusted_ca=client.connection.trusted_ca)
    drift.check(client, sync.ensure_company(), ENTITIES["vendors"])
    return wire


def test_a_comparison_whose_time_has_ended_keeps_what_it_found_and_says_so(cut_off):
    check = DriftCheck.objects.get()

    assert figures(check) == (4, 1, 0, 0, 0, 0)
    assert [name for name, *_ in named(check)] == ["A0"]
    assert check.error.startswith("It took longer than a worker may. The figures are of the pages")


def test_while_a_comparison_is_under_way_its_pages_are_kept(cut_off):
    counted, said = cut_off.seen

    assert counted == (4, 1, 0, 0, 0, 0)
    assert said == drift.UNDER_WAY


def test_a_comparison_that_was_cut_off_shows_what_differs_and_that_it_is_not_all(cut_off):
    client = Browser()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    told = words(client.get("/drift/", {"list": "vendors"}))

    assert "It was not compared to its end. It took longer than a worker may." in told
    assert "1 differs and no coming pull of changes brings it." in told
    assert "1 differ so far" in told
    assert "Nothing differs." not in told


def _let_the_overlap_pass(entity: str) -> None:
    """Let the list's next pull ask only for what is newer than all that is there."""
    from integration.models import SyncState

    SyncState.objects.filter(entity=entity).update(watermark=timezone.now() + timedelta(hours=1))
    assert SyncRun.objects.filter(entity=entity, state="done").exists()


@pytest.mark.parametrize("here", [2, 100], ids=["all of a short list", "many of a long one"])
def test_a_list_that_comes_empty_is_not_believed_and_asked_for_record_by_record(filled, here):
    filled.control.seed({"vendors": [{"number": f"N{number:03}"} for number in range(here - 2)]})
    sync.pull_entity("all")
    client = connections.client()
    for row in filled.control.dump("vendors"):
        client.delete("vendors", row["id"], etag=row["@odata.etag"])
    filled.control.forget_requests()

    check = compared("vendors")

    asked = filled.control.requests(entitySet="vendors", last=1000)["log"]
    assert f"{here} of {here} vendors are missing from Business Central's list" in check.error
    assert (check.drifted, len(asked)) == (0, 1)

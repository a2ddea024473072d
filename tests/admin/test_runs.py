"""Sync runs: what each pull did, and the button for one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from integration.models import SyncRun
    from masterdata.models import Company
    from tests.admin.conftest import Asked, SignedIn

pytestmark = pytest.mark.django_db
RUNS = "/admin/integration/syncrun/"


def test_the_list_shows_what_each_pull_did(signed_in: SignedIn, company: Company) -> None:
    from django.utils import timezone

    from integration.models import SyncRun

    run = SyncRun.objects.create(
        company=company,
        entity="vendors",
        kind="full",
        state="failed",
        finished_at=timezone.now(),
        rows_read=104,
        rows_new=101,
        rows_failed=3,
        rows_filtered=7,
        error="BC could not be reached.",
    )
    run.issues.create(record="V7", reason="It has no number.")
    admin = signed_in(roles.INTEGRATION_ADMIN)

    listed = words(admin.get(RUNS))
    told = words(admin.get(f"{RUNS}{run.pk}/change/"))

    assert "vendors everything failed" in listed
    assert "104 101 0 0 7 0 0 3" in listed
    assert "Why it ended BC could not be reached." in told
    assert "V7" in told
    assert "It has no number." in told
    assert "Read 104 New 101 Changed 0 Unchanged 0 Filtered 7 Waiting 0 Failed 3 Deleted 0" in told


def test_the_button_asks_the_workers_for_one_pull(
    signed_in: SignedIn, company: Company, asked: Asked
) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)
    page = admin.get(RUNS).content.decode()

    said = words(admin.post("/pull/", {"entity": "invoices", "full": "on"}, follow=True))

    assert 'name="entity" value="invoices"' in page
    assert "Pulling invoices. The run appears here in a moment." in said
    assert asked() == [("pull", {"entity": "invoices", "full": True})]


def test_what_the_button_asks_for_is_pulled_and_appears_in_the_list(
    signed_in: SignedIn, sandbox: Any, asked: Asked
) -> None:
    from integration import sync
    from integration.tasks import pull
    from masterdata.models import Vendor

    sandbox.control.seed({"vendors": [{"number": "V7", "displayName": "Nordlicht"}]})
    sync.ensure_company()
    admin = signed_in(roles.INTEGRATION_ADMIN)
    admin.post("/pull/", {"entity": "all"})
    ((_, wanted),) = asked()

    pull(**wanted)

    assert Vendor.objects.get(number="V7").name == "Nordlicht"
    assert "vendors everything done" in words(admin.get(RUNS))


@pytest.mark.parametrize("role", [roles.FINANCE_CONTROLLER, roles.AUDITOR, roles.AP_CLERK, ""])
def test_nobody_else_may_pull(signed_in: SignedIn, company: Company, asked: Asked, role: str) -> None:
    client = signed_in(role)

    response = client.post("/pull/", {"entity": "all"})

    assert response.status_code == 403
    assert "you may not pull from Business Central. Ask someone who is Integration admin." in words(response)
    assert asked() == []


def test_an_auditor_sees_the_runs_without_the_button(signed_in: SignedIn, company: Company) -> None:
    page = signed_in(roles.AUDITOR).get(RUNS)

    assert page.status_code == 200
    assert 'action="/pull/"' not in page.content.decode()


def test_pulling_something_unknown_asks_to_choose(
    signed_in: SignedIn, company: Company, asked: Asked
) -> None:
    said = words(signed_in(roles.INTEGRATION_ADMIN).post("/pull/", {"entity": "secrets"}, follow=True))

    assert "Choose what to pull." in said
    assert asked() == []


def test_workers_that_cannot_be_reached_are_told_of(
    signed_in: SignedIn, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.celery import app

    admin = signed_in(roles.INTEGRATION_ADMIN)
    monkeypatch.setattr(app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)

    said = words(admin.post("/pull/", {"entity": "all"}, follow=True))

    assert "The workers cannot be reached; the schedule will pull later." in said


def test_one_list_is_pulled_by_its_name(signed_in: SignedIn, company: Company, asked: Asked) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)

    said = words(admin.post("/pull/", {"list": "item-units"}, follow=True))

    assert "Pulling item units." in said
    assert asked() == [("pull", {"entity": "item-units", "full": False})]


# While something runs


@pytest.fixture
def running(company: Company) -> SyncRun:
    """A pull of items at 1,200 of 3,000 rows, ten minutes old."""
    import datetime

    from django.utils import timezone

    from integration.models import SyncRun

    run = SyncRun.objects.create(
        company=company, entity="items", kind="full", rows_read=1200, rows_new=1200, rows_expected=3000
    )
    begun = timezone.now() - datetime.timedelta(minutes=10)
    SyncRun.objects.filter(pk=run.pk).update(started_at=begun)
    return run


def test_what_runs_is_told_above_the_list_with_the_time_that_is_left(
    signed_in: SignedIn, running: SyncRun
) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)

    page, piece = admin.get(RUNS), admin.get("/runs/running/")

    assert "1,200 of 3,000 read, about 15 min left." in words(page)
    assert "1,200 of 3,000 read, about 15 min left." in words(piece)
    assert 'data-live="/runs/running/"' in page.content.decode()
    assert piece.headers["Cache-Control"].startswith("max-age=0, no-cache")


def test_nothing_to_see_is_said_too(signed_in: SignedIn, company: Company) -> None:
    page = words(signed_in(roles.INTEGRATION_ADMIN).get(RUNS))

    assert "Nothing is being pulled at the moment." in page
    assert "No schedule pulls by itself." in page


def test_the_clocks_next_turns_are_told_in_words(
    signed_in: SignedIn, company: Company, settings: Any
) -> None:
    from integration import installation

    installation.install_schedules(settings.TIEOUT_SCHEDULES)

    page = words(signed_in(roles.INTEGRATION_ADMIN).get(RUNS))

    assert "Pull invoices: every 30 seconds" in page
    assert "Pull master data: every hour at 7 past, next" in page


def test_a_run_is_stopped_from_its_page(signed_in: SignedIn, running: SyncRun) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)
    page = admin.get(f"{RUNS}{running.pk}/change/").content.decode()

    said = words(admin.post(f"/runs/{running.pk}/stop/", follow=True))

    assert f'action="/runs/{running.pk}/stop/"' in page
    assert "It stops before its next page; the next run goes on from there." in said
    assert "asked it to stop before its next page" in said
    running.refresh_from_db()
    assert running.stop_asked_by


def test_a_run_that_ended_is_not_stopped(signed_in: SignedIn, running: SyncRun) -> None:
    from integration.models import SyncRun
    from integration.sync import runs

    runs.fail(SyncRun.objects.get(pk=running.pk), "it broke off")
    admin = signed_in(roles.INTEGRATION_ADMIN)

    said = words(admin.post(f"/runs/{running.pk}/stop/", follow=True))

    assert "It has ended already." in said
    assert "data-live" not in admin.get(f"/runs/{running.pk}/progress/").content.decode()


def test_an_auditor_sees_the_progress_and_stops_nothing(signed_in: SignedIn, running: SyncRun) -> None:
    auditor = signed_in(roles.AUDITOR)

    page = auditor.get(f"{RUNS}{running.pk}/change/")
    refused = auditor.post(f"/runs/{running.pk}/stop/")

    assert "Read 1,200 of 3,000" in words(page)
    assert "/stop/" not in page.content.decode()
    assert refused.status_code == 403
    running.refresh_from_db()
    assert running.stop_asked_by == ""


@pytest.mark.parametrize("address", ["/runs/running/", "/runs/1/progress/"])
def test_a_clerk_does_not_see_how_far_the_pulls_are(
    signed_in: SignedIn, company: Company, address: str
) -> None:
    refused = signed_in(roles.AP_CLERK).get(address)

    assert refused.status_code == 403
    assert "you may not see the pulls" in words(refused)


# One record


def test_a_record_is_pulled_from_its_own_page(signed_in: SignedIn, sandbox: Any, asked: Asked) -> None:
    from integration import sync
    from integration.tasks import pull_records
    from masterdata.models import Vendor

    sandbox.control.seed({"vendors": [{"number": "V7", "displayName": "Nordlicht"}]})
    sync.pull_entity("vendors")
    vendor = Vendor.objects.get()
    sandbox.control.seed({"vendors": [{"number": "V7", "displayName": "Südlicht"}]})
    admin = signed_in(roles.INTEGRATION_ADMIN)
    address = f"/admin/masterdata/vendor/{vendor.pk}/change/"
    page = admin.get(address).content.decode()

    answer = admin.post(
        "/pull/record/", {"entity": "vendors", "bc_id": str(vendor.bc_id), "next": address}, follow=True
    )
    ((task, wanted),) = asked()
    pull_records(**wanted)

    assert 'action="/pull/record/"' in page
    assert answer.redirect_chain == [(address, 302)]
    assert "Pulling this record." in words(answer)
    assert task == "pull_records"
    vendor.refresh_from_db()
    assert vendor.name == "Südlicht"


@pytest.mark.parametrize(
    "form", [{"entity": "invoices", "bc_id": "x"}, {"entity": "vendors", "bc_id": "x"}, {}]
)
def test_a_record_that_is_none_is_not_asked_for(
    signed_in: SignedIn, company: Company, asked: Asked, form: dict[str, str]
) -> None:
    said = words(signed_in(roles.INTEGRATION_ADMIN).post("/pull/record/", form, follow=True))

    assert "Choose what to pull." in said
    assert asked() == []


def test_a_clerk_sees_a_record_without_the_button(
    signed_in: SignedIn, company: Company, asked: Asked
) -> None:
    from masterdata.models import Vendor

    vendor = Vendor.objects.create(company=company, number="V7", row_hash=b"")
    clerk = signed_in(roles.AP_CLERK)

    page = clerk.get(f"/admin/masterdata/vendor/{vendor.pk}/change/")
    refused = clerk.post("/pull/record/", {"entity": "vendors", "bc_id": str(vendor.bc_id)})

    assert (page.status_code, refused.status_code) == (200, 403)
    assert "/pull/record/" not in page.content.decode()
    assert f'href="/records/vendor/{vendor.pk}/"' in page.content.decode()
    assert asked() == []


def test_of_several_companies_each_run_says_whose_it_is(signed_in: SignedIn, running: SyncRun) -> None:
    import uuid

    from masterdata.models import Company

    admin = signed_in(roles.INTEGRATION_ADMIN)
    alone = words(admin.get("/runs/running/"))
    Company.objects.create(bc_id=uuid.uuid4(), name="Werkstatt Ost", ledger_currency="EUR")
    beside, own = words(admin.get("/runs/running/")), words(admin.get(f"/runs/{running.pk}/progress/"))

    assert running.company.name not in alone
    assert f"items of {running.company.name}, everything: running" in beside
    assert f"items of {running.company.name}, everything: running" in own


def test_a_run_is_named_by_our_clock(company: Company) -> None:
    import datetime

    from integration.models import SyncRun

    run = SyncRun(company=company, entity="items")
    run.started_at = datetime.datetime(2026, 7, 1, 22, 30, tzinfo=datetime.UTC)

    assert str(run) == "items 2026-07-02 00:30"


def test_all_lists_are_compared_by_a_task_each_so_that_none_takes_the_time_of_another(
    sandbox: Any, asked: Asked
) -> None:
    from integration import sync, tasks
    from integration.models import DriftCheck

    tasks.check_drift()

    assert asked() == [("check_drift", {"entity": name}) for name in sync.MASTERS]
    assert not DriftCheck.objects.exists()

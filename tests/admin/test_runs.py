"""Sync runs: what each pull did, and the button for one more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
Asked = Callable[[], list[dict[str, Any]]]
RUNS = "/admin/integration/syncrun/"


@pytest.fixture
def asked() -> Iterator[Asked]:
    """Take what the workers are asked to pull out of the broker's queue, which is empty at first."""
    from config.celery import app

    with app.connection_for_read() as broker, broker.SimpleQueue("bulk") as queue:

        def take() -> list[dict[str, Any]]:
            taken = []
            try:
                while message := queue.get_nowait():
                    message.ack()
                    assert message.headers["task"] == "integration.tasks.pull"
                    taken.append(message.payload[1])
            except queue.Empty:
                return taken

        take()
        yield take
        take()


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
        error="BC could not be reached.",
    )
    run.issues.create(record="V7", reason="It has no number.")
    admin = signed_in(roles.INTEGRATION_ADMIN)

    listed = words(admin.get(RUNS))
    told = words(admin.get(f"{RUNS}{run.pk}/change/"))

    assert "vendors everything failed" in listed
    assert "104 101 0 0 0 3" in listed
    assert "BC could not be reached." in told
    assert "V7" in told
    assert "It has no number." in told


def test_the_button_asks_the_workers_for_one_pull(
    signed_in: SignedIn, company: Company, asked: Asked
) -> None:
    admin = signed_in(roles.INTEGRATION_ADMIN)
    page = admin.get(RUNS).content.decode()

    said = words(admin.post("/pull/", {"entity": "invoices", "full": "on"}, follow=True))

    assert 'name="entity" value="invoices"' in page
    assert "Pulling invoices. The run appears here in a moment." in said
    assert asked() == [{"entity": "invoices", "full": True}]


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
    (wanted,) = asked()

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

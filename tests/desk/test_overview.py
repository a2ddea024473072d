"""The overview: each flow's figures are right, and each opens its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from integration import overview
from integration.models import Message, SyncRun
from reconciliation import roles
from tests import factories
from tests.messages import bring
from tests.watching.test_metrics import rows_read

from .reading import links, words

pytestmark = pytest.mark.django_db
OVERVIEW = "/overview/"
NUMBERS = ("PO-DONE", "PO-RETRY", "PO-LOOK", "PO-NO", "PO-DEAD", "PO-NEW")


@pytest.fixture
def flow(desk):
    """One order in each state that a person should see."""
    company = desk.company
    factories.delivered(company, "PO-DONE")
    factories.retried(company, "PO-RETRY")
    factories.looked_for(company, "PO-LOOK")
    factories.refused(company, "PO-NO")
    bring(factories.queued(company, "PO-DEAD"), to="dead")
    factories.waiting_receipt(company, "GR-WAIT", "PO-NEVER")
    factories.queued(company, "PO-NEW")


def test_each_state_is_counted_once(flow, signed_in):
    page = signed_in(roles.INTEGRATION_ADMIN).get(OVERVIEW)

    told = words(page)
    for said in ("1 purchase order, succeeded", "1 purchase order, pending", "1 purchase order, retrying",
                 "1 purchase order, checking", "1 purchase order, refused", "1 purchase order, given up",
                 "1 goods receipt, waiting"):  # fmt: skip
        assert said in told


def test_each_number_opens_just_its_rows(flow, signed_in):
    client = signed_in(roles.INTEGRATION_ADMIN)
    found = links(client.get(OVERVIEW))

    def opened(name: str) -> set[str]:
        body = words(client.get(found[name]))
        return {number for number in NUMBERS if number in body}

    assert opened("1 purchase order, succeeded") == {"PO-DONE"}
    assert opened("1 purchase order, retrying") == {"PO-RETRY"}
    assert opened("1 purchase order, given up") == {"PO-DEAD"}
    assert opened("1 purchase order, pending") == {"PO-NEW"}


def test_behind_each_number_are_as_many_rows(flow, desk, signed_in):
    old, now = timezone.now() - timedelta(days=3), timezone.now()
    for state, kind, began in (
        ("done", "delta", now), ("done", "delta", old), ("failed", "full", now), ("done", "records", now),
    ):  # fmt: skip
        run = SyncRun.objects.create(
            company=desk.company, entity="items", kind=kind, state=state, finished_at=now
        )
        SyncRun.objects.filter(pk=run.pk).update(started_at=began)
    client = signed_in(roles.INTEGRATION_ADMIN)

    found = {text: url for text, url in links(client.get(OVERVIEW)).items() if text[:1].isdigit()}

    assert {"1 runs of items", "1 failed runs of items"} <= set(found)
    behind = {text: client.get(url).context["cl"].result_count for text, url in found.items()}
    assert behind == {text: int(text.split()[0]) for text in found}


def test_behind_a_number_are_the_rows_of_its_company_alone(flow, desk, signed_in):
    other = factories.open_company("Other")
    factories.queued(other, "PO-OTHER")
    client = signed_in(roles.INTEGRATION_ADMIN)

    found = links(client.get(OVERVIEW))["1 purchase order, pending"]

    assert client.get(found).context["cl"].result_count == 1


def test_what_was_done_before_the_window_is_not_counted(flow, desk):
    done_at = Message.objects.get(state="done").done_at

    def succeeded(since) -> int:
        (orders, _receipts) = overview.deliveries(desk.company, since=since, now=timezone.now())
        return orders.succeeded

    assert (succeeded(done_at), succeeded(done_at + timedelta(seconds=1))) == (1, 0)


def test_runs_are_of_the_window_and_those_before_it_are_not_read(desk):
    old, now = timezone.now() - timedelta(days=9), timezone.now()
    ended = {"company": desk.company, "entity": "items", "kind": "delta", "state": "done", "finished_at": old}
    SyncRun.objects.bulk_create(SyncRun(**ended, rows_new=7) for _run in range(2_000))
    SyncRun.objects.update(started_at=old)
    SyncRun.objects.create(**ended | {"finished_at": now}, rows_new=2, rows_changed=1)
    SyncRun.objects.create(**ended | {"finished_at": now, "state": "failed"}, rows_changed=4)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE integration_syncrun")
    before = rows_read()["integration_syncrun"]

    (items,) = (
        each
        for each in overview.pulls(desk.company, since=now - timedelta(days=1), now=now)
        if each.entity == "items"
    )

    assert (items.succeeded, items.failed, items.changed) == (1, 1, 7)
    assert (items.last_success, items.last_state) == (now, "failed")
    assert rows_read()["integration_syncrun"] - before < 50


def test_a_clerk_is_told_whom_to_ask(desk, signed_in):
    assert signed_in(roles.AP_CLERK).get(OVERVIEW).status_code == 403


def test_before_the_first_document_it_says_what_will_show(desk, signed_in):
    assert "Nothing was sent yet" in words(signed_in(roles.INTEGRATION_ADMIN).get(OVERVIEW))

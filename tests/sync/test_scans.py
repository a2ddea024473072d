"""What changes in BC while a full pull reads is neither lost nor taken for deleted."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from integration import connections, sync
from integration.bc import Client
from integration.bc.transport import Answer, Request, Transport
from integration.models import SyncRun, SyncState
from integration.sync import masters
from masterdata.models import Item

pytestmark = pytest.mark.django_db

ROWS, PAGE = 12, 4
LONG_AGO = "2020-01-01T00:00:00Z"


class Meanwhile(Transport):
    """A wire on which something happens in BC after the first page of items was read."""

    happens: Callable[[], object] | None = None

    def send(self, request: Request, *args, **kwargs) -> Answer:
        answer = super().send(request, *args, **kwargs)
        if self.happens and "/items?" in request.url:
            happens, self.happens = self.happens, None
            happens()
        return answer


@pytest.fixture
def items(sandbox, monkeypatch):
    """Twelve items in pages of four, pulled once."""
    monkeypatch.setattr(masters, "PAGE_SIZE", PAGE)
    rows = [{"number": f"N{number:02}", "baseUnitOfMeasureCode": "PCS"} for number in range(ROWS)]
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "items": rows})
    sync.pull_entity("items")
    return sandbox


def pull_while(happens: Callable[[], object]) -> SyncRun:
    client = Client(connections.connection())
    wire = Meanwhile(trusted_ca=client.connection.trusted_ca)
    wire.happens = happens
    client.transport = wire
    run = sync.pull_one(client, sync.ensure_company(), "items", full=True)
    assert wire.happens is None
    return run


def test_a_record_that_is_renamed_past_the_reader_is_not_taken_for_deleted(items) -> None:
    moved = Item.objects.get(number="N11")
    renamed = {"items": [{"id": str(moved.bc_id), "number": "A00"}]}

    run = pull_while(lambda: items.control.seed(renamed))

    moved.refresh_from_db()
    assert (run.state, run.rows_deleted) == ("done", 0)
    assert (moved.number, moved.deleted_at) == ("A00", None)


def test_a_record_that_changes_after_its_page_was_read_comes_with_the_next_delta(items) -> None:
    changed = {"items": [{"number": "N00", "displayName": "changed meanwhile"}]}
    pull_while(lambda: items.control.seed(changed))

    delta = sync.pull_entity("items")[0]

    assert delta.kind == "delta"
    assert Item.objects.get(number="N00").name == "changed meanwhile"


def test_the_mark_never_lies_behind_the_beginning_of_the_pull(items) -> None:
    begun = SyncRun.objects.latest("pk").started_at
    later = (begun + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    items.control.seed({"items": [{"number": "N03", "lastModifiedDateTime": later}]})

    run = sync.pull_entity("items", full=True)[0]

    mark = SyncState.objects.get(entity="items").watermark
    assert begun < mark
    assert mark - run.started_at < datetime.timedelta(minutes=10)


def test_a_restored_company_with_old_stamps_is_found_by_a_full_pull(items) -> None:
    restored = {"number": "N05", "displayName": "as it was", "lastModifiedDateTime": LONG_AGO}
    items.control.seed({"items": [restored]})

    delta = sync.pull_entity("items")[0]
    full = sync.pull_entity("items", full=True)[0]

    assert (delta.kind, full.kind) == ("delta", "full")
    assert (full.rows_changed, full.rows_deleted) == (1, 0)
    assert Item.objects.get(number="N05").name == "as it was"


def test_a_record_that_was_read_before_its_transaction_failed_is_marked_as_gone(items) -> None:
    """BC shows rows that are not committed yet; one that never is comes in, and leaves with a full pull."""
    items.control.seed({"items": [{"number": "N99", "baseUnitOfMeasureCode": "PCS"}]})
    sync.pull_entity("items")
    ghost = Item.objects.get(number="N99")
    client = connections.client()
    tag = client.get("items", ghost.bc_id, select=("id",))["@odata.etag"]
    client.delete("items", ghost.bc_id, etag=tag)  # as if it had never been

    sync.pull_entity("items", full=True)

    ghost.refresh_from_db()
    assert ghost.deleted_at is not None
    assert Item.objects.present().count() == ROWS

"""Events that arrive in the same moment: each is done once, and order and receipt find each other."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections

from integration.cafm import auth
from integration.models import InboxEvent, Message
from masterdata.batch import Pulled
from masterdata.models import Company, Location
from masterdata.upsert import mark_deleted, upsert
from reconciliation.models import GoodsReceipt, PurchaseOrder

from . import forms
from .client import Cafm, client_for, prepare_company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secret(transactional_db: None) -> str:
    return client_for(prepare_company()).secret


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls at the same moment, each on a connection of its own."""
    start = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_the_same_event_from_many_sides_is_one_event(secret: str) -> None:
    replies = together(*[lambda: Cafm(secret).send(forms.order())] * 6)

    assert [reply.status_code for reply in replies] == [202] * 6
    assert len({reply.content for reply in replies}) == 1
    assert (InboxEvent.objects.count(), PurchaseOrder.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_of_two_contents_under_one_id_one_is_taken(secret: str) -> None:
    replies = together(
        lambda: Cafm(secret).send(forms.order() | {"id": "1"}),
        lambda: Cafm(secret).send(forms.order("PO-2") | {"id": "1"}),
    )

    assert sorted(reply.status_code for reply in replies) == [202, 409]
    assert PurchaseOrder.objects.count() == 1


def test_one_number_in_two_events_is_one_document(secret: str) -> None:
    replies = together(*[lambda n=n: Cafm(secret).send(forms.order() | {"id": f"{n}"}) for n in range(4)])

    assert sorted(reply.status_code for reply in replies) == [202, 409, 409, 409]
    assert (InboxEvent.objects.count(), PurchaseOrder.objects.count()) == (1, 1)


def test_an_order_and_its_receipts_find_each_other(secret: str) -> None:
    events = [forms.order(), *(forms.receipt(f"GR-{number}") for number in range(4))]

    replies = together(*[lambda event=event: Cafm(secret).send(event) for event in events])

    assert [reply.status_code for reply in replies] == [202] * 5
    assert set(GoodsReceipt.objects.values_list("order", flat=True)) == {PurchaseOrder.objects.get().pk}
    assert set(Message.objects.values_list("state", flat=True)) == {"ready"}


def test_batches_in_opposite_order_do_not_hold_each_other_up(secret: str) -> None:
    events = [
        event for n in range(15) for event in (forms.order(f"PO-{n}"), forms.receipt(f"GR-{n}", f"PO-{n}"))
    ]

    replies = together(lambda: Cafm(secret).send_batch(events), lambda: Cafm(secret).send_batch(events[::-1]))

    assert {entry["status"] for reply in replies for entry in reply.json()} == {"accepted"}
    assert (PurchaseOrder.objects.count(), GoodsReceipt.objects.count()) == (15, 15)
    assert not GoodsReceipt.objects.filter(order=None).exists()


def test_a_reader_misses_nothing_that_is_written_while_it_reads(transactional_db: None) -> None:
    house = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    reader = Cafm(auth.issue(house, "reader", ["masterdata"])[1])
    ids = [uuid.uuid4() for _ in range(12)]
    done = Event()
    seen: dict[str, tuple[str, str | None]] = {}

    def write(turn: int) -> None:
        for round in range(15):
            chosen = ids[(turn + round) % 4 :: 2]
            rows = [Pulled(bc_id, None, {"code": "L", "name": f"{turn}-{round}"}) for bc_id in chosen]
            upsert(house, Location, rows)
            mark_deleted(house, Location, chosen[:1])

    def read() -> None:
        cursor = ""
        while True:
            last_look = done.is_set()
            page = reader.client.get("/api/v1/locations", {"since": cursor, "limit": 5}).json()
            for row in page["results"]:
                seen[row["bc_id"]] = (row["name"], row["deleted_at"])
            cursor = page["cursor"]
            if last_look and page["next"] is None:
                return

    def write_all() -> None:
        together(lambda: write(0), lambda: write(1))
        done.set()

    together(write_all, read)

    rows = Location.objects.values_list("bc_id", "name", "deleted_at")
    written = {str(bc_id): (name, deleted) for bc_id, name, deleted in rows}
    assert {bc_id: name for bc_id, (name, _) in seen.items()} == {b: name for b, (name, _) in written.items()}
    assert {b for b, (_, deleted) in seen.items() if deleted} == {b for b, (_, d) in written.items() if d}

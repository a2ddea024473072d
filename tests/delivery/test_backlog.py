"""After a long outage: a claim reads no more of a long line than of a short one; events of now go first."""

from __future__ import annotations

import json
import tracemalloc
from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integration import outbox
from integration.delivery.turn import FRESH, Listed, deliver_next
from integration.models import Message
from integration.outbox.leases import CLAIM, EVER
from tests.delivery.house import House

SHORT, LONG = 1_000, 30_000
ONE_BY_ONE = 400
PAGES = 12  # of 8 kB that the deeper indexes and a fuller last page may cost
MEGABYTE = 1_000_000
STATEMENTS = 14  # the claim, nine for what it is built of and held against, the sending, three for the end

NEW = {
    "key": "gen_random_uuid()",
    "dedupe_key": "dedupe_key || '/' || n",
    "chain": "chain || '/' || n",
    "document_number": "document_number || '/' || n",
    "next_attempt_at": "now() - interval '1 day' + n * interval '2 seconds'",
}


def test_a_claim_and_its_memory_are_the_same_for_a_line_thirty_times_as_long(house: House) -> None:
    first = house.order("OLD")
    lengthen(first, to=SHORT)
    short = pages()
    lengthen(first, to=LONG)

    tracemalloc.start()
    outbox.refill(now=timezone.now())
    outbox.sweep(now=timezone.now())
    old = outbox.claim(now=timezone.now(), worker="one")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert Message.objects.count() == LONG
    assert old is not None
    assert pages() <= short + PAGES
    assert peak < MEGABYTE


def test_what_comes_now_is_claimed_before_a_days_backlog(house: House) -> None:
    lengthen(house.order("OLD"), to=LONG)
    Message.objects.update(next_attempt_at=timezone.now() - timedelta(hours=3))
    house.order("NEW")

    now = timezone.now()
    claimed = outbox.claim(now=now, worker="one", since=now - FRESH)

    assert claimed is not None
    assert claimed.document_number == "NEW"


def test_one_transaction_takes_a_long_line_without_walking_past_what_it_took(house: House) -> None:
    lengthen(house.order("OLD"), to=ONE_BY_ONE)
    listed, before = Listed(), entries()

    taken = [message.pk for message in iter(lambda: listed.claim(now=timezone.now(), worker="one"), None)]

    assert len(taken) == len(set(taken)) == ONE_BY_ONE
    assert entries() - before <= 3 * ONE_BY_ONE
    house.order("NEW")
    assert listed.claim(now=timezone.now(), worker="one") is not None


def entries() -> int:
    """Count what this transaction has read so far of the index of what is due, living or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_returned('message_due'::regclass)")
        return int(cursor.fetchone()[0])


def lengthen(message: Message, *, to: int) -> None:
    """Put copies of a message in line, each a chain of its own, due one after the other."""
    here = Message.objects.count()
    columns = [field.column for field in Message._meta.local_concrete_fields if field.column != "id"]
    values = ", ".join(NEW.get(column, column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO integration_message ({', '.join(columns)}) "
            f"SELECT {values} FROM integration_message, generate_series(%s::int, %s::int) n WHERE id = %s",
            [here, to - 1, message.pk],
        )
        cursor.execute("ANALYZE integration_message")


def pages() -> int:
    """Count the pages that a claim reads; it claims nothing."""
    now = timezone.now()
    terms = {"now": now, "since": EVER, "worker": "one", "lease_until": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {CLAIM}", terms)
        told = cursor.fetchone()[0]
        transaction.set_rollback(True)
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_a_new_order_is_built_and_sent_with_fourteen_statements(house: House) -> None:
    for number in ("PO-1", "PO-2"):
        message = house.order(number)
        new = Message.objects.filter(pk=message.pk)
        new.update(payload=None, mapping_version=None, line_mapping_version=None)
    deliver_next(worker="one")  # what is read once in each process is read now

    with CaptureQueriesContext(connection) as statements:
        delivered = deliver_next(worker="one")

    assert delivered is not None
    assert delivered.outcome == "posted"
    told = [sql for each in statements if "SAVEPOINT" not in (sql := each["sql"])]
    assert len(told) <= STATEMENTS, "\n".join(told)
    delivered.message.refresh_from_db()
    assert delivered.message.mapping_version == 1
    assert delivered.message.payload is not None


def test_what_is_mapped_anew_and_sent_at_once_keeps_its_versions_from_then_on(house: House) -> None:
    message = house.order()
    Message.objects.filter(pk=message.pk).update(payload=None, remap=True)

    delivered = deliver_next(worker="one")

    assert delivered is not None
    assert delivered.outcome == "posted"
    message.refresh_from_db()
    assert (message.mapping_version, message.remap) == (1, False)

"""An invoice that Business Central posts in the moment in which it is judged here."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.local.processes import wait_until
from reconciliation import documents, reconcile
from reconciliation.models import ExceptionCase, SupplierInvoice

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_invoice_that_is_posted_while_it_is_held_back_is_judged_again(desk: Desk) -> None:
    desk.order()
    invoice = desk.invoice()
    documents.mark_ready(invoice)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        reconcile.match_due()
        posting = pool.submit(post, invoice.pk)
        assert wait_until(lambda: posting.done() or somebody_waits(), seconds=20)
        blocked = SupplierInvoice.objects.get()
        assert (blocked.status, blocked.match_due, posting.done()) == ("blocked", False, False)
    assert posting.result() is True

    left = SupplierInvoice.objects.get()
    assert (left.status, left.match_due) == ("posted", True)
    reconcile.match_due()
    assert ExceptionCase.objects.get().status == "cleared"


def post(key: int) -> bool:
    """Post the invoice on a connection of its own; tells whether the posted one says that it is due."""
    try:
        invoice = SupplierInvoice.objects.get(pk=key)
        documents.mark_posted(invoice, bc_id=uuid.uuid4(), bc_number="108001", at=timezone.now())
        return invoice.match_due
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.rowcount > 0

"""Grounds are kept once, also when two workers need the same ones in different order."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from config.local.processes import wait_until
from masterdata.models import Company
from reconciliation.grounds import Grounds
from reconciliation.matching import facts
from reconciliation.models import MatchGround

pytestmark = pytest.mark.django_db(transaction=True)

ONE = facts.Policy()
OTHER = facts.Policy(levels=(facts.LevelRule(level="two_way"),))


def test_two_workers_that_need_new_grounds_in_opposite_order_do_not_stop_each_other(company: Company) -> None:
    found: list[Any] = []

    def work() -> None:
        try:
            with transaction.atomic():
                grounds = Grounds(company)
                found.extend([grounds.of(OTHER).pk, grounds.of(ONE).pk])
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        grounds = Grounds(company)
        one = grounds.of(ONE).pk
        worker.start()
        assert wait_until(_waits_for_us, seconds=20)
        other = grounds.of(OTHER).pk
    worker.join()

    assert found == [other, one]
    assert MatchGround.objects.count() == 2


def _waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None

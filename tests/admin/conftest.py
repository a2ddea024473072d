"""One record for each table of the admin, and someone of each role to open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from masterdata.models import Company
    from tests.factories import Desk

    SignedIn = Callable[[str], Client]
    Records = dict[type[Any], int]
    Asked = Callable[[], list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def company(db: None) -> Company:
    from tests.factories import open_company

    return open_company()


@pytest.fixture
def desk(company: Company) -> Desk:
    from tests.factories import Desk

    return Desk(company)


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """Sign in someone of a role (none for an empty one)."""
    from tests.factories import person

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(person(role))
        return client

    return sign_in


@pytest.fixture
def superuser(db: None) -> Client:
    """Sign in someone to whom no permission is denied."""
    from django.contrib.auth.models import User

    client = Client()
    client.force_login(User.objects.create_superuser("root", password="a-long-test-password"))
    return client


@pytest.fixture
def asked() -> Iterator[Asked]:
    """Take what the workers are asked for, by task, out of the broker's queues, which are empty at first."""
    from config.celery import app

    with app.connection_for_read() as broker:
        queues = [broker.SimpleQueue(name) for name in ("bulk", "housekeeping")]

        def take() -> list[tuple[str, dict[str, Any]]]:
            return [
                (message.headers["task"].rpartition(".")[2], message.payload[1])
                for queue in queues
                for message in _messages(queue)
            ]

        take()
        yield take
        take()
        for queue in queues:
            queue.close()


def _messages(queue: Any) -> Iterator[Any]:
    try:
        while message := queue.get_nowait():
            message.ack()
            yield message
    except queue.Empty:
        return


@pytest.fixture
def records(desk: Desk, settings: Any) -> Records:
    """Fill every table and give a row of each."""
    from tests.admin.furnish import furnish

    return furnish(desk, settings.TIEOUT_SCHEDULES)

"""Two people who press at the same moment: one of them retries, the other is told so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from reconciliation import roles
from tests.desk.reading import words

PEOPLE = 4


@pytest.mark.django_db(transaction=True)
def test_of_people_who_press_retry_at_once_one_retries_and_the_others_are_told() -> None:
    from tests import factories

    message = factories.refused(factories.open_company(), "PO-1")
    clients = [Client() for _person in range(PEOPLE)]
    for number, client in enumerate(clients):
        client.force_login(factories.person(roles.INTEGRATION_ADMIN, f"admin{number}"))
    start = Barrier(PEOPLE)

    def press(client: Client) -> str:
        start.wait()
        try:
            answer = client.post(
                f"/messages/{message.pk}/retry/", {"reason": "Vendor unblocked"}, follow=True
            )
            return words(answer)
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        told = list(pool.map(press, clients))

    assert sum("Purchase order PO-1 is queued again." in page for page in told) == 1
    assert sum("only stuck messages can be retried" in page for page in told) == PEOPLE - 1
    message.refresh_from_db()
    assert message.state == "ready"
    assert message.tries.filter(outcome="by_hand").count() == 1

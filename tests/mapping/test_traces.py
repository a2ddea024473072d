"""How each field of a message came about: kept with the message, and told on its page."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from integration.mapping import defaults, traces
from integration.mapping.recording import Read
from integration.models import Message
from masterdata.models import Company
from reconciliation import roles
from tests import factories, mappings
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return factories.open_company()


def queued(company: Company, number: str) -> Message:
    return Message.objects.get(pk=factories.queued(company, number).pk)


def row_of(message: Message, target: str) -> Any:
    (head, *_lines) = traces.told(message.mapped_from, message.company)
    return next(each for each in head.rows if each.row.target == target)


def test_a_message_keeps_what_each_of_its_fields_was_made_of(company: Company) -> None:
    message = queued(company, "PO-1")

    head, *lines = traces.told(message.mapped_from, company)

    ordered = row_of(message, "orderDate")
    assert (head.mapping, head.version) == (defaults.ORDER, 1)
    assert [(each.mapping, each.line) for each in lines] == [(defaults.ORDER_LINE, 1)]
    assert ordered.result == date.fromisoformat(str(ordered.found)).isoformat()
    assert ordered.result == message.payload["orderDate"]
    made = {each.row.target: each.result for each in lines[0].rows if each.result is not None}
    sent = next(line for line in message.payload["purchaseOrderLines"] if line["sequence"] == 10000)
    assert made == {name: sent[name] for name in made}


def test_the_head_is_kept_once_however_many_lines_carry_it(company: Company) -> None:
    head = {"number": "PO-1", "vendor_number": "V1" * 200}
    lines = [Read(defaults.ORDER_LINE, 1, {"line": line, "order": head}) for line in (1, 2, 3)]

    written = traces.packed([Read(defaults.ORDER, 1, head), *lines])

    assert written.count("V1V1") == json.dumps(head).count("V1V1")


def test_a_trace_tells_of_the_version_that_built_it_after_another_counts(company: Company) -> None:
    message = queued(company, "PO-1")

    mappings.change_row(defaults.ORDER, "orderDate", target="documentDate")

    assert row_of(message, "orderDate").result


def test_the_page_of_a_message_that_the_mapping_refused_shows_at_which_row(company: Company) -> None:
    factories.queued(company, "PO-1")
    mappings.change_row(defaults.ORDER, "orderDate", transform="multiply", parameters={"by": 2})
    message = queued(company, "PO-2")
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    page = words(client.get(f"/messages/{message.pk}/"))

    assert message.state == "rejected"
    assert "How each field came about" in page
    assert f"Head: {defaults.ORDER}, version 2 wrong" in page
    assert "order_date multiply wrong" in page
    assert "vendor_number upper" in page

"""A wrong row of the field mapping loses no event: the document is kept, and its message goes to a person."""

from __future__ import annotations

from typing import Any

import pytest

from integration.mapping import defaults
from integration.models import InboxEvent, Message
from reconciliation.models import PurchaseOrder
from tests import mappings

from . import forms, worker

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("transform", "parameters"),
    [
        ("decimal", {"places": 27}),
        ("decimal", {"places": "two"}),
        ("multiply", {"by": "1e20000"}),
        ("multiply", {"by": "1e999999"}),
        ("multiply", {}),
        ("text", {"length": []}),
        ("value_map", {"values": 7}),
        ("constant", {"value": [1, 2]}),
        ("constant", {"value": 2**70}),
        ("constant", {"value": 1.5}),
        ("no such transform", {}),
    ],
)
def test_an_order_that_cannot_be_written_is_kept_and_goes_to_a_person(
    cafm: Any, transform: str, parameters: dict[str, Any]
) -> None:
    mappings.change_row(defaults.ORDER_LINE, "quantity", transform=transform, parameters=parameters)

    answer = cafm.send(forms.order())
    worker.build_all()

    message = Message.objects.get()
    assert answer.status_code == 202
    assert (InboxEvent.objects.count(), PurchaseOrder.objects.count()) == (1, 1)
    assert message.state == "rejected"
    assert message.error.startswith(
        "purchase order PO-1 cannot be written for Business Central: line 1, quantity (from quantity): "
    )
    assert message.error.endswith("Correct the record or the field mapping, then retry.")


def test_a_mapping_that_copies_a_whole_group_is_a_problem_and_not_a_failure(cafm: Any) -> None:
    mappings.change_row(defaults.ORDER_LINE, "description", source="order", transform="copy", parameters={})

    answer = cafm.send(forms.order())
    worker.build_all()

    assert answer.status_code == 202
    assert "line 1, description (from order): it is a group of values" in Message.objects.get().error

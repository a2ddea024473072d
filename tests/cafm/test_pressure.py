"""While much waits for Business Central, batches are asked to come later; single events are taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integration.models import InboxEvent, Message
from tests.messages import bring

from . import forms
from .client import Cafm

pytestmark = pytest.mark.django_db


def order(number: str) -> dict[str, Any]:
    return forms.order(number=number) | {"id": number}


def test_a_batch_comes_later_while_too_many_documents_wait(cafm: Cafm, settings: Any) -> None:
    settings.INTAKE_BACKLOG = 1
    for number in ("PO-1", "PO-2"):
        assert cafm.send(order(number)).status_code == 202

    reply = cafm.send_batch([order("PO-3")])

    assert (reply.status_code, reply["Retry-After"], reply.json()["code"]) == (429, "300", "too-much-waits")
    assert reply.json()["detail"].startswith("More than 1 documents wait for Business Central.")
    assert InboxEvent.objects.count() == 2


def test_a_batch_comes_later_while_a_document_has_waited_for_an_hour(cafm: Cafm) -> None:
    cafm.send(order("PO-1"))
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=61))

    reply = cafm.send_batch([order("PO-2")])

    assert reply.status_code == 429
    assert "for more than an hour" in reply.json()["detail"]


def test_single_events_are_taken_all_the_time(cafm: Cafm, settings: Any) -> None:
    settings.INTAKE_BACKLOG = 0
    cafm.send(order("PO-1"))

    assert cafm.send(order("PO-2")).status_code == 202
    assert cafm.send_batch([order("PO-3")]).status_code == 429


def test_what_only_a_person_can_move_holds_no_batch_up(cafm: Cafm, settings: Any) -> None:
    settings.INTAKE_BACKLOG = 0
    cafm.send(order("PO-1"))
    bring(Message.objects.get(), to="dead", created_at=timezone.now() - timedelta(days=2))

    assert cafm.send_batch([order("PO-2")]).status_code == 207

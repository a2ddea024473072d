"""A message that gets stuck is filed under its cause: with its money, its owner, and whether it came back."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from reconciliation import roles

from .conftest import unit_unknown

if TYPE_CHECKING:
    from integration.models import Message
    from masterdata.models import Company

pytestmark = pytest.mark.django_db


def post(message: Message) -> None:
    """Let a stuck message go through after all."""
    from integration import outbox
    from integration.models import Message
    from tests import factories

    outbox.retry(message, by=factories.person(username=f"p{message.pk}"), reason="Unit added")
    taken = factories._sending(Message.objects.get(pk=message.pk))
    outbox.mark_done(taken, bc_id=uuid.uuid4(), bc_number="1", at=timezone.now())


def test_what_fails_alike_is_filed_under_one_cause_with_its_worth_and_its_owner(company: Company) -> None:
    from integration.models import Cause, Message

    for number in ("PO-1", "PO-2"):
        unit_unknown(company, number)

    cause = Cause.objects.get()
    assert str(cause) == "Unit PCS unknown for item FILTER"
    assert cause.things == {"unit": "PCS", "item": "FILTER"}
    assert cause.next_step.startswith("Add the unit to the item in BC")
    assert cause.owner_role == roles.INTEGRATION_ADMIN
    assert list(Message.objects.values_list("cause", "worth")) == [(cause.pk, Decimal(50))] * 2


def test_what_is_finances_to_mend_goes_to_finance(company: Company) -> None:
    from integration.models import Cause
    from tests import factories

    factories.refused(
        company, "PO-1", error="Business Central refused purchase order PO-1: no rate. Finance adds the rate."
    )

    assert Cause.objects.get().owner_role == roles.FINANCE_CONTROLLER


def test_a_cause_that_was_solved_and_comes_back_is_flagged(company: Company) -> None:
    from integration.models import Cause

    post(unit_unknown(company, "PO-1"))
    assert Cause.objects.get().came_back_at is None

    unit_unknown(company, "PO-2")

    cause = Cause.objects.get()
    assert cause.came_back_at is not None
    assert cause.notes.get().text == "Came back after it was solved"


def test_a_retry_that_fails_again_is_no_return(company: Company) -> None:
    from integration import outbox
    from integration.models import Cause, Message
    from tests import factories

    message = unit_unknown(company, "PO-1")
    outbox.retry(message, by=factories.person(), reason="Perhaps")
    taken = factories._sending(Message.objects.get())
    error = {name: getattr(message, name) for name in ("error_code", "error", "error_detail")}
    outbox.mark_stuck(taken, to=Message.State.REJECTED, error=error)

    assert Cause.objects.get().came_back_at is None


def test_an_ignored_cause_is_shown_again_when_another_message_fails_for_it(company: Company) -> None:
    from integration.models import Cause

    unit_unknown(company, "PO-1")
    Cause.objects.update(ignored_at=timezone.now())

    unit_unknown(company, "PO-2")

    cause = Cause.objects.get()
    assert cause.ignored_at is None
    assert cause.notes.get().text == "No longer ignored: another message failed for it"


def test_what_got_stuck_before_causes_were_kept_is_filed_later(company: Company) -> None:
    from integration import outbox
    from integration.models import Cause, Message

    unit_unknown(company, "PO-1")
    Message.objects.update(cause=None, worth=None)
    Cause.objects.all().delete()

    assert outbox.file_unfiled() == 1
    assert outbox.file_unfiled() == 0
    assert Message.objects.get().cause == Cause.objects.get()


def test_a_worth_beyond_every_column_is_left_out_and_the_message_is_filed_all_the_same(
    company: Company,
) -> None:
    from integration.outbox import worth
    from reconciliation.models import PurchaseOrderLine

    message = unit_unknown(company, "PO-1")
    PurchaseOrderLine.objects.update(quantity=10**18, unit_price=10**19)

    from integration import couriers

    assert worth.of(message.document_kind, couriers.load(message)) is None

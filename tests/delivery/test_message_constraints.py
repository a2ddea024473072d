"""What the database holds of every message, whoever writes it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from integration import outbox
from integration.models import Message
from integration.outbox.transitions import TRANSITIONS
from masterdata.models import Company
from tests.messages import needed

State = Message.State


@pytest.fixture
def company(db: None) -> Company:
    return Company.objects.create(bc_id=uuid4(), name="CRONUS", ledger_currency="EUR")


def in_state(company: Company, state: str, **values: Any) -> Message:
    """Give a message that is rightly in a state."""
    number = str(Message.objects.count())
    return Message.objects.create(
        company=company,
        dedupe_key=number,
        chain=number,
        document_id=1,
        document_number=number,
        state=state,
        **{"document_kind": "goods_receipt", "attempts": 2, "fence": 2} | needed(state) | values,
    )


def is_let(message: Message, **values: Any) -> bool:
    """Say whether the database lets this through."""
    try:
        with transaction.atomic():
            return bool(Message.objects.filter(pk=message.pk).update(**values))
    except DatabaseError:
        return False


@pytest.mark.parametrize("start", list(State))
def test_the_database_lets_through_the_moves_of_the_table_and_no_others(
    company: Company, start: State
) -> None:
    let = {
        end
        for end in State
        if end != start
        and is_let(in_state(company, start), state=end, **needed(end), fence=3 if end == "claimed" else 2)
    }

    assert let == TRANSITIONS[start], (
        "A new pair of states needs a migration that replaces the trigger message_moves."
    )


@pytest.mark.parametrize("end", Message.FINAL)
@pytest.mark.parametrize("change", [{"bc_number": "106999"}, {"fence": 9}, {"error": "x"}, {"payload": {}}])
def test_what_has_ended_stays_as_it_is(company: Company, end: str, change: dict[str, Any]) -> None:
    assert not is_let(in_state(company, end), **change)


@pytest.mark.parametrize(
    ("start", "change", "is_right"),
    [
        ("ready", {"attempts": 1}, False),
        ("ready", {"attempts": 0}, False),
        ("dead", {"attempts": 0}, False),
        ("sending", {"attempts": 0, **needed("ready"), "state": "ready"}, False),
        ("sending", {"attempts": 1, **needed("ready"), "state": "ready"}, True),  # it never left us
        ("dead", {"attempts": 0, **needed("waiting"), "state": "waiting"}, True),  # a person begins anew
        ("claimed", {"attempts": 3}, True),
    ],
)
def test_attempts_fall_only_by_one_that_never_left_or_when_begun_anew(
    company: Company, start: str, change: dict[str, Any], is_right: bool
) -> None:
    assert is_let(in_state(company, start), **change) == is_right


def test_the_fence_rises_with_each_claim_and_never_falls(company: Company) -> None:
    claimed = needed("claimed") | {"state": "claimed", "next_attempt_at": timezone.now()}

    assert not is_let(in_state(company, "ready"), fence=1)
    assert not is_let(in_state(company, "ready"), **claimed)
    assert is_let(in_state(company, "ready"), **claimed, fence=3)


@pytest.mark.parametrize("state", [state for state in State if state not in Message.FINAL])
def test_what_has_not_ended_is_never_deleted(company: Company, state: str) -> None:
    message = in_state(company, state)

    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        message.delete()


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        ("ready", {"next_attempt_at": None}),  # nobody would ever look at it
        ("waiting", {"next_attempt_at": None}),
        ("ready", {"unknown_since": timezone.now()}),  # it would be sent without a look
        ("dead", {"error": ""}),  # nobody would know why
        ("done", {"payload": {}, "document_kind": "purchase_order", "bc_number": ""}),
    ],
)
def test_a_message_that_would_be_lost_or_doubled_in_silence_cannot_be_written(
    company: Company, state: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(DatabaseError, match="violates check constraint"), transaction.atomic():
        in_state(company, state, **wrong)


def test_a_claim_does_not_call_the_triggers_function(company: Company) -> None:
    in_state(company, "ready")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION refuse_message_change() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RAISE 'called'; END $$"
        )

    assert outbox.claim(now=timezone.now(), worker="first") is not None

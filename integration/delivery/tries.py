"""One try at a message, and the row it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from integration import outbox
from integration.bc import dumps
from integration.errors import IntegrationError
from integration.models import Attempt, Message
from integration.redaction import masked

Outcome = Attempt.Outcome

LARGEST_REQUEST = 100_000  # bytes


@dataclass(frozen=True)
class Delivery:
    """What came of one message taken in hand."""

    message: Message
    outcome: Outcome
    sentence: str = ""
    stops_lane: bool = False
    """The connection itself is wrong: whatever comes next would fail alike."""


@dataclass
class Try:
    """The row that one try leaves, written together with the message's next state."""

    message: Message
    worker: str
    started_at: datetime

    def end(
        self,
        outcome: Outcome,
        sentence: str,
        move: Callable[[], None],
        *,
        error: Exception | None = None,
        stops_lane: bool = False,
    ) -> Delivery:
        """Move the message and tell it in one transaction; when that fails, the message is as it was."""
        number = self.message.attempts
        try:
            with transaction.atomic():
                move()
                self._write(outcome, sentence, number, error)
        except DatabaseError:
            self.message.refresh_from_db()
            raise
        return Delivery(self.message, outcome, sentence, stops_lane)

    def record(self, outcome: Outcome, sentence: str) -> Delivery:
        """Leave the row alone; the message is somebody else's."""
        self._write(outcome, sentence, self.message.attempts, None)
        return Delivery(self.message, outcome, sentence)

    def settle(self) -> None:
        """Close the look that proved nothing was posted; what follows is a new attempt."""
        message = self.message
        self.end(
            Outcome.NOT_FOUND, "Not in Business Central; sent again.", lambda: outbox.mark_settled(message)
        )
        self.started_at = timezone.now()

    def _write(self, outcome: Outcome, sentence: str, number: int, error: Exception | None) -> None:
        told = error if isinstance(error, IntegrationError) else None
        Attempt.objects.create(
            message=self.message,
            number=number,
            fence=self.message.fence,
            started_at=self.started_at,
            ended_at=timezone.now(),
            outcome=outcome,
            worker=self.worker[:100],
            status=told.status if told else None,
            error_code=(told.code if told else type(error).__name__ if error else "")[:80],
            sentence=sentence,
            detail=told.raw if told else (str(error)[:2000] if error else ""),
            correlation_id=(told.correlation_id if told else "")[:60],
            request=_kept(self.message.payload) if error else None,
        )


def _kept(payload: Any) -> Any:
    """Keep what was sent when it failed, without secrets; what is very large is in the message alone."""
    return masked(payload) if payload and len(dumps(payload)) <= LARGEST_REQUEST else None

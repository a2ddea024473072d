"""Deliveries stand still while the circuit to Business Central is open: who asks, and what people are told.

Nothing is claimed then, so no message loses an attempt; one worker asks Business Central now and then, and
all go on when it answers.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from integration import connections
from integration.bc import Client, Standstill, Verdict

REASONS = {
    Verdict.UNANSWERED: "Business Central does not answer",
    Verdict.NOT_SIGNED_IN: "Business Central does not let Tieout sign in",
}


def held_back(client: Client | None = None) -> Standstill | None:
    """Tell whether nothing is to be sent now; asks BC itself when it is time, which touches no message."""
    if not connections.is_connected():
        return None
    return connections.circuit().look(lambda: (client or connections.client()).company())


def standstill() -> Standstill | None:
    """Tell since when and why deliveries stand still; None when they go on."""
    return connections.circuit().standstill() if connections.is_connected() else None


def sentence_of(still: Standstill) -> str:
    """Say what is wrong, since when, and what happens next."""
    return (
        f"{REASONS[still.verdict]} since {_told(still.since)}. {still.sentence.rstrip('.')}. Documents are "
        f"still taken in and wait; nothing is lost. Tieout asks again at {_told(still.probe_at)} and goes on "
        "by itself as soon as it can."
    )


def _told(moment: float) -> str:
    """Write a moment by our clock; the day too when it is another one."""
    local = timezone.localtime(datetime.fromtimestamp(moment, UTC))
    is_today = local.date() == timezone.localdate()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%Y-%m-%d %H:%M}"

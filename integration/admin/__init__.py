"""The integration's tables in the admin, a file per subject."""

from . import (
    contract,
    documents,
    escalation,
    events,
    filters,
    held,
    hints,
    messages,
    mirrors,
    runs,
    schedules,
    watching,
    webhooks,
)

__all__ = [
    "contract",
    "documents",
    "escalation",
    "events",
    "filters",
    "held",
    "hints",
    "messages",
    "mirrors",
    "runs",
    "schedules",
    "watching",
    "webhooks",
]

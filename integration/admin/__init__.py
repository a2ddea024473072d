"""The integration's tables in the admin, a file per subject."""

from . import contract, documents, events, filters, held, mappings, messages, mirrors, runs, schedules

__all__ = [
    "contract",
    "documents",
    "events",
    "filters",
    "held",
    "mappings",
    "messages",
    "mirrors",
    "runs",
    "schedules",
]

"""The integration's tables in the admin, a file per subject."""

from . import contract, documents, events, mappings, messages, runs, schedules

__all__ = ["contract", "documents", "events", "mappings", "messages", "runs", "schedules"]

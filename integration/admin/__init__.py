"""The integration's tables in the admin, a file per subject."""

from . import contract, events, mappings, messages, runs, schedules

__all__ = ["contract", "events", "mappings", "messages", "runs", "schedules"]

"""The integration's tables in the admin, a file per subject."""

from . import events, mappings, messages, runs, schedules

__all__ = ["events", "mappings", "messages", "runs", "schedules"]

"""Rehearse the cutover: an export goes the whole way, and nothing of it stays, here or in BC."""

from .agreement import Agreement, compare
from .export import Export, ExportError, read
from .readiness import Check, checks, may_go
from .running import RehearsalError, run
from .shadow import Shadow
from .shadow import compare as shadow
from .summing import Sum, Trend, by_cause, by_kind, trend

__all__ = [
    "Agreement",
    "Check",
    "Export",
    "ExportError",
    "RehearsalError",
    "Shadow",
    "Sum",
    "Trend",
    "by_cause",
    "by_kind",
    "checks",
    "compare",
    "may_go",
    "read",
    "run",
    "shadow",
    "trend",
]

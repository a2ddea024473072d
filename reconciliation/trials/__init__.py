"""Matching rules tried on history: what they would have let through or held, and what leaks."""

from .jobs import DAYS, TrialRefused, go_on, start, stop, work
from .judging import Tried, ask_again
from .leakage import Leaks, Rule, leaks

__all__ = [
    "DAYS",
    "Leaks",
    "Rule",
    "TrialRefused",
    "Tried",
    "ask_again",
    "go_on",
    "leaks",
    "start",
    "stop",
    "work",
]

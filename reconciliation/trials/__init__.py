"""Matching rules tried on history: what they would have let through or held, and what leaks."""

from .jobs import DAYS, TrialRefused, go_on, start, stop, work
from .judging import Tried, ask_again

__all__ = ["DAYS", "TrialRefused", "Tried", "ask_again", "go_on", "start", "stop", "work"]

"""Open balances: what is under way on the day of the cutover is taken over from files, as posted long ago."""

from .reading import FILES, BalanceError, Problem
from .running import ask, run_asked, take_over
from .staged import Looked, Staged, keep, look, take_over_right

__all__ = [
    "FILES",
    "BalanceError",
    "Looked",
    "Problem",
    "Staged",
    "ask",
    "keep",
    "look",
    "run_asked",
    "take_over",
    "take_over_right",
]

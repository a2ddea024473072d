"""Open balances: what is under way on the day of the cutover is taken over from files, as posted long ago."""

from .reading import FILES, BalanceError, Problem
from .running import ask, run_asked, take_over

__all__ = ["FILES", "BalanceError", "Problem", "ask", "run_asked", "take_over"]

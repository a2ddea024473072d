"""The rules that invoices are matched by: drafted as rows, published as versions, chosen by the day."""

from .defaults import complete, install_defaults
from .differences import Difference, differences
from .draft import draft_of, put_back
from .in_force import STILL_OPEN, RulesOfTheDay, judge_again, judge_by
from .versions import PolicyRefused, approve, decline, propose, withdraw

__all__ = [
    "STILL_OPEN",
    "Difference",
    "PolicyRefused",
    "RulesOfTheDay",
    "approve",
    "complete",
    "decline",
    "differences",
    "draft_of",
    "install_defaults",
    "judge_again",
    "judge_by",
    "propose",
    "put_back",
    "withdraw",
]

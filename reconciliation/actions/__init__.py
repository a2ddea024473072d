"""What people can do with a case: one table that says who may, when and up to what; and the door to it.

`do` is the only way in: it checks the row, calls its verb and keeps what undo needs.
"""

from . import one_tap
from .action import Action, Ask, Level, Limit, Situation
from .conditions import COMES_LATER
from .doing import Done, NotOffered, do, goes_to_approver, refusal_of, refused, situation_of
from .form import Form
from .letters import draft
from .reason_codes import CODES
from .recording import receipts_of
from .table import ACTIONS
from .undoing import TooLate, undo

__all__ = [
    "ACTIONS",
    "CODES",
    "COMES_LATER",
    "Action",
    "Ask",
    "Done",
    "Form",
    "Level",
    "Limit",
    "NotOffered",
    "Situation",
    "TooLate",
    "do",
    "draft",
    "goes_to_approver",
    "one_tap",
    "receipts_of",
    "refusal_of",
    "refused",
    "situation_of",
    "undo",
]

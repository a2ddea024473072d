"""Deliver messages to Business Central: look, write once, turn every outcome into the message's next state.

A write has three outcomes: posted, refused, unknown. Only the unknown one is dangerous, and it is never
answered by sending again: BC is looked at until the outcome is settled (docs/decisions/0003).
"""

from .by_hand import mark_done
from .draining import drain
from .looking import document_of, look
from .single import deliver
from .standstill import sentence_of, standstill
from .tries import Delivery
from .turn import Report, deliver_next, worker_name

__all__ = [
    "Delivery",
    "Report",
    "deliver",
    "deliver_next",
    "document_of",
    "drain",
    "look",
    "mark_done",
    "sentence_of",
    "standstill",
    "worker_name",
]

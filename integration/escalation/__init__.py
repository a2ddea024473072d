"""Tell people in time what only they can move: by age, money and period end, until one takes it on."""

from .acknowledging import acknowledge
from .channels import CannotTell, problem_with_address, save, send_test
from .due import write_due
from .sending import send_due
from .watching import watch

__all__ = [
    "CannotTell",
    "acknowledge",
    "problem_with_address",
    "save",
    "send_due",
    "send_test",
    "watch",
    "write_due",
]

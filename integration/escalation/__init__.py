"""Tell people in time what only they can move: by age, money and period end, until one takes it on."""

from . import audiences
from .acknowledging import acknowledge, give_back
from .case_mail import send_case_mail
from .channels import CannotTell, give_address, problem_with_address, send_test
from .defaults import install, install_morning
from .due import next_telling, write_due
from .forgetting import forget_old, old_incidents
from .sending import send_due
from .turns import stand_in, turn
from .watching import watch
from .wording import matter

__all__ = [
    "CannotTell",
    "acknowledge",
    "audiences",
    "forget_old",
    "give_address",
    "give_back",
    "install",
    "install_morning",
    "matter",
    "next_telling",
    "old_incidents",
    "problem_with_address",
    "send_case_mail",
    "send_due",
    "send_test",
    "stand_in",
    "turn",
    "watch",
    "write_due",
]

"""Tell each CAFM that a list has changed: signed, at least once, in order for each list."""

from .endpoints import create, new_secret, problem_with_address, start_again
from .notices import write_due
from .posting import Failed
from .sealing import NoKeys
from .sending import deliver, forget_old, old_messages, send_test

__all__ = [
    "Failed",
    "NoKeys",
    "create",
    "deliver",
    "forget_old",
    "new_secret",
    "old_messages",
    "problem_with_address",
    "send_test",
    "start_again",
    "write_due",
]

"""The transforms a mapping row may name: small, pure, and safe for an administrator to combine.

Each takes a value and typed parameters and returns the new value, or raises BadValue with a reason in plain
words. Numbers are Decimal or whole, never float; each is bounded before anything is done with it, so that
no parameter makes the arithmetic long or impossible.
"""

from .parameters import Parameter, sendable
from .table import MASTERS, TRANSFORMS, Bound, Transform
from .values import LARGEST_WHOLE, BadValue, UnknownValue, told

__all__ = [
    "LARGEST_WHOLE",
    "MASTERS",
    "TRANSFORMS",
    "BadValue",
    "Bound",
    "Parameter",
    "Transform",
    "UnknownValue",
    "sendable",
    "told",
]

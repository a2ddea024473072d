"""The control totals of a day: gathered from the CAFM's word, our documents and BC, then compared."""

from .day import take
from .keeping import take_and_keep, take_latest

__all__ = ["take", "take_and_keep", "take_latest"]

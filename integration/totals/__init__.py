"""The control totals of a day: gathered from the CAFM's word, our documents and BC, then compared."""

from .day import take

__all__ = ["take"]

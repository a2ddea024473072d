"""How many records may vanish from a list at once; beyond that it is rather the list that is wrong."""

from __future__ import annotations

from integration.errors import PermanentError

FEW = 20  # so many may vanish without a question
MOST_OF_TEN = 3  # of ten records


class TooManyGone(PermanentError):  # noqa: N818 - it says what is wrong
    """So many records are missing from BC's list that the list is not believed."""


def is_too_many(gone: int, *, of: int) -> bool:
    """Tell whether so many are gone that somebody has to look; the only one of a list may go by itself."""
    is_all = gone == of and of > 1
    return is_all or gone > max(FEW, of * MOST_OF_TEN // 10)

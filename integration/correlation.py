"""The id of what is under way here: one from the CAFM's event to the call of Business Central."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation", default="")


def current() -> str:
    """Give the id of what is under way here; "" where nothing is."""
    return _current.get()


def begin(name: str) -> None:
    """Name what is under way from now on; "" when it is over."""
    _current.set(name)


@contextmanager
def going_on_with(name: str) -> Iterator[None]:
    """Go on with what was begun elsewhere, for so long; without a name nothing changes."""
    before = _current.set(name or _current.get())
    try:
        yield
    finally:
        _current.reset(before)

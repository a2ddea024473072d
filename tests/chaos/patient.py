"""Ask a database that may be away for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection

SECONDS = 60.0
PAUSE = 0.2

Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Do it, again if the database was away; raises its error when it stays away for a minute."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)

"""How far a run is: rows, rate and the time that is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.models import SyncRun

MINUTE, HOUR = 60, 3600
TOO_SOON = 3.0  # seconds in which a rate says nothing yet


@dataclass(frozen=True)
class Progress:
    """A run as it stands at a moment."""

    read: int
    """Rows so far, with those of the runs that it goes on from."""
    expected: int | None
    percent: int | None
    per_second: float | None
    left: timedelta | None

    @property
    def told_left(self) -> str:
        """Say how long it takes yet, as roughly as it is known."""
        if self.left is None:
            return "not known yet"
        seconds = self.left.total_seconds()
        if seconds < MINUTE:
            return "less than a minute"
        if seconds < HOUR:
            return f"about {round(seconds / MINUTE)} min"
        return f"about {seconds / HOUR:.1f} h"

    @property
    def is_known(self) -> bool:
        return self.percent is not None


def of(run: SyncRun, *, now: datetime) -> Progress:
    """Tell how far a run is; what cannot be known yet is None."""
    read = run.rows_before + run.rows_read
    seconds = ((run.finished_at or now) - run.started_at).total_seconds()
    is_running = run.state == SyncRun.State.RUNNING
    per_second = (
        run.rows_read / seconds if run.rows_read and (seconds >= TOO_SOON or not is_running) else None
    )
    expected = None if run.rows_expected is None else max(run.rows_expected, read)
    left = None
    if is_running and expected is not None and per_second:
        left = timedelta(seconds=round((expected - read) / per_second))
    percent = None if not expected else read * 100 // expected
    return Progress(read, expected, percent, per_second, left)

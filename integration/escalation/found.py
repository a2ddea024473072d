"""What a look found to be wrong, before it is an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Found:
    """All that is wrong for one cause, as it is now."""

    subject: str
    cause: str
    sentence: str
    count: int
    since: datetime
    query: str = ""
    attempts: int = 0
    worth: Decimal | None = None
    filed_under_id: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        return dict(vars(self))

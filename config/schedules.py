"""What runs by the clock; written into django-celery-beat's tables, where an administrator may change it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Every:
    """A task that beat sends at an interval."""

    name: str
    task: str
    seconds: int
    queue: str
    kwargs: dict[str, object] = field(default_factory=dict)


SCHEDULES = [
    Every("Deliver to Business Central", "integration.tasks.deliver_outbox", 5, "realtime"),
    Every("Recover what was left in flight", "integration.tasks.sweep_outbox", 15, "housekeeping"),
    Every("Match invoices that are due", "reconciliation.tasks.match_due_invoices", 5, "realtime"),
    Every(
        "Check the contract with Business Central", "integration.tasks.check_contract", 900, "housekeeping"
    ),
    Every("Pull invoices", "integration.tasks.pull", 30, "bulk", {"entity": "invoices"}),
    Every("Pull master data", "integration.tasks.pull", 3600, "bulk", {"entity": "all"}),
]

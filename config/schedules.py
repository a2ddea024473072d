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


@dataclass(frozen=True)
class At:
    """A task that beat sends at times of the day, in cron's words; each turn is taken once."""

    name: str
    task: str
    minute: str
    queue: str
    hour: str = "*"
    kwargs: dict[str, object] = field(default_factory=dict)


SCHEDULES: list[Every | At] = [
    Every("Deliver to Business Central", "integration.tasks.deliver_outbox", 5, "realtime"),
    Every("Recover what was left in flight", "integration.tasks.sweep_outbox", 15, "housekeeping"),
    Every("Replay dead letters", "integration.tasks.replay_dead_letters", 5, "housekeeping"),
    Every("Match invoices that are due", "reconciliation.tasks.match_due_invoices", 5, "realtime"),
    Every("Write exports", "reconciliation.tasks.write_exports", 5, "bulk"),
    Every("Fold the counts of the cases", "reconciliation.tasks.fold_tallies", 60, "housekeeping"),
    Every("Try matching rules on history", "reconciliation.tasks.try_rules", 10, "bulk"),
    Every(
        "Check the contract with Business Central", "integration.tasks.check_contract", 900, "housekeeping"
    ),
    Every("Pull invoices", "integration.tasks.pull", 30, "bulk", {"entity": "invoices"}),
    At("Pull master data", "integration.tasks.pull", "7", "bulk", kwargs={"entity": "all"}),
    # Deletions show only when everything is read. The later turns are for nights in which the first ones
    # were left out or failed.
    At(
        "Read all master data at night",
        "integration.tasks.pull",
        "37",
        "bulk",
        hour="1,2,3,4",
        kwargs={"entity": "all", "full": True},
    ),
    At(
        "Match open invoices again at night",
        "reconciliation.tasks.judge_open_invoices_again",
        "52",
        "housekeeping",
        hour="5",
    ),
    At("Compare the mirrors with Business Central", "integration.tasks.check_drift", "12", "bulk", hour="5"),
    At("Take the control totals of the last days", "integration.tasks.take_totals", "42", "bulk"),
    At("Look for doubled documents", "integration.tasks.look_for_doubles", "12", "bulk", hour="3"),
    At(
        "Look for conflicting duties", "reconciliation.tasks.report_conflicts", "42", "housekeeping", hour="4"
    ),
    Every("Follow hints of Business Central", "integration.tasks.follow_hints", 10, "housekeeping"),
    Every(
        "Look after the subscriptions in Business Central",
        "integration.tasks.keep_subscriptions",
        900,
        "housekeeping",
    ),
    Every("Seal the book of changes", "integration.tasks.seal_audit", 60, "housekeeping"),
    At("Write the ends of the chains to the log", "integration.tasks.tell_audit_heads", "4", "housekeeping"),
    At("Verify the book of changes", "integration.tasks.verify_audit", "22", "bulk", hour="4"),
    Every("Take open balances over", "integration.tasks.take_over_balances", 10, "bulk"),
    Every("Read originals of invoices", "integration.tasks.fetch_originals", 10, "bulk"),
    Every("Tell people what is stuck", "integration.tasks.escalate", 15, "housekeeping"),
    Every("Tell how yesterday ended", "integration.tasks.tell_the_morning", 60, "housekeeping"),
    Every("Tell the CAFM what has changed", "integration.tasks.tell_webhooks", 10, "housekeeping"),
]

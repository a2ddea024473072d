"""What a new house comes with: the owner is told first, then the administrator, then finance."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from integration.models import Channel, EscalationRule
from integration.models.escalation import Subject
from reconciliation.roles import FINANCE_CONTROLLER, INTEGRATION_ADMIN

OWNER = "Owner, by mail"
ADMINISTRATOR = "Integration admins, by mail"
FINANCE = "Finance controllers, by mail"
CHANNELS = {OWNER: Channel.OWNER, ADMINISTRATOR: INTEGRATION_ADMIN, FINANCE: FINANCE_CONTROLLER}

HOUR, DAY = 60, 1440
PERIOD_DAYS = 3
LARGE = Decimal(10_000)  # from which sum on finance hears of it, in ledger currency
AGAIN = f"{4 * HOUR}, {DAY}"  # and then daily


@dataclass(frozen=True)
class Line:
    """A rule in minutes: from which age on, and from which age when the period is about to end."""

    subject: Subject
    channel: str
    age: int
    at_period_end: int
    reminders: str = AGAIN
    attempt: int | None = None
    least: Decimal | None = None


RULES: dict[str, Line] = {
    "Failing: the owner": Line(Subject.FAILING, OWNER, 15, 5, "", attempt=3),
    "Failing for hours: the administrator": Line(Subject.FAILING, ADMINISTRATOR, 4 * HOUR, HOUR),
    "Dead letter: the owner": Line(Subject.DEAD, OWNER, 0, 0),
    "Dead letter: the administrator": Line(Subject.DEAD, ADMINISTRATOR, 4 * HOUR, HOUR, str(DAY)),
    "Dead letter, much money: finance": Line(Subject.DEAD, FINANCE, DAY, 4 * HOUR, str(DAY), least=LARGE),
    "Refused: the owner": Line(Subject.REFUSED, OWNER, 0, 0),
    "Refused: the administrator": Line(Subject.REFUSED, ADMINISTRATOR, 4 * HOUR, HOUR, str(DAY)),
    "Refused, much money: finance": Line(Subject.REFUSED, FINANCE, DAY, 4 * HOUR, str(DAY), least=LARGE),
    "Waiting for a day: the administrator": Line(Subject.WAITING, ADMINISTRATOR, DAY, 4 * HOUR, str(DAY)),
    "Deliveries stopped: the administrator": Line(Subject.STOPPED, ADMINISTRATOR, 0, 0),
    "Deliveries stopped for a day: finance": Line(Subject.STOPPED, FINANCE, DAY, 4 * HOUR, str(DAY)),
    "No answer from Business Central: the administrator": Line(Subject.STANDSTILL, ADMINISTRATOR, 5, 5),
    "No answer for hours: finance": Line(Subject.STANDSTILL, FINANCE, 4 * HOUR, HOUR, str(DAY)),
    "Silence of the clock: the administrator": Line(Subject.CLOCK, ADMINISTRATOR, 0, 0, f"{HOUR}, {DAY}"),
    "Held for a day: the administrator": Line(Subject.HELD, ADMINISTRATOR, DAY, 4 * HOUR, str(DAY)),
    "Pulls fail for hours: the administrator": Line(Subject.RUN, ADMINISTRATOR, 2 * HOUR, 30),
}


@transaction.atomic
def install() -> int:
    """Add the channels and rules that are missing; what people changed or switched off stays."""
    channels = {
        name: Channel.objects.get_or_create(name=name, defaults={"audience": audience})
        for name, audience in CHANNELS.items()
    }
    added = sum(is_new for _, is_new in channels.values())
    for name, line in RULES.items():
        _rule, is_new = EscalationRule.objects.get_or_create(
            name=name,
            defaults={
                "subject": line.subject,
                "channel": channels[line.channel][0],
                "after_minutes": line.age,
                "from_attempt": line.attempt,
                "least_amount": line.least,
                "period_days": PERIOD_DAYS,
                "period_minutes": line.at_period_end,
                "reminders": line.reminders,
            },
        )
        added += is_new
    return added

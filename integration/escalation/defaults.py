"""What a new house comes with: the owner is told first, then the administrator, then finance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from django.db import transaction

from integration.models import Channel, EscalationRule, Expectation, MorningMail
from integration.models.escalation import Subject
from masterdata.models import Company
from reconciliation.roles import AP_APPROVER, FINANCE_CONTROLLER, INTEGRATION_ADMIN

Flow = Expectation.Flow

OWNER = "Owner, by mail"
ADMINISTRATOR = "Integration admins, by mail"
FINANCE = "Finance controllers, by mail"
APPROVERS = "AP approvers, by mail"
CHANNELS = {
    OWNER: Channel.OWNER,
    ADMINISTRATOR: INTEGRATION_ADMIN,
    FINANCE: FINANCE_CONTROLLER,
    APPROVERS: AP_APPROVER,
}

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
    "In Business Central more than once: the administrator": Line(
        Subject.DOUBLED, ADMINISTRATOR, 0, 0, f"{HOUR}, {DAY}"
    ),
    "In Business Central more than once for hours: finance": Line(
        Subject.DOUBLED, FINANCE, 4 * HOUR, HOUR, str(DAY)
    ),
    "Refused: the owner": Line(Subject.REFUSED, OWNER, 0, 0),
    "Refused: the administrator": Line(Subject.REFUSED, ADMINISTRATOR, 4 * HOUR, HOUR, str(DAY)),
    "Refused, much money: finance": Line(Subject.REFUSED, FINANCE, DAY, 4 * HOUR, str(DAY), least=LARGE),
    "Waiting for a day: the administrator": Line(Subject.WAITING, ADMINISTRATOR, DAY, 4 * HOUR, str(DAY)),
    "Deliveries stopped: the administrator": Line(Subject.STOPPED, ADMINISTRATOR, 0, 0),
    "Deliveries stopped for a day: finance": Line(Subject.STOPPED, FINANCE, DAY, 4 * HOUR, str(DAY)),
    "No answer from Business Central: the administrator": Line(Subject.STANDSTILL, ADMINISTRATOR, 5, 5),
    "No answer for hours: finance": Line(Subject.STANDSTILL, FINANCE, 4 * HOUR, HOUR, str(DAY)),
    "Silence of the clock: the administrator": Line(Subject.CLOCK, ADMINISTRATOR, 0, 0, f"{HOUR}, {DAY}"),
    "Conflicting duties: finance": Line(Subject.RIGHTS, FINANCE, 0, 0, str(30 * DAY)),
    "Held for a day: the administrator": Line(Subject.HELD, ADMINISTRATOR, DAY, 4 * HOUR, str(DAY)),
    "Silence of a flow: the administrator": Line(Subject.SILENT, ADMINISTRATOR, 0, 0),
    "Exceptions for two days: the owner": Line(Subject.CASES, OWNER, 2 * DAY, DAY, str(2 * DAY)),
    "Exceptions for a week: the approver": Line(Subject.CASES, APPROVERS, 7 * DAY, 3 * DAY, str(2 * DAY)),
    "Pulls fail for hours: the administrator": Line(Subject.RUN, ADMINISTRATOR, 2 * HOUR, 30),
}

WEEKDAYS = "1,2,3,4,5"
EXPECTATIONS: dict[str, dict[str, Any]] = {
    "Goods receipts on weekdays": {"flow": Flow.RECEIPTS, "by": time(18), "days": WEEKDAYS},
    "Totals of the day before": {"flow": Flow.TOTALS, "by": time(7)},
    "Master data every hour": {"flow": Flow.MASTERS, "by": time(6), "hours": 6},
    "Comparison of master data": {"flow": Flow.DRIFT, "by": time(8)},
    "Look for doubled documents": {"flow": Flow.DOUBLES, "by": time(8)},
}


@transaction.atomic
def install() -> int:
    """Add what is missing; what people changed or switched off stays."""
    channels = {
        name: Channel.objects.get_or_create(name=name, defaults={"audience": audience})
        for name, audience in CHANNELS.items()
    }
    added = [is_new for _channel, is_new in channels.values()]
    for name, line in RULES.items():
        values = _values(line, channels[line.channel][0])
        added.append(EscalationRule.objects.get_or_create(name=name, defaults=values)[1])
    for name, values in EXPECTATIONS.items():
        added.append(Expectation.objects.get_or_create(name=name, defaults=values)[1])
    return sum(added)


def install_morning(company: Company) -> None:
    """Let finance be told of this company each morning, unless somebody has said how already."""
    if channel := Channel.objects.filter(name=FINANCE).first():
        MorningMail.objects.get_or_create(company=company, defaults={"channel": channel})


def _values(line: Line, channel: Channel) -> dict[str, Any]:
    return {
        "subject": line.subject,
        "channel": channel,
        "after_minutes": line.age,
        "from_attempt": line.attempt,
        "least_amount": line.least,
        "period_days": PERIOD_DAYS,
        "period_minutes": line.at_period_end,
        "reminders": line.reminders,
    }

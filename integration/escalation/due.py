"""Write down who is to be told of what: each incident by each rule once a step, with reminders after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from integration.models import EscalationRule, Incident, Notification

from . import periods

GATHER = timedelta(seconds=20)  # so that 38 messages of one cause are told of as 38


def write_due(*, now: datetime) -> int:
    """Write what is due by now; returns how many. The database lets none be written twice."""
    rules = EscalationRule.objects.filter(enabled=True, channel__enabled=True).order_by("pk")
    incidents = Incident.objects.open().filter(acknowledged_at=None)
    by_rule = [(rule, incident) for rule in rules for incident in incidents if _concerns(rule, incident, now)]
    written = [each for rule, incident in by_rule for each in _steps(rule, incident, now)]
    return len(Notification.objects.bulk_create(written, ignore_conflicts=True))


def _concerns(rule: EscalationRule, incident: Incident, now: datetime) -> bool:
    if rule.subject != incident.subject or rule.company_id not in {None, incident.company_id}:
        return False
    if rule.least_amount is not None and (incident.worth is None or incident.worth < rule.least_amount):
        return False
    if rule.from_attempt and incident.attempts >= rule.from_attempt:
        return True
    return bool(now - incident.since >= _age(rule, now))


def _age(rule: EscalationRule, now: datetime) -> timedelta:
    """Tell from which age on the rule speaks: sooner when the period is about to end."""
    minutes = rule.after_minutes
    if rule.period_days and periods.days_to_end(timezone.localdate(now)) < rule.period_days:
        minutes = min(minutes, rule.period_minutes)
    return timedelta(minutes=minutes)


def _steps(rule: EscalationRule, incident: Incident, now: datetime) -> list[Notification]:
    """Give the first telling, and of the reminders due the latest: those missed are left out."""
    told = {
        each.step: each
        for each in incident.notifications.filter(rule=rule, round=incident.round).order_by("step")
    }
    if 0 not in told:
        return [_notification(rule, incident, 0, max(now, incident.opened_at + GATHER))]
    waited = now - told[0].created_at
    due = [n for n, minutes in enumerate(rule.reminder_minutes, 1) if waited >= timedelta(minutes=minutes)]
    if not due or due[-1] in told or told[max(told)].state == Notification.State.QUEUED:
        return []
    return [_notification(rule, incident, due[-1], now)]


def _notification(rule: EscalationRule, incident: Incident, step: int, at: datetime) -> Notification:
    return Notification(
        incident=incident,
        rule=rule,
        round=incident.round,
        step=step,
        channel_id=rule.channel_id,
        next_attempt_at=at,
    )

"""Write down who is to be told of what: each incident by each rule once a step, with reminders after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from integration.models import EscalationRule, Incident, Notification

from . import periods

GATHER = timedelta(seconds=20)  # so that 38 messages of one cause are told of as 38


def write_due(*, now: datetime) -> int:
    """Write what is due by now; returns how many. The database lets none be written twice."""
    rules = list(EscalationRule.objects.filter(enabled=True, channel__enabled=True).order_by("pk"))
    incidents = Incident.objects.open().filter(acknowledged_at=None).prefetch_related("notifications")
    written = [
        each
        for incident in incidents
        for rule in rules
        if _concerns(rule, incident, now)
        for each in _steps(rule, incident, now)
    ]
    return len(Notification.objects.bulk_create(written, ignore_conflicts=True))


def next_telling(incident: Incident, rules: list[EscalationRule], now: datetime) -> datetime | None:
    """Tell when somebody is told next of an open incident that nobody has taken on; None when nobody is."""
    found = [_next(rule, incident, now) for rule in rules if _is_about(rule, incident)]
    return min((each for each in found if each is not None), default=None)


def _next(rule: EscalationRule, incident: Incident, now: datetime) -> datetime | None:
    told = _told(rule, incident)
    if not told:
        return max(now, incident.since + _age(rule, now))
    latest = told[max(told)]
    if latest.state == Notification.State.QUEUED:
        return max(now, latest.next_attempt_at)
    after = rule.reminded_after(max(rule.reminders_by(now - told[0].created_at), latest.step) + 1)
    return None if after is None else told[0].created_at + after


def _concerns(rule: EscalationRule, incident: Incident, now: datetime) -> bool:
    if not _is_about(rule, incident):
        return False
    if rule.from_attempt and incident.attempts >= rule.from_attempt:
        return True
    return bool(now - incident.since >= _age(rule, now))


def _is_about(rule: EscalationRule, incident: Incident) -> bool:
    if rule.subject != incident.subject or rule.company_id not in {None, incident.company_id}:
        return False
    return rule.least_amount is None or (incident.worth is not None and incident.worth >= rule.least_amount)


def _age(rule: EscalationRule, now: datetime) -> timedelta:
    """Tell from which age on the rule speaks: sooner when the period is about to end."""
    minutes = rule.after_minutes
    if rule.period_days and periods.days_to_end(timezone.localdate(now)) < rule.period_days:
        minutes = min(minutes, rule.period_minutes)
    return timedelta(minutes=minutes)


def _told(rule: EscalationRule, incident: Incident) -> dict[int, Notification]:
    return {
        each.step: each
        for each in incident.notifications.all()
        if each.rule_id == rule.pk and each.round == incident.round
    }


def _steps(rule: EscalationRule, incident: Incident, now: datetime) -> list[Notification]:
    """Give the first telling, and of the reminders due the latest: those missed are left out."""
    told = _told(rule, incident)
    if 0 not in told:
        return [_notification(rule, incident, 0, max(now, incident.opened_at + GATHER))]
    due = rule.reminders_by(now - told[0].created_at)
    if due <= max(told) or told[max(told)].state == Notification.State.QUEUED:
        return []
    return [_notification(rule, incident, due, now)]


def _notification(rule: EscalationRule, incident: Incident, step: int, at: datetime) -> Notification:
    return Notification(
        incident=incident,
        rule=rule,
        round=incident.round,
        step=step,
        channel_id=rule.channel_id,
        next_attempt_at=at,
    )

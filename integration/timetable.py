"""When the clock pulls next: the schedules as beat's tables have them, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django_celery_beat.models import CrontabSchedule, PeriodicTask

PULL_TASK = "integration.tasks.pull"


@dataclass(frozen=True)
class Turn:
    """One schedule of pulls."""

    name: str
    entity: str
    rhythm: str
    next_at: datetime | None
    """None when beat sends it with its next beat."""


def turns(*, now: datetime) -> list[Turn]:
    """Give the enabled schedules of pulls, the next one first."""
    tasks = PeriodicTask.objects.filter(task=PULL_TASK, enabled=True).select_related("interval", "crontab")
    told = [Turn(task.name, entity_of(task), rhythm(task), _next(task, now)) for task in tasks]
    return sorted(told, key=lambda turn: turn.next_at or now)


def entity_of(task: PeriodicTask) -> str:
    """Tell which list a schedule pulls; without a name it is all of them."""
    kwargs: Mapping[str, object] = json.loads(task.kwargs or "{}")
    return str(kwargs.get("entity", "all"))


def rhythm(task: PeriodicTask) -> str:
    """Say how often a schedule comes."""
    if task.crontab:
        return _clock(task.crontab)
    return str(task.interval) if task.interval else str(task.solar or task.clocked)


def _clock(crontab: CrontabSchedule) -> str:
    """Say the usual two in words; what is more special is shown as it is written."""
    every_day = (crontab.day_of_week, crontab.day_of_month, crontab.month_of_year) == ("*", "*", "*")
    if not every_day or not crontab.minute.isdigit():
        return str(crontab)
    minute = int(crontab.minute)
    if crontab.hour == "*":
        return f"every hour at {minute} past"
    hours = [f"{int(hour):02}:{minute:02}" for hour in crontab.hour.split(",") if hour.isdigit()]
    return f"every day at {', '.join(hours)}" if hours else str(crontab)


def _next(task: PeriodicTask, now: datetime) -> datetime | None:
    if task.last_run_at is None and not task.crontab:
        return None
    remaining: timedelta = task.schedule.remaining_estimate(task.last_run_at or now)
    moment = now + remaining + timedelta(milliseconds=500)  # beat counts to just before the full second
    return max(now, moment.replace(microsecond=0))

"""Turns of the clock: each is taken once, though beat runs twice or the clock jumps.

A turn is the moment at which its schedule was due, not the moment at which a worker got to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from celery.schedules import crontab
from django_celery_beat.models import PeriodicTask

from integration.models import ScheduleSlot

MINUTE = timedelta(minutes=1)
LONGEST_LOOK = 8 * 24 * 60  # minutes: a schedule that comes each week
KEPT = timedelta(days=30)


def take(schedule: str, *, by: str, now: datetime) -> bool:
    """Take the turn of a schedule that was due last; False when somebody else has it.

    The same message that comes again, because its worker died, goes on with its turn. A schedule without a
    time of day has no turns to tell apart: one run at a time is all it needs.
    """
    slot = due(schedule, now)
    if slot is None:
        return True
    row, is_new = ScheduleSlot.objects.get_or_create(schedule=schedule, slot=slot, defaults={"taken_by": by})
    if is_new:
        ScheduleSlot.objects.filter(schedule=schedule, slot__lt=slot - KEPT).delete()
    return is_new or row.taken_by == by


def due(schedule: str, now: datetime) -> datetime | None:
    """Tell when a schedule was due last; None for one without a time of day, or one that is gone."""
    task = PeriodicTask.objects.filter(name=schedule, crontab__isnull=False).select_related("crontab").first()
    return None if task is None else latest(task.crontab.schedule, now)


def latest(clock: crontab, now: datetime) -> datetime | None:
    """Give the latest minute up to now at which a crontab is due, in its own time zone."""
    moment = now.astimezone(clock.tz).replace(second=0, microsecond=0)
    for _ in range(LONGEST_LOOK):
        if _is_due(clock, moment):
            return moment
        moment -= MINUTE
    return None


def _is_due(clock: crontab, moment: datetime) -> bool:
    return (
        moment.minute in clock.minute
        and moment.hour in clock.hour
        and moment.isoweekday() % 7 in clock.day_of_week
        and moment.day in clock.day_of_month
        and moment.month in clock.month_of_year
    )

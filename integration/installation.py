"""Bring a house into the state that the code expects: roles, mappings, schedules, rules, company.

Safe to run at every start: what is missing is added, what people changed stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from integration import connections, escalation, sync
from integration.contract import checking
from integration.mapping import defaults
from masterdata.models import Company
from reconciliation import policies, roles

STALE_TURN = 3000  # seconds; an hourly turn that waited so long is the next one's


class Task(Protocol):
    """What every row of `TIEOUT_SCHEDULES` tells."""

    @property
    def name(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def kwargs(self) -> Mapping[str, object]: ...


class Interval(Task, Protocol):
    """A row that comes every so many seconds."""

    @property
    def seconds(self) -> int: ...


class Clock(Task, Protocol):
    """A row that comes at times of the day."""

    @property
    def minute(self) -> str: ...
    @property
    def hour(self) -> str: ...


Schedule = Interval | Clock


@dataclass(frozen=True)
class Installed:
    """What one run found and added."""

    company: Company | None
    roles: int
    mappings_added: int
    schedules_added: int
    escalation_added: int


def set_up() -> Installed:
    """Install what is missing; without a connection to BC there is no company yet, and no policies."""
    permissions = roles.apply_roles()
    mappings = defaults.install()
    schedules = install_schedules(settings.TIEOUT_SCHEDULES)
    rules = escalation.install()
    company = None
    if connections.is_connected():
        company = sync.ensure_company()
        policies.install_defaults(company)
        escalation.install_morning(company)
        checking.check_at_set_up()
    return Installed(company, len(permissions), mappings, schedules, rules)


@transaction.atomic
def install_schedules(schedules: Iterable[Schedule]) -> int:
    """Write the schedules that are missing into beat's tables; an administrator's changes stay."""
    added = 0
    for each in schedules:
        _task, created = PeriodicTask.objects.get_or_create(
            name=each.name, defaults={"task": each.task, "queue": each.queue, **_when(each)}
        )
        added += created
    return added


def _when(each: Schedule) -> dict[str, Any]:
    """Tell when a schedule comes. A wake-up that waited long is stale: the next one finds the same rows."""
    if hasattr(each, "seconds"):
        interval, _created = IntervalSchedule.objects.get_or_create(
            every=each.seconds, period=IntervalSchedule.SECONDS
        )
        return {
            "interval": interval,
            "kwargs": json.dumps(dict(each.kwargs)),
            "expire_seconds": max(30, each.seconds),
        }
    crontab, _created = CrontabSchedule.objects.get_or_create(
        minute=each.minute, hour=each.hour, timezone=settings.TIME_ZONE
    )
    kwargs = {**each.kwargs, "schedule": each.name}  # by which its turns are told apart
    return {"crontab": crontab, "kwargs": json.dumps(kwargs), "expire_seconds": STALE_TURN}

"""Bring a house into the state that the code expects: roles, mappings, schedules, company, policies.

Safe to run at every start: what is missing is added, what people changed stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from integration import connections, sync
from integration.contract import checking
from integration.mapping import defaults
from masterdata.models import Company
from reconciliation import policies, roles


class Schedule(Protocol):
    """A row of `TIEOUT_SCHEDULES`."""

    @property
    def name(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def seconds(self) -> int: ...
    @property
    def queue(self) -> str: ...
    @property
    def kwargs(self) -> Mapping[str, object]: ...


@dataclass(frozen=True)
class Installed:
    """What one run found and added."""

    company: Company | None
    roles: int
    mappings_added: int
    schedules_added: int


def set_up() -> Installed:
    """Install what is missing; without a connection to BC there is no company yet, and no policies."""
    permissions = roles.apply_roles()
    mappings = defaults.install()
    schedules = install_schedules(settings.TIEOUT_SCHEDULES)
    company = None
    if connections.is_connected():
        company = sync.ensure_company()
        policies.install_defaults(company)
        checking.check_at_set_up()
    return Installed(company, len(permissions), mappings, schedules)


@transaction.atomic
def install_schedules(schedules: Iterable[Schedule]) -> int:
    """Write the schedules that are missing into beat's tables; an administrator's changes stay."""
    added = 0
    for each in schedules:
        interval, _created = IntervalSchedule.objects.get_or_create(
            every=each.seconds, period=IntervalSchedule.SECONDS
        )
        _task, created = PeriodicTask.objects.get_or_create(
            name=each.name,
            defaults={
                "task": each.task,
                "interval": interval,
                "queue": each.queue,
                "kwargs": json.dumps(dict(each.kwargs)),
                # A wake-up that waited this long is stale: the next one finds the same rows.
                "expire_seconds": max(30, each.seconds),
            },
        )
        added += created
    return added

"""What beat wakes is there, and may be woken twice."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from config.schedules import SCHEDULES
from integration import installation, sync, tasks
from integration.models import SyncRun
from integration.sync import runs

pytestmark = pytest.mark.django_db


def test_every_schedule_names_a_task_that_exists() -> None:
    for each in SCHEDULES:
        module, _, name = each.task.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), each


def test_what_an_administrator_changed_in_a_schedule_stays() -> None:
    installation.install_schedules(SCHEDULES)
    PeriodicTask.objects.filter(name="Pull invoices").update(enabled=False, kwargs='{"entity": "vendors"}')

    added = installation.install_schedules(SCHEDULES)

    kept = PeriodicTask.objects.get(name="Pull invoices")
    assert added == 0
    assert (kept.enabled, json.loads(kept.kwargs)) == (False, {"entity": "vendors"})


def test_a_pull_that_meets_another_one_leaves_it_alone(sandbox: Any) -> None:
    company = sync.ensure_company()
    running = runs.start(company, "invoices")

    tasks.pull(entity="invoices")

    assert list(SyncRun.objects.all()) == [running]

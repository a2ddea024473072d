"""The figures for Prometheus: true, guarded, and those that the shipped alerts and dashboard name."""

from __future__ import annotations

import json
import math
import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from integration.models import DriftCheck, InboxEvent, SyncRun, Turn
from masterdata.models import Company
from reconciliation import control
from reconciliation.models import ControlDay
from tests import factories
from tests.delivery.test_backlog import lengthen
from tests.totals.days import a_day, today_elsewhere

pytestmark = pytest.mark.django_db
MONITORING = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
MANY = 2_000
READ = """
SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
 WHERE relname LIKE 'integration%'
"""
KEY = {"Authorization": "Bearer a-key-of-prometheus"}


@pytest.fixture
def company(settings: Any, sandbox: Any) -> Company:
    settings.METRICS_KEY = "a-key-of-prometheus"
    return factories.open_company()


def samples() -> dict[tuple[str, ...], float]:
    answer = Client().get("/metrics", headers=KEY)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples
    }


def test_the_figures_are_those_of_the_house(company: Company) -> None:
    factories.refused(company, "PO-1")
    factories.delivered(company, "PO-2")
    Turn.objects.create(pk=1, looked_at=timezone.now())
    SyncRun.objects.create(
        company=company, entity="items", kind="delta", state="failed", finished_at=timezone.now()
    )
    control.keep(company, a_day(late=True), now=timezone.now())

    found = samples()

    assert found["tieout_messages", company.name, "purchase_order", "rejected"] == 1
    assert found["tieout_posted_last_hour", company.name, "purchase_order"] == 1
    assert found["tieout_pull_failed", company.name, "items"] == 1
    assert found["tieout_circuit_open",] == 0
    assert found["tieout_oldest_claimable_seconds",] == 0
    assert found["tieout_clock_silent_seconds",] < 600
    assert found["tieout_control_days_unsigned", company.name] == 1


def test_a_clock_that_never_began_is_told_apart_from_one_that_is_late(company: Company) -> None:
    (alert,) = [each["expr"] for each in _alerts() if each["alert"] == "TieoutClockNeverBegan"]
    never = samples()["tieout_clock_silent_seconds",]
    Turn.objects.create(pk=1, looked_at=timezone.now())
    began = samples()["tieout_clock_silent_seconds",]

    assert alert == "tieout_clock_silent_seconds != tieout_clock_silent_seconds"
    assert (math.isnan(never), math.isnan(began)) == (True, False)


def _alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    return list(group["rules"])


def test_yesterday_is_that_of_the_companys_own_clock(company: Company) -> None:
    yesterday = today_elsewhere(company) - timedelta(days=1)
    kept = control.keep(company, a_day(late=True), now=timezone.now())
    ControlDay.objects.filter(pk=kept.pk).update(date=yesterday)

    assert samples()["tieout_control_differences", company.name] == 1


def test_a_scrape_reads_nothing_of_a_long_history(company: Company) -> None:
    lengthen(factories.delivered(company, "PO-1", at=timezone.now() - timedelta(days=2)), to=MANY)
    events = [
        InboxEvent(company=company, source="/cafm", event_id=str(number), type="x", body={}, body_hash=b"")
        for number in range(MANY)
    ]
    InboxEvent.objects.bulk_create(events)
    runs = [
        SyncRun(company=company, entity="items", kind="delta", state="done", finished_at=timezone.now())
        for _number in range(MANY)
    ]
    SyncRun.objects.bulk_create(runs)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    before = rows_read()

    found = samples()

    assert {name: read - before[name] for name, read in rows_read().items() if read - before[name] > 50} == {}
    assert found["tieout_posted_last_hour", company.name, "purchase_order"] == 0
    assert found["tieout_event_age_seconds", company.name] < 600
    assert found["tieout_pull_age_seconds", company.name, "items"] < 600


def rows_read() -> dict[str, int]:
    """Count what this transaction has read of each table so far."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return {name: int(read) for name, read in cursor.fetchall()}


@pytest.mark.parametrize(
    ("key", "networks", "headers", "status"),
    [
        ("secret", [], {}, 403),
        ("secret", [], {"Authorization": "Bearer other"}, 403),
        ("secret", [], {"Authorization": "Bearer secret"}, 200),
        ("", [], {"Authorization": "Bearer "}, 403),
        ("", ["127.0.0.0/8"], {}, 200),
        ("", ["10.0.0.0/8"], {}, 403),
    ],
)
def test_only_who_has_the_key_or_is_near_reads_them(
    settings: Any, key: str, networks: list[str], headers: dict[str, str], status: int
) -> None:
    settings.METRICS_KEY, settings.METRICS_NETWORKS = key, [ip_network(each) for each in networks]

    assert Client().get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize("name", ["alerts.yaml", "dashboard.json"])
def test_each_figure_that_is_shipped_for_exists(company: Company, name: str) -> None:
    factories.refused(company, "PO-1")
    SyncRun.objects.create(
        company=company, entity="items", kind="delta", state="done", finished_at=timezone.now()
    )
    DriftCheck.objects.create(company=company, entity="items", checked_at=timezone.now())

    named = set(re.findall(r"tieout_\w+", (MONITORING / name).read_text()))

    told = Client().get("/metrics", headers=KEY).content.decode()
    assert named - set(re.findall(r"# TYPE (\w+) ", told)) == set()
    assert len(named) > 7


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())

    keys = [panel["id"] for panel in dashboard["panels"]]
    assert len(keys) == len(set(keys))
    assert all(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])

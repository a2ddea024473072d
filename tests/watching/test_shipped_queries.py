"""The shipped alerts and dashboard ask for labels and values that the figures have: else they stay silent."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from integration import overview
from integration.models import DriftCheck, Incident, SyncRun
from tests import factories
from tests.messages import bring

pytestmark = pytest.mark.django_db
MONITORING = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
SELECTOR = re.compile(r"\b(tieout_\w+|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
IN_TEXT = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")

Values = dict[str, dict[str, set[str]]]
"""The values of each label of each figure."""


def _queries() -> Iterator[tuple[str, str, str]]:
    """Give each query with its name and the text that is written beside what it finds."""
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"], " ".join(rule["annotations"].values())
    for panel in json.loads((MONITORING / "dashboard.json").read_text())["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"], target.get("legendFormat", "")


QUERIES = list(_queries())


@pytest.fixture
def figures(settings: Any, sandbox: Any) -> Values:
    """Read the figures of a house that has something of everything."""
    settings.METRICS_KEY = "a-key-of-prometheus"
    company = factories.open_company()
    factories.delivered(company, "PO-DONE")
    for state in overview.STILL_TO_DO:
        bring(factories.queued(company, f"PO-{state}"), to=state)
    now = timezone.now()
    SyncRun.objects.create(company=company, entity="items", kind="delta", state="done", finished_at=now)
    DriftCheck.objects.create(company=company, entity="items", checked_at=now)
    Incident.objects.create(company=company, subject="dead", cause="1", count=1, since=now, opened_at=now)
    answer = Client().get("/metrics", headers={"Authorization": "Bearer a-key-of-prometheus"})
    found: Values = defaultdict(lambda: defaultdict(set))
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            for label, value in sample.labels.items():
                found[sample.name][label].add(value)
            found[sample.name]["job"].add(_job())
            found[sample.name]["instance"].add("tieout.example.com")
    found["up"]["job"].add(_job())
    return found


def _job() -> str:
    (scrape,) = yaml.safe_load((MONITORING / "prometheus.yaml").read_text())["scrape_configs"]
    return str(scrape["job_name"])


@pytest.mark.parametrize(("_name", "expr", "_text"), QUERIES, ids=[f"{n}: {e}" for n, e, _t in QUERIES])
def test_each_value_that_is_selected_can_be_there(figures: Values, _name: str, expr: str, _text: str) -> None:
    for metric, matchers in SELECTOR.findall(expr):
        for label, sign, value in MATCHER.findall(matchers):
            assert label in figures[metric], f"{metric} has no label {label}"
            wanted = value.split("|") if sign in ("=~", "!~") else [value]
            assert set(wanted) <= figures[metric][label]


@pytest.mark.parametrize(("_name", "expr", "text"), QUERIES, ids=[f"{n}: {e}" for n, e, _t in QUERIES])
def test_each_label_by_which_it_is_grouped_or_named_exists(
    figures: Values, _name: str, expr: str, text: str
) -> None:
    grouped = {label.strip() for found in GROUPING.findall(expr) for label in found.split(",")}
    has = set.intersection(*(set(figures[metric]) for metric, _matchers in SELECTOR.findall(expr)))

    assert grouped - has == set()
    remain = grouped or has  # what is added up by some labels keeps no other
    assert set(IN_TEXT.findall(text)) - remain == set()


def test_what_needs_a_person_is_a_state_of_messages(figures: Values) -> None:
    assert {"dead", "rejected"} <= figures["tieout_messages"]["state"]

"""Each kind is kept for its term and no longer; who may sets the terms, and the book tells it."""

from __future__ import annotations

import datetime
import json
import uuid

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from integration import escalation, outbox, retention, webhooks
from integration.models import ApiKey, Attempt, Cause, DriftCheck, Incident, Message, Webhook, WebhookMessage
from integration.sync import drift
from masterdata import chain
from masterdata.models import Change, Company, RetentionTerm
from reconciliation import roles
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


def ago(days: int) -> datetime.datetime:
    return NOW - datetime.timedelta(days=days)


def requests(company: Company, days: int) -> int:
    message = factories.queued(company, f"PO-{days}")
    Message.objects.filter(pk=message.pk).update(state=Message.State.CANCELLED, next_attempt_at=None)
    moment = {"started_at": ago(days), "ended_at": ago(days)}
    Attempt.objects.create(message=message, number=9, fence=9, outcome="refused", request={"a": 1}, **moment)
    return 1


def incidents(company: Company, days: int) -> int:
    cause = Cause.objects.create(company=company, key=str(days), first_seen_at=NOW, last_seen_at=NOW)
    over = {"since": ago(days), "opened_at": ago(days), "closed_at": ago(days)}
    Incident.objects.create(company=company, subject="dead", cause="x", count=1, filed_under=cause, **over)
    return 1


def comparisons(company: Company, days: int) -> int:
    DriftCheck.objects.create(company=company, entity="items", checked_at=ago(days))
    return 1


def messages(company: Company, days: int) -> int:
    key, _made = ApiKey.objects.get_or_create(
        company=company, name="CAFM", defaults={"prefix": "p", "key_hash": b"h"}
    )
    webhook, _made = Webhook.objects.get_or_create(key=key, name="w", url="https://cafm.example", secret=b"s")
    for at in (ago(days), ago(0)):  # the last one of a list stays, however old
        WebhookMessage.objects.create(
            webhook=webhook,
            key=uuid.uuid4(),
            listed=f"items{days}",
            state="delivered",
            next_attempt_at=at,
            ended_at=at,
        )
    return 1


MAKE = {"requests": requests, "incidents": incidents, "comparisons": comparisons, "webhooks": messages}
FORGET = {
    "requests": lambda: outbox.forget_requests(now=NOW),
    "incidents": lambda: escalation.forget_old(now=NOW),
    "comparisons": lambda: drift.old_checks(now=NOW).delete(),
    "webhooks": lambda: webhooks.forget_old(now=NOW),
}


def would_go() -> dict[str, int]:
    return {each.term.kind: each.would_go for each in retention.dry_run(now=NOW)}


@pytest.mark.parametrize("kind", MAKE)
def test_what_is_older_than_its_term_goes_and_nothing_else(company, kind) -> None:
    term = RetentionTerm.objects.get(kind=kind)
    MAKE[kind](company, term.days + 1)
    MAKE[kind](company, term.days - 1)

    before = would_go()[kind]
    FORGET[kind]()
    after = would_go()[kind]
    term.days -= 1 if term.days > term.least_days else 0
    chain.set_term(kind, days=term.least_days, why="less is enough")

    assert (before, after) == (1, 0)
    assert would_go()[kind] == 1


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("masters", "masterdata_item"),
        ("people", "auth_user"),
        ("documents", "reconciliation_tolerance"),
        ("setup", "integration_apikey"),
    ],
)
def test_changes_of_a_kind_go_after_the_year_in_which_their_term_ends(kind, table) -> None:
    term = RetentionTerm.objects.get(kind=kind)
    since = chain.kept_since(term)
    for at in (since - datetime.timedelta(seconds=1), since):
        Change.objects.create(at=at, actor="anna", table=table, row=1, action="update", old={}, new={})
    chain.seal()

    before = would_go()
    gone = chain.forget()

    assert (since.month, since.day) == (1, 1)
    assert {name: count for name, count in before.items() if count} == {kind: 1}
    assert gone == {term.title: 1}
    assert Change.objects.filter(table=table, at__gte=since, actor="anna").count() == 1
    assert Change.objects.get(action="forget").new["tables"] == term.tables


def test_the_database_itself_refuses_a_term_below_the_least() -> None:
    for kind in RetentionTerm.objects.values_list("kind", flat=True):
        with pytest.raises(IntegrityError, match="retention_is_not_below_its_least"), transaction.atomic():
            RetentionTerm.objects.filter(kind=kind).update(days=0)
    with pytest.raises(IntegrityError, match="retention_of_changes_is_a_year"), transaction.atomic():
        RetentionTerm.objects.filter(kind="masters").update(least_days=1)


def test_the_command_tells_what_would_go(company, capsys) -> None:
    requests(company, 91)

    call_command("retention")
    call_command("retention", "--json")

    *told, last = capsys.readouterr().out.splitlines()
    assert "Would remove 1 requests of attempts older than 90 days" in told
    assert json.loads(last)["requests"]["would_remove"] == 1
    assert Attempt.objects.filter(request__isnull=False).count() == 1


def test_who_may_sets_a_term_with_a_reason_and_the_book_names_them() -> None:
    client = Client()
    client.force_login(factories.person(roles.FINANCE_CONTROLLER))

    client.post("/retention/requests/", {"days": "120", "why": "asked by the auditors"})
    client.post("/retention/masters/", {"days": "10", "why": "less"})
    client.post("/retention/incidents/", {"days": "40", "why": ""})
    page = client.get("/retention/").content.decode()

    change = Change.objects.filter(table="masterdata_retentionterm").latest("pk")
    assert (change.actor, change.new) == ("frida", {"days": 120, "why": "asked by the auditors"})
    assert dict(RetentionTerm.objects.values_list("kind", "days"))["masters"] == 3 * 365
    assert RetentionTerm.objects.get(kind="incidents").days == 400
    assert "are kept for 365 days at least. Nothing was changed." in page
    assert "Requests of attempts are kept for 120 days from now on." in page


def test_an_auditor_reads_the_terms_and_sets_none() -> None:
    client = Client()
    client.force_login(factories.person(roles.AUDITOR))

    page = client.get("/retention/").content.decode()

    assert "Would remove 0 requests of attempts older than 90 days" in page
    assert "Keep it so" not in page
    assert client.post("/retention/requests/", {"days": "120", "why": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("days", "why"),
    [("0000000009999999999", "so many"), ("9" * 5000, "more"), ("36501", "a day more"), ("120", "\0")],
    ids=["behind zeros", "no number at all", "too long", "no reason"],
)
def test_a_term_that_the_database_could_not_count_is_refused(days: str, why: str) -> None:
    client = Client()
    client.force_login(factories.person(roles.FINANCE_CONTROLLER))

    answer = client.post("/retention/requests/", {"days": days, "why": why}, follow=True)

    assert "Nothing was changed: give days as a whole number" in answer.content.decode()
    assert RetentionTerm.objects.get(kind="requests").days == 90


def test_years_are_counted_by_the_calendar_whatever_leap_days_lie_between() -> None:
    first, last = datetime.date(2026, 1, 1), datetime.date(2040, 12, 31)
    days = [first + datetime.timedelta(days=each) for each in range((last - first).days + 1)]
    asked = "SELECT tieout_term_begins(%s, true, (day::timestamp + '23:59:59') AT TIME ZONE 'UTC')"
    for years in (1, 3, 6, 10):
        with connection.cursor() as cursor:
            cursor.execute(f"{asked} FROM unnest(%s::date[]) AS day ORDER BY day", [years * 365, days])
            begins = [row[0].date() for row in cursor.fetchall()]

        assert begins == [datetime.date(day.year - years, 1, 1) for day in days]

"""Replays: tried first, at a chosen rate, stopped and taken up again, and never twice at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from reconciliation import roles
from tests.desk.reading import words

from .conftest import unit_unknown

if TYPE_CHECKING:
    from integration.models import Message, ReplayJob
    from masterdata.models import Company

    from .conftest import SignedIn

pytestmark = pytest.mark.django_db


def stuck(company: Company, count: int) -> list[Message]:
    return [unit_unknown(company, f"PO-{number}") for number in range(1, count + 1)]


def begin(company: Company, messages: list[Message], rate: int = 6000) -> ReplayJob:
    from integration.desk import replaying
    from tests import factories

    keys = [message.pk for message in messages]
    by = factories.person(roles.INTEGRATION_ADMIN, f"admin{timezone.now().timestamp()}")
    return replaying.start(company, keys, by=by, reason="Unit added", per_minute=rate, what="test")


def states() -> dict[str, int]:
    from collections import Counter

    from integration.models import Message

    return dict(Counter(Message.objects.values_list("state", flat=True)))


def test_a_replay_goes_at_its_rate_and_ends(company: Company) -> None:
    from integration.desk import replaying

    job = begin(company, stuck(company, 3), rate=30)

    assert replaying.work(now=job.started_at) == 1
    assert states() == {"ready": 1, "rejected": 2}
    assert replaying.work(now=job.started_at + timedelta(seconds=2)) == 1
    assert replaying.work(now=job.started_at + timedelta(seconds=60)) == 1

    job.refresh_from_db()
    assert (job.state, states()) == ("done", {"ready": 3})


def test_a_stopped_replay_sends_nothing_and_goes_on_where_it_stopped(company: Company) -> None:
    from integration.desk import replaying

    job = begin(company, stuck(company, 2), rate=30)
    replaying.work(now=job.started_at)
    replaying.stop(job, by=job.by)

    assert replaying.work(now=job.started_at + timedelta(hours=1)) == 0

    replaying.go_on(job)
    replaying.work(now=timezone.now() + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.state, states()) == ("done", {"ready": 2})


def test_what_is_left_of_a_closed_replay_stays_stuck_and_can_be_replayed_anew(company: Company) -> None:
    from integration.desk import replaying

    messages = stuck(company, 2)
    job = begin(company, messages, rate=30)
    replaying.stop(job, by=job.by)
    with pytest.raises(replaying.ReplayError, match="which is stopped"):
        begin(company, messages)

    replaying.close(job, by=job.by)

    assert states() == {"rejected": 2}
    assert begin(company, messages).items.count() == 2


def test_a_message_that_somebody_retried_meanwhile_is_told_apart(company: Company) -> None:
    from integration import outbox
    from integration.desk import replaying

    messages = stuck(company, 2)
    job = begin(company, messages)
    outbox.retry(messages[0], by=job.by, reason="By hand")
    replaying.work(now=timezone.now() + timedelta(minutes=1))

    assert replaying.progress(job).queued == 1
    assert "only stuck messages can be retried" in job.items.get(state="refused").sentence
    assert messages[0].tries.filter(outcome="by_hand").count() == 1


def test_the_trial_says_what_would_fail_and_sends_nothing(company: Company, signed_in: SignedIn) -> None:
    from integration.models import Cause

    stuck(company, 2)

    page = words(
        signed_in(roles.INTEGRATION_ADMIN).get(f"/dead-letters/replay/?cause={Cause.objects.get().pk}")
    )

    assert "of 2" in page
    assert "Nothing was sent yet." in page
    assert states() == {"rejected": 2}


def start(client: Client, cause: int, **form: Any) -> Any:
    form = {"shown": f"cause={cause}", "rate": "600", "reason": "Unit added"} | form
    return client.post("/dead-letters/replay/start/", form, follow=True)


def test_a_replay_of_a_cause_is_begun_stopped_and_watched_on_its_page(
    company: Company, signed_in: SignedIn
) -> None:
    from integration.models import Cause, ReplayJob

    stuck(company, 2)
    client = signed_in(roles.INTEGRATION_ADMIN)

    began = words(start(client, Cause.objects.get().pk))
    job = ReplayJob.objects.get()
    stopped = words(client.post(f"/dead-letters/replays/{job.pk}/stop/", follow=True))

    assert "Running: 0 of 2 queued again, 0 not queued, 2 to go." in began
    assert "Stopped by ines: 0 of 2 queued again" in stopped


@pytest.mark.parametrize("form", [{"reason": " "}, {"rate": "7"}, {"rate": "x"}])
def test_without_a_reason_or_a_rate_nothing_begins(
    company: Company, signed_in: SignedIn, form: dict[str, str]
) -> None:
    from integration.models import Cause, ReplayJob

    stuck(company, 1)

    answer = start(signed_in(roles.INTEGRATION_ADMIN), Cause.objects.get().pk, **form)

    assert answer.status_code == 422
    assert not ReplayJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_press_at_once_one_begins_and_the_other_is_told() -> None:
    from integration.desk import replaying
    from integration.models import Cause, ReplayItem, ReplayJob
    from tests import factories

    company = factories.open_company()
    stuck(company, 3)
    cause = Cause.objects.get().pk
    clients = [Client() for _person in range(2)]
    for number, client in enumerate(clients):
        client.force_login(factories.person(roles.INTEGRATION_ADMIN, f"admin{number}"))
    ready = Barrier(2)

    def press(client: Client) -> str:
        ready.wait()
        try:
            return words(start(client, cause))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(press, clients))
    replaying.work(now=timezone.now() + timedelta(minutes=5))

    assert sum("These messages are already running: replay" in page for page in told) == 1
    assert (ReplayJob.objects.count(), ReplayItem.objects.filter(state="queued").count()) == (1, 3)


def test_the_ticked_ones_become_a_replay_of_their_own(company: Company, signed_in: SignedIn) -> None:
    from integration.models import ReplayJob

    first, _second, third = stuck(company, 3)
    client = signed_in(roles.INTEGRATION_ADMIN)

    prepared = client.get(
        "/dead-letters/replay/", {"ticked": "/dead-letters/messages/", "message": [first.pk, third.pk]}
    )
    client.post(
        "/dead-letters/replay/start/",
        {"shown": f"ids={first.pk},{third.pk}", "rate": "600", "reason": "Unit added"},
    )

    assert "Replay 2" in words(prepared)
    items = ReplayJob.objects.get().items.order_by("message")
    assert list(items.values_list("message", flat=True)) == [first.pk, third.pk]


def test_none_ticked_is_not_all(company: Company, signed_in: SignedIn) -> None:
    stuck(company, 2)
    back = "/dead-letters/messages/?q=PO"

    answer = signed_in(roles.INTEGRATION_ADMIN).get("/dead-letters/replay/", {"ticked": back}, follow=True)

    assert answer.redirect_chain == [(back, 302)]
    assert "Tick the messages first." in words(answer)


@pytest.mark.parametrize(("ticked", "version"), [({}, 1), ({"remap": "on"}, 2)])
def test_a_replay_takes_the_field_mapping_in_force_when_that_is_ticked(
    company: Company, signed_in: SignedIn, ticked: dict[str, str], version: int
) -> None:
    from integration.desk import replaying
    from integration.mapping import defaults
    from integration.models import Cause, Message
    from tests import mappings

    stuck(company, 2)
    mappings.touch(defaults.ORDER)

    page = words(start(signed_in(roles.INTEGRATION_ADMIN), Cause.objects.get().pk, **ticked))
    replaying.work(now=timezone.now() + timedelta(minutes=1))

    assert ("with the field mapping in force" in page) is bool(ticked)
    assert set(Message.objects.values_list("state", "mapping_version")) == {("ready", version)}


@pytest.mark.parametrize(("ticked", "version"), [({}, 1), ({"remap": "on"}, 2)])
def test_a_single_retry_takes_the_field_mapping_in_force_when_that_is_ticked(
    company: Company, signed_in: SignedIn, ticked: dict[str, str], version: int
) -> None:
    from integration.mapping import defaults
    from tests import mappings

    (message,) = stuck(company, 1)
    mappings.touch(defaults.ORDER)
    client = signed_in(roles.INTEGRATION_ADMIN)

    page = words(client.get(f"/messages/{message.pk}/"))
    client.post(f"/messages/{message.pk}/retry/", {"reason": "Mended"} | ticked)

    message.refresh_from_db()
    assert "Build it with the field mapping in force, not with version 1" in page
    assert (message.state, message.mapping_version) == ("ready", version)

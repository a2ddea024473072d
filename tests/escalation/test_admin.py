"""Channels and rules in the admin: a secret address goes in and never comes out, and a test is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from reconciliation import roles
from tests import factories
from tests.desk.reading import words

from .conftest import SLACK, TEAMS, Box

if TYPE_CHECKING:
    from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
CHANNELS, RULES = "/admin/integration/channel/", "/admin/integration/escalationrule/"


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))
    return client


def save(client: Client, page: str = f"{CHANNELS}add/", **terms: str) -> Any:
    form = {"name": "Team", "kind": "email", "audience": "", "recipients": "", "secret": "", "enabled": "on"}
    return client.post(page, form | terms, follow=True)


def sent_test(client: Client) -> Any:
    """Press "Send a test message" in the list, for the one channel."""
    from integration.models import Channel

    action = {"action": "send_test", "_selected_action": [Channel.objects.get().pk]}
    return client.post(CHANNELS, action, follow=True)


@pytest.mark.parametrize(
    ("kind", "address", "leads_to"),
    [
        ("slack", SLACK, "hooks.slack.com/…"),
        ("teams", TEAMS, "prod-12.westeurope.logic.azure.com/…"),
        ("webhook", "https://alerts.example.com/x?token=SIGNATURE-0123456789", "alerts.example.com/…"),
    ],
)
def test_a_secret_address_is_kept_encrypted_and_never_shown(
    admin: Client, kind: str, address: str, leads_to: str
) -> None:
    from integration.models import Channel

    made = save(admin, kind=kind, secret=address)
    channel = Channel.objects.get()
    pages = [CHANNELS, f"{CHANNELS}{channel.pk}/change/", f"{CHANNELS}{channel.pk}/history/"]
    shown = made.content.decode() + "".join(admin.get(page).content.decode() for page in pages)
    kept = bytes(channel.address)

    assert leads_to in shown
    assert address[-20:] not in shown
    assert address[-20:].encode() not in kept
    assert channel.leads_to == leads_to


def test_an_empty_address_keeps_the_former_and_another_kind_needs_its_own(admin: Client) -> None:
    from integration.models import Channel

    save(admin, kind="slack", secret=SLACK)
    before = Channel.objects.get()
    page = f"{CHANNELS}{before.pk}/change/"
    save(admin, page, kind="slack", name="Renamed")
    other = save(admin, page, kind="teams")

    after = Channel.objects.get()
    assert (after.name, after.kind, bytes(after.address)) == ("Renamed", "slack", bytes(before.address))
    assert "Give the address; each kind has its own." in words(other)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"kind": "webhook", "secret": "http://alerts.example.com/x"}, "Only https addresses are called"),
        ({"kind": "webhook", "secret": "https://169.254.169.254/x"}, "in a private network"),
        ({"kind": "webhook", "secret": "https://[::ffff:10.0.0.1]/x"}, "in a private network"),
        ({"kind": "slack", "secret": "https://example.com/services/a/b/c"}, "no address of a Slack webhook"),
        ({"kind": "teams", "secret": "https://example.com/x"}, "no address of a Teams workflow"),
        ({"kind": "teams"}, "Give the address; each kind has its own."),
        ({"recipients": "ines@example.com, nobody"}, "nobody is no e-mail address."),
        ({}, "Name at least one e-mail address."),
    ],
)
def test_what_cannot_be_reached_is_refused_with_a_reason(
    admin: Client, terms: dict[str, str], said: str
) -> None:
    from integration.models import Channel

    answer = save(admin, **terms)

    assert said in words(answer)
    assert Channel.objects.count() == 0


def test_without_keys_a_secret_address_is_refused_with_what_to_do(admin: Client, settings: Any) -> None:
    from integration.models import Channel

    settings.WEBHOOK_KEYS = []

    answer = save(admin, kind="slack", secret=SLACK)

    assert "Set it as .env.example says" in words(answer)
    assert Channel.objects.count() == 0


def test_a_lost_key_is_said_when_the_channel_is_tested(admin: Client, settings: Any) -> None:

    save(admin, kind="slack", secret=SLACK)
    settings.WEBHOOK_KEYS = [Fernet.generate_key().decode()]

    answer = sent_test(admin)

    assert "Put the former key back into WEBHOOK_KEYS" in words(answer)


def test_a_test_by_mail_reaches_the_named_addresses(admin: Client, box: Box) -> None:

    save(admin, recipients="ines@example.com, ops@example.com")
    answer = sent_test(admin)

    assert "Team took the test, for ines@example.com, ops@example.com." in words(answer)
    assert box.got == ["A test from Tieout"]
    assert box.to == [["ines@example.com", "ops@example.com"]]


def test_a_test_to_a_role_disturbs_nobody_but_who_tests(admin: Client, box: Box) -> None:
    from django.contrib.auth.models import User

    save(admin, audience="Finance controller")
    without = sent_test(admin)
    User.objects.update(email="ines@example.com")
    tested = sent_test(admin)

    assert "You have no e-mail address yourself" in words(without)
    assert "took the test, for ines@example.com." in words(tested)
    assert box.to == [["ines@example.com"]]


def test_a_test_that_fails_says_why(admin: Client, receiver: Receiver) -> None:
    from integration.models import Channel

    receiver.answers = [500]
    save(admin, kind="webhook", secret=receiver.url)
    failed = sent_test(admin)
    took = save(
        admin,
        f"{CHANNELS}{Channel.objects.get().pk}/change/",
        kind="webhook",
        integration_channel_save_and_test="1",
    )

    assert "The receiver answered 500: no 2xx." in words(failed)
    assert "Team took the test, for localhost/…." in words(took)


def test_a_rule_is_written_as_people_say_it(admin: Client) -> None:
    from integration import escalation

    escalation.install()
    page = words(admin.get(RULES))

    assert "Dead letter: the owner dead letter Owner, by mail at once" in page
    assert "4 hours, 1 day, and so on" in page
    assert "15 minutes, or attempt 3" in page


def test_reminders_that_are_no_minutes_are_refused(admin: Client) -> None:
    from integration import escalation
    from integration.models import EscalationRule

    escalation.install()
    rule = EscalationRule.objects.get(name="Dead letter: the owner")
    form = {"name": rule.name, "subject": rule.subject, "channel": rule.channel_id, "after_minutes": "0"}
    form |= {"period_days": "3", "period_minutes": "0", "reminders": "4 hours", "enabled": "on"}
    answer = admin.post(f"{RULES}{rule.pk}/change/", form)

    assert "Minutes with commas, such as 240, 1440." in words(answer)

"""People are told once of a cause, again until one takes it on, and a channel that is down loses nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


class Box:
    """Keeps what a mail server was given."""

    def __init__(self) -> None:
        self.got: list[str] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        self.got.append(str(message_from_bytes(envelope.content, policy=policy.default)["Subject"]))
        return "250 OK"


@pytest.fixture
def box(settings) -> Iterator[Box]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield box
    server.stop()


@pytest.fixture
def rule(db):
    from integration.models import Channel, EscalationRule

    channel = Channel.objects.create(name="Integration", recipients="ines@example.com")
    return EscalationRule.objects.create(
        name="Refused", subject="refused", channel=channel, reminders="240, 1440"
    )


def turn(*, later: timedelta = LATER) -> int:
    from integration import escalation

    now = timezone.now() + later
    escalation.watch(now=now)
    escalation.write_due(now=now)
    return escalation.send_due(now=now + LATER)


def test_many_messages_of_one_cause_are_one_mail_and_told_once(rule, box) -> None:
    company = factories.open_company()
    for number in range(3):
        factories.refused(company, f"PO-{number}")

    counts = [turn(), turn(), turn()]

    assert counts == [1, 0, 0]
    assert len(box.got) == 1
    assert "3 × refused by Business Central" in box.got[0].replace("\n", "")


def test_fault_32_a_channel_that_is_down_loses_nothing_and_shows_why(rule, box, settings) -> None:
    from integration.models import Channel, Message, Notification

    factories.refused(factories.open_company(), "PO-1")
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    down = turn()
    told = Channel.objects.get().error
    states = list(Message.objects.values_list("state", flat=True))
    settings.EMAIL_PORT = port

    assert (down, turn(later=LATER)) == (0, 1)
    assert "did not take it" in told
    assert states == ["rejected"]
    assert Notification.objects.get().state == "sent"
    assert Channel.objects.get().error == ""


def test_who_takes_it_on_gets_no_reminder(rule, box) -> None:
    from integration import escalation
    from integration.models import Incident, Notification

    factories.refused(factories.open_company(), "PO-1")
    turn()
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=5))
    reminded = turn()
    escalation.acknowledge(Incident.objects.get(), by=factories.person("", "ines"), note="vendor asked")
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert (reminded, turn()) == (1, 0)
    assert "Reminder" in box.got[-1]

"""A mail server that keeps what it is given, and the turns of the escalation with the clock put forward."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tests.webhooks.receiver import Receiver

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from integration.models import EscalationRule

HOUR = timedelta(hours=1)
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "https://prod-12.westeurope.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef/triggers/manual"
    "/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=SIGNATURE-0123456789"
)


class Box:
    """Keeps what a mail server was given: subjects, whom they went to, texts."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.to: list[list[str]] = []
        self.texts: list[str] = []
        self.arrived = threading.Event()

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.got.append(" ".join(str(mail["Subject"]).split()))
        self.to.append(sorted(envelope.rcpt_tos))
        self.texts.append(mail.get_content())
        self.arrived.set()
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
def rule(db) -> EscalationRule:
    """Tell Ines of what is refused, at once, after four hours, and daily."""
    from integration.models import Channel, EscalationRule

    channel = Channel.objects.create(name="Integration", recipients="ines@example.com")
    return EscalationRule.objects.create(
        name="Refused", subject="refused", channel=channel, reminders="240, 1440"
    )


def turn(*, later: timedelta = HOUR) -> int:
    """Look, write down and send as if it were later; returns how many notifications were told."""
    from integration import escalation

    now = timezone.now() + later
    escalation.watch(now=now)
    escalation.write_due(now=now)
    return escalation.send_due(now=now + HOUR)


def put_back(hours: float) -> None:
    """Let everything have been told so much earlier."""
    from django.db.models import F

    from integration.models import Notification

    Notification.objects.update(created_at=F("created_at") - timedelta(hours=hours))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("receiver")


@pytest.fixture
def receiver(certificates: Path, settings) -> Iterator[Receiver]:
    """An HTTPS receiver on this machine, in a network that the administrator names on purpose."""
    with Receiver(certificates) as running:
        settings.WEBHOOK_CA_BUNDLE = str(certificates / "ca.pem")
        settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
        yield running

"""Teams, Slack and webhooks over real HTTPS: what arrives, and what is never called."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from apprise.plugins import slack, workflows

from .conftest import SLACK, TEAMS, Box, Receiver, turn

if TYPE_CHECKING:
    from integration.models import Channel

pytestmark = pytest.mark.django_db
KINDS = ("teams", "slack", "webhook")


@pytest.fixture
def channels(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> dict[str, Channel]:
    """One channel of each kind; what Microsoft and Slack would be is our receiver."""
    from integration import escalation
    from integration.models import Channel

    parsed, here = workflows.NotifyWorkflows.parse_native_url, urlsplit(receiver.url)
    monkeypatch.setattr(
        workflows.NotifyWorkflows,
        "parse_native_url",
        staticmethod(lambda url: parsed(url) | {"host": here.hostname, "port": here.port}),
    )
    monkeypatch.setattr(slack.NotifySlack, "webhook_url", receiver.url)
    made = {}
    addresses = {"teams": TEAMS, "slack": SLACK, "webhook": f"{receiver.url}?token=abc"}
    for kind, address in addresses.items():
        made[kind] = Channel(name=kind, kind=kind)
        escalation.give_address(made[kind], address)
        made[kind].save()
    return made


def tell(channel: Channel) -> None:
    from integration.escalation.channels import tell

    tell(channel, "3 × refused", "Vendor V10 is blocked.")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_takes_a_message_in_its_own_form(
    channels: dict[str, Channel], receiver: Receiver, kind: str
) -> None:
    tell(channels[kind])

    (path,), ((_headers, body),) = receiver.paths, receiver.got
    assert json.loads(body)
    assert b"Vendor V10 is blocked." in body
    assert b"github" not in body
    assert {
        "teams": "/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke",
        "slack": "/tieout/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "webhook": "/tieout",
    }[kind] == path.partition("?")[0]
    assert path.partition("?")[2].endswith({"teams": "", "slack": "", "webhook": "token=abc"}[kind])
    assert ("sig=SIGNATURE-0123456789" in path) == (kind == "teams")


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_reaches_into_a_private_network(
    channels: dict[str, Channel], receiver: Receiver, settings: Any, kind: str
) -> None:
    from integration.escalation import CannotTell

    settings.WEBHOOK_NETWORKS = []

    with pytest.raises(CannotTell, match="leads to a private network"):
        tell(channels[kind])
    assert receiver.got == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_follows_a_redirect(channels: dict[str, Channel], receiver: Receiver, kind: str) -> None:
    from integration.escalation import CannotTell

    receiver.answers = [302]

    with pytest.raises(CannotTell, match="a redirect, which is not followed"):
        tell(channels[kind])
    assert len(receiver.got) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_of_a_failure_holds_no_secret(
    channels: dict[str, Channel], receiver: Receiver, caplog: Any, kind: str
) -> None:
    from integration.escalation import CannotTell

    receiver.answers = [500]
    caplog.set_level(logging.DEBUG)

    with pytest.raises(CannotTell) as said:
        tell(channels[kind])
    for secret in ("SIGNATURE-0123456789", "TIiajkdnlazkcOXrIdevi7FQ", "token=abc"):
        assert secret not in said.value.sentence + caplog.text


def test_a_receiver_that_hangs_holds_up_nobody_for_long(
    rule: Any, channels: dict[str, Channel], receiver: Receiver, box: Box
) -> None:
    from integration.models import Channel, EscalationRule
    from tests import factories

    receiver.released = threading.Event()  # it takes the message and never answers
    for kind, channel in channels.items():
        EscalationRule.objects.create(name=kind, subject="refused", channel=channel)
    factories.refused(factories.open_company(), "PO-1")

    told = [turn(), turn()]

    assert told[0] + told[1] == 1
    assert len(box.got) == 1
    failing = Channel.objects.exclude(error="")
    assert {each.kind for each in failing} == set(KINDS)
    assert all("did not answer within 5 seconds" in each.error for each in failing)

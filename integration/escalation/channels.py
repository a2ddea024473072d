"""Channels as people set them up, and one message through one of them: Django's mail, or apprise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import apprise
import requests
from apprise.plugins import custom_json, slack, workflows
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils import timezone

from integration.errors import ConfigurationError
from integration.models import Channel
from integration.webhooks import Failed, posting, sealing
from integration.webhooks import problem_with_address as may_be_called

from . import audiences

Kind = Channel.Kind
ASSET = apprise.AppriseAsset(
    app_id="Tieout", app_desc="Tieout", async_mode=False, image_url_mask="", image_url_logo=""
)
SERVICES: dict[Kind, Any] = {
    Kind.TEAMS: workflows.NotifyWorkflows,
    Kind.SLACK: slack.NotifySlack,
    Kind.WEBHOOK: custom_json.NotifyJSON,
}
SHAPES = {
    Kind.TEAMS: "This is no address of a Teams workflow. In Teams make a workflow “Post to a channel when a "
    "webhook request is received” and copy its address here.",
    Kind.SLACK: "This is no address of a Slack webhook. It begins with https://hooks.slack.com/services/.",
}


class CannotTell(Exception):  # noqa: N818
    """The channel did not take the message; the sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def give_address(channel: Channel, address: str = "") -> None:
    """Encrypt a secret address for a channel to be saved; an empty one leaves the former. Raises NoKeys."""
    if channel.kind == Kind.EMAIL:
        channel.address, channel.leads_to = b"", ""
    elif address:
        channel.address = sealing.seal(address.encode())
        channel.leads_to = f"{urlsplit(address).hostname}/…"


def problem_with_address(kind: str, address: str) -> str:
    """Say why an address cannot be used; "" when it can, as far as can be seen without calling it."""
    if kind == Kind.EMAIL:
        return _problem_with_mail(address)
    if problem := may_be_called(address):
        return problem.replace("messages are signed", "it is kept as a secret")
    if kind in SHAPES and SERVICES[Kind(kind)].parse_native_url(address) is None:
        return SHAPES[Kind(kind)]
    return ""


def send_test(channel: Channel, *, by: User) -> str:
    """Send a message that tells nothing, and note how it went; gives whom it reached, raises CannotTell."""
    now, row = timezone.now(), Channel.objects.filter(pk=channel.pk)
    to = _tested(channel, by)
    try:
        tell(channel, "A test from Tieout", f"If you read this, the channel “{channel}” works.", to=to)
    except CannotTell as problem:
        row.update(tried_at=now, error=problem.sentence)
        raise
    row.update(tried_at=now, told_at=now, error="", failures=0, rests_until=None)
    return ", ".join(to) or channel.leads_to


def _tested(channel: Channel, by: User) -> tuple[str, ...]:
    """A test goes to the named addresses, else only to who tests: nobody of a role is disturbed."""
    if channel.kind != Kind.EMAIL:
        return ()
    if not channel.audience:
        return tuple(audiences.named(channel.recipients))
    if not by.email:
        raise CannotTell("You have no e-mail address yourself, and a test to a role goes to you alone.")
    return (by.email,)


def tell(channel: Channel, title: str, body: str, *, key: str = "", to: tuple[str, ...] = ()) -> None:
    """Bring one message there, now; raises CannotTell. `to` is for mail."""
    try:
        if channel.kind == Kind.EMAIL:
            if not to:
                raise CannotTell(audiences.nobody(channel))
            mail(title, body, to, key=key)
        else:
            _post(channel, title, body)
    except (Failed, ConfigurationError) as problem:
        raise CannotTell(problem.sentence) from problem


def mail(title: str, body: str, to: tuple[str, ...], *, key: str = "") -> None:
    """Send one mail, now; raises CannotTell."""
    if not settings.EMAIL_HOST and not settings.EMAIL_FOLDER:
        raise CannotTell("No mail server is set. Set EMAIL_HOST as .env.example says, and start again.")
    headers = {"Message-ID": f"<{key}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"} if key else {}
    message = EmailMessage(title.replace("\n", " "), body, to=list(to), headers=headers)
    try:
        message.send()
    except OSError as exc:  # all that smtplib raises is one
        told = f"{type(exc).__name__}: {exc}"[:300]
        raise CannotTell(
            f"The mail server {settings.EMAIL_HOST} did not take it ({told}). Check EMAIL_HOST, its port, "
            "user and password, and that the server runs."
        ) from exc


def _post(channel: Channel, title: str, body: str) -> None:
    address = sealing.unseal(bytes(channel.address)).decode()
    service = _service(channel.kind, address)
    if not service.notify(body=body, title=title, notify_type=apprise.NotifyType.WARNING):
        raise CannotTell("Apprise could not make the message. Give the channel its address anew.")


def _service(kind: str, address: str) -> Any:
    if kind == Kind.WEBHOOK:
        parts = urlsplit(address)
        return SERVICES[Kind.WEBHOOK](
            host=parts.hostname,
            port=parts.port,
            fullpath=parts.path or "/",
            secure=True,
            asset=ASSET,
            params=dict(each.partition("=")[::2] for each in parts.query.split("&") if each),
        )
    known = SERVICES[Kind(kind)].parse_native_url(address)
    if known is None:
        raise CannotTell(SHAPES[Kind(kind)])
    return SERVICES[Kind(kind)](**known, asset=ASSET)


def _problem_with_mail(text: str) -> str:
    found = audiences.named(text)
    if not found:
        return "Name at least one e-mail address."
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            return f"{each} is no e-mail address."
    return ""


def _request(
    _method: str, url: str, *, data: Any, headers: dict[str, str], params: Any = None, **_other: Any
) -> SimpleNamespace:
    """Post what apprise made as webhooks are posted: to a checked machine, over TLS, without redirects."""
    asked = f"{url}?{urlencode(params, quote_via=quote)}" if params else url
    posting.post(asked, data if isinstance(data, bytes) else str(data).encode(), headers)
    return SimpleNamespace(status_code=requests.codes.ok, content=b"ok", headers={})


# Apprise calls `requests` itself, which would follow redirects and go into private networks; so in these
# three modules of it the name means our own way out. A test fails when an update goes another way.
for _module in (workflows, slack, custom_json):
    vars(_module)["requests"] = SimpleNamespace(
        request=_request,
        post=lambda url, **terms: _request("POST", url, **terms),
        codes=requests.codes,
        RequestException=requests.RequestException,
    )

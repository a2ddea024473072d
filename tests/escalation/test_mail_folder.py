"""Where Tieout is only tried, mails are files in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from integration.escalation import channels
from integration.models import Channel

pytestmark = pytest.mark.django_db


def test_a_mail_lies_in_the_folder(tmp_path: Path, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FOLDER = settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.EMAIL_HOST = ""
    channel = Channel.objects.create(name="Owners", recipients="ines@example.com")

    reached = channels.send_test(channel, by=User(username="ines"))

    (file,) = (tmp_path / "mail").iterdir()
    assert reached == "ines@example.com"
    assert "To: ines@example.com" in file.read_text()
    assert "Subject: A test from Tieout" in file.read_text()


def test_with_neither_a_server_nor_a_folder_it_says_what_to_set(settings) -> None:
    settings.EMAIL_HOST = settings.EMAIL_FOLDER = ""
    channel = Channel.objects.create(name="Owners", recipients="ines@example.com")

    with pytest.raises(channels.CannotTell) as refused:
        channels.send_test(channel, by=User(username="ines"))

    assert refused.value.sentence.startswith("No mail server is set. Set EMAIL_HOST")

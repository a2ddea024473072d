"""Without beat nothing wakes the escalation: a running worker notices, and people are told."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests import factories, workers

from .conftest import Box


@pytest.mark.django_db(transaction=True)
def test_a_worker_tells_people_that_the_clock_is_silent(
    box: Box, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integration.models import Channel, EscalationRule, Turn

    factories.open_company()
    channel = Channel.objects.create(name="Ops", recipients="ops@example.com")
    EscalationRule.objects.create(name="Silence", subject="clock", channel=channel)
    Turn.objects.create(pk=1, looked_at=timezone.now() - timedelta(minutes=10))
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(settings.EMAIL_PORT), "EMAIL_USE_TLS": "0"}
    for name, value in mail.items():
        monkeypatch.setitem(os.environ, name, value)

    worker = workers.start_afresh(tmp_path / "worker.log", "-m", "tests.escalation.worker")
    try:
        arrived = box.arrived.wait(90)
    finally:
        worker.terminate()
        worker.wait(workers.STOP_SECONDS)

    assert arrived, (tmp_path / "worker.log").read_text()
    assert box.got[0].startswith("The clock wakes nobody since ")

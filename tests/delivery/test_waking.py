"""Waking the workers never holds up whoever takes something in."""

from __future__ import annotations

from typing import Any

import pytest

from integration.outbox import waking


def test_a_redis_that_is_away_is_not_asked_with_each_event(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(waking, "_silent_until", 0.0)

    for _event in range(20):
        waking.wake()

    assert len([record for record in caplog.records if "Could not wake" in record.message]) == 1

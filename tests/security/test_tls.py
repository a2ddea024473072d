"""Nothing of ours speaks TLS below 1.2; for Business Central tests/bc/test_transport.py shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integration.webhooks import Failed, posting
from tests.webhooks.receiver import Receiver


@pytest.mark.filterwarnings("ignore:.*TLSVersion.TLSv1:DeprecationWarning")
def test_a_receiver_that_speaks_only_old_tls_is_told_nothing(tmp_path: Path, settings: Any) -> None:
    with Receiver(tmp_path, only_old_tls=True) as old:
        settings.WEBHOOK_CA_BUNDLE = str(tmp_path / "ca.pem")
        settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]

        with pytest.raises(Failed):
            posting.post(old.url, b"{}", {})

    assert old.got == []


def test_the_same_receiver_with_todays_tls_is_told(tmp_path: Path, settings: Any) -> None:
    with Receiver(tmp_path) as today:
        settings.WEBHOOK_CA_BUNDLE = str(tmp_path / "ca.pem")
        settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]

        posting.post(today.url, b"{}", {})

    assert len(today.got) == 1

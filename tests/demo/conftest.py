"""The demo, loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def loaded(transactional_db: None, sandbox: Any, settings: Any, tmp_path: Path) -> Any:
    """The whole story, delivered and matched; its folder is tmp_path."""
    from integration.demo import load

    settings.OUTBOX_PACE = 0.05
    settings.BC_REQUESTS_PER_SECOND = 1000
    return load.load(tmp_path, control=sandbox.control, say=lambda _text: None)

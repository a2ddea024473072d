"""The demo, loaded: for a test of its own, or once for all those of a file that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

QUICK = {"OUTBOX_PACE": 0.05, "BC_REQUESTS_PER_SECOND": 1000}


@dataclass(frozen=True)
class Demo:
    """The whole story, delivered and matched."""

    loaded: Any
    folder: Path
    control: Any


@pytest.fixture
def loaded(transactional_db: None, sandbox: Any, settings: Any, tmp_path: Path) -> Any:
    """The whole story, delivered and matched; its folder is tmp_path."""
    from integration.demo import load

    for name, value in QUICK.items():
        setattr(settings, name, value)
    return load.load(tmp_path, control=sandbox.control, say=lambda _text: None)


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None,
    django_db_blocker: Any,
    sandbox_process: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Demo]:
    """The story for a whole file, whose tests take back what they write; the end of the file empties all."""
    from config.local import business_central
    from integration import connections
    from integration.demo import load
    from reconciliation import roles

    sandbox_process.control.reset()
    there = business_central.environment(sandbox_process.connection)
    folder = tmp_path_factory.mktemp("demo")
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        override_settings(**QUICK | there),
    ):
        for name, value in there.items():
            patch.setenv(name, value)
        connections.circuit().forget()
        try:
            said = load.load(folder, control=sandbox_process.control, say=lambda _text: None)
            yield Demo(said, folder, sandbox_process.control)
        finally:
            call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
            roles.apply_roles()

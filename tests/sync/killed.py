"""A pull in a process of its own, which may be killed at any moment."""

from __future__ import annotations

import subprocess
import sys

from tests import workers

PULL = """
import django
django.setup()
from integration import sync
from integration.sync import masters
masters.PAGE_SIZE = {page_size}
run = sync.pull_entity({entity!r}, full={full})[0]
print(run.pk)
"""


def start(entity: str, *, page_size: int, full: bool = True) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PULL.format(entity=entity, page_size=page_size, full=full)],
        cwd=workers.ROOT,
        env=workers.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )

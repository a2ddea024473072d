"""The memory of the process that pulls: a list ten times as long must not need more."""

from __future__ import annotations

import subprocess
import sys
import uuid

from django.conf import settings
from django.db import connection

from integration.sync import seen
from masterdata.models import Company, Item, ItemCategory, Unit
from tests import workers
from tests.bench.house import House
from tests.bench.measuring import Result

from . import page_server, pages

SHORT, LONG = 50_000, 500_000

PULL = """
import django
django.setup()
from integration import sync
from integration.sync import seen
from tests.bc.pulling import resident
seen.MOST_AT_ONCE = {most_kept}
sync.ensure_company()
before = resident("VmHWM")
run = sync.pull_entity("items", full=True)[0]
print(run.rows_read, resident("VmHWM"), before)
"""


def memory(_house: House) -> list[Result]:
    """Pull a list into an empty mirror, and one ten times as long: the peaks of the processes."""
    short, long = peak(SHORT), peak(LONG)
    against = f"{LONG:,} items, against {SHORT:,}"
    return [
        Result("sync_peak_memory_short", short, "MB", 1, f"a full pull of {SHORT:,} items", 1),
        Result("sync_peak_memory_long", long, "MB", short / long, against, 1, goal=0.9),
    ]


def peak(items: int, *, most_kept: int = seen.MOST_AT_ONCE) -> float:
    """Pull so many items in a process of its own; returns its peak of memory in megabytes.

    Hashes are kept of lists of up to `most_kept` rows: what grows up to there does not grow any further.
    """
    bc_id = uuid.uuid4()
    company = Company.objects.create(name=f"MEM {bc_id}"[:30], bc_id=bc_id, ledger_currency="EUR")
    with page_server.serve(settings.BC_CA_BUNDLE, items) as root:
        address = {"BC_BASE_URL": page_server.base_url(root, pages.FIRST), "BC_COMPANY": str(bc_id)}
        done = subprocess.run(
            [sys.executable, "-c", PULL.format(most_kept=most_kept)],
            cwd=workers.ROOT,
            env=workers.environment() | address,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    rows, megabytes, _before = done.stdout.split()
    assert int(rows) == items == Item.objects.filter(company=company).count()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE masterdata_item")
    for mirror in (ItemCategory, Unit):
        mirror.objects.filter(company=company).delete()
    return float(megabytes)

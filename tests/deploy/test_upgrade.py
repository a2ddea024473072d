"""An upgrade while events are taken: old and new side by side on one database; nothing fails or is lost."""

from __future__ import annotations

import subprocess
import tarfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from config.local.processes import wait_until
from integration.models import InboxEvent, Message
from reconciliation.models import PurchaseOrder
from tests.faults.conftest import broker, house  # noqa: F401
from tests.faults.programs import SECONDS, Broker, Web, call, celery, order, served
from tests.structure.test_migrations import not_borne
from tests.workers import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

A_FEW = 6  # events while processes come, and while they go
# What tests/structure/test_migrations.py lets through, on the tables that intake and delivery write.
NEXT_RELEASE: list[tuple[str, Any]] = [
    ("integration", migrations.AddField("inboxevent", "next_note", models.TextField(null=True))),
    ("integration", migrations.AddField("message", "next_word", models.TextField(db_default=""))),
    ("integration", migrations.AddField("attempt", "next_count", models.IntegerField(db_default=0))),
    ("integration", migrations.AddField("apikey", "next_limit", models.IntegerField(null=True))),
    ("integration", migrations.AlterField("inboxevent", "note", models.CharField(max_length=300, null=True))),
    ("integration", migrations.CreateModel("NextThing", [("id", models.BigAutoField(primary_key=True))])),
    ("reconciliation", migrations.AddField("purchaseorder", "next_code", models.TextField(db_default=""))),
    ("reconciliation", migrations.AddField("purchaseorderline", "next_rate", models.FloatField(null=True))),
    (
        "reconciliation",
        migrations.AddIndex("purchaseorder", models.Index(fields=["number", "version"], name="next_index")),
    ),
    ("masterdata", migrations.AddField("company", "next_town", models.TextField(db_default=""))),
    ("masterdata", migrations.AddField("vendor", "next_mark", models.BooleanField(db_default=False))),
]


class Senders:
    """A CAFM that sends what it may, two at once, to whichever web processes the balancer names."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.answers: Counter[object] = Counter()
        self.numbers = count(1)
        self.allowed = 0
        self.permits = threading.Semaphore(0)
        self.changed = threading.Condition()
        self.is_over = False
        self.threads = [threading.Thread(target=self._send) for _each in range(2)]

    def __enter__(self) -> Senders:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.is_over = True
        self.permits.release(len(self.threads))
        for thread in self.threads:
            thread.join()

    @contextmanager
    def sending(self, events: int) -> Iterator[None]:
        """Send so many events beside the block, and see them answered."""
        self.allowed += events
        self.permits.release(events)
        yield
        with self.changed:
            assert self.changed.wait_for(lambda: self.answers.total() >= self.allowed, timeout=SECONDS)

    def _send(self) -> None:
        while self.permits.acquire() and not self.is_over:
            try:
                answer: object = self.web.send(order(f"PO-{next(self.numbers)}")).status_code
            except Exception as error:  # noqa: BLE001 - what the sender would see is what is asserted
                answer = repr(error)
            with self.changed:
                self.answers[answer] += 1
                self.changed.notify_all()


@pytest.mark.parametrize(
    "old", ["this code under the next schema", pytest.param("code of before", marks=pytest.mark.slow)]
)
def test_old_and_new_take_and_deliver_side_by_side(
    old: str,
    house: Any,  # noqa: F811
    broker: Broker,  # noqa: F811
    tmp_path: Path,
) -> None:
    before = _code_before_the_newest_migration(tmp_path) if old == "code of before" else ROOT
    with ExitStack() as running:
        leaving = running.enter_context(ExitStack())
        web = leaving.enter_context(served(house.company, _folder(tmp_path, "old"), root=before))
        leaving.enter_context(celery(tmp_path / "old", root=before))
        senders = running.enter_context(Senders(web))
        with _migrated([] if before != ROOT else NEXT_RELEASE, senders):
            call(broker)
            with senders.sending(A_FEW):
                senders.web = running.enter_context(served(house.company, _folder(tmp_path, "new")))
                running.enter_context(celery(tmp_path / "new"))
            call(broker)
            with senders.sending(A_FEW):
                leaving.close()
            assert wait_until(lambda: _is_all_done(broker), seconds=SECONDS), _told(tmp_path)
            call_command("verify_audit", verbosity=0)
            running.close()

    sent = senders.answers.total()
    assert senders.answers == {202: sent}, _told(tmp_path)
    assert InboxEvent.objects.count() == PurchaseOrder.objects.count() == Message.objects.count() == sent
    assert set(Message.objects.values_list("state", "attempts")) == {("done", 1)}
    assert len(house.dump("purchaseOrders")) == sent


@contextmanager
def _migrated(steps: list[tuple[str, Any]], senders: Senders) -> Iterator[None]:
    """Bring the schema on by these steps while events come; afterwards it is what it was."""
    assert not_borne([operation for _app, operation in steps]) == []
    states = [MigrationLoader(connection).project_state()]
    made = []
    try:
        for number, (app, operation) in enumerate(steps):
            step = migrations.Migration(f"next_{number}", app)
            step.operations = [operation]
            with senders.sending(2), connection.schema_editor(atomic=True) as editor:
                states.append(step.apply(states[-1].clone(), editor))
            made.append(step)
        yield
    finally:
        for place in reversed(range(len(made))):
            with connection.schema_editor(atomic=True) as editor:
                made[place].unapply(states[place].clone(), editor)


def _is_all_done(broker: Broker) -> bool:  # noqa: F811
    call(broker)
    return not Message.objects.exclude(state="done").exists()


def _code_before_the_newest_migration(folder: Path) -> Path:
    """Lay the last code that did not know the schema of now beside this one."""
    newest = _git("log", "-1", "--format=%H", "--diff-filter=A", "--", ":(glob)*/migrations/[0-9]*.py")
    if not newest or not _git("rev-parse", "--verify", "--quiet", f"{newest}^"):
        pytest.skip("the history of the code is not here (no git, or a shallow clone)")
    packed, place = folder / "before.tar", _folder(folder, "before")
    _git("archive", f"--output={packed}", f"{newest}^")
    with tarfile.open(packed) as archive:
        archive.extractall(place, filter="data")
    return place


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _folder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _told(folder: Path) -> str:
    return "\n".join(f"{log}: {log.read_text()[-1500:]}" for log in sorted(folder.glob("*/*.log")))

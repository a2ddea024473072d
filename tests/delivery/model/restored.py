"""The outbox whose database is restored from a backup now and then: rows are as they were, BC is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from integration import outbox
from integration.delivery import doubt
from integration.models import DatabaseLife, Message
from tests.delivery.model.machine import Outbox

# What tells a restored database: it is in another place, or only PostgreSQL has started since.
RESTORES = ("restored elsewhere", "the disk set back")


@dataclass(frozen=True)
class Backup:
    """All rows as they were, how many documents the CAFM had told, and what people had cancelled."""

    savepoint: str
    told: int
    cancelled: frozenset[str]

    def restore(self, where: str) -> None:
        """Put every row back; workers that start on it are to find out by themselves."""
        transaction.savepoint_rollback(self.savepoint)
        if where == "restored elsewhere":
            DatabaseLife.objects.update(place="the cluster that the backup was made of")
        else:
            DatabaseLife.objects.update(started_at=F("started_at") - timedelta(days=1))
        doubt.begin_anew()


class RestoredOutbox(Outbox):
    """Anything that anybody may do next, and the database goes back in time."""

    backup: Backup | None = None

    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = Backup(transaction.savepoint(), len(self.told), _cancelled())

    @precondition(lambda self: self.backup)
    @rule(where=strategies.sampled_from(RESTORES))
    def the_backup_is_restored(self, where: str) -> None:
        """Its workers start sixteen minutes later; the CAFM and people do again what was lost."""
        assert self.backup is not None
        self._arrive()
        lost = _cancelled() - self.backup.cancelled
        self.backup.restore(where)
        for tell in self.told[self.backup.told :]:
            tell()
        for message in Message.objects.filter(document_number__in=lost):
            outbox.cancel(message, by=self.person, reason="not wanted, as before")
        self.keys = set(Message.objects.values_list("key", flat=True))
        assert len(self.keys) == len(self.told)
        self._look()
        self.forgotten = {key for key, times in self.held.items() if times}
        self.before = dict(Message.objects.values_list("key", "state"))


def _cancelled() -> frozenset[str]:
    """Name what people do not want; a document that is told again may have another key."""
    gone = Message.objects.filter(state=Message.State.CANCELLED)
    return frozenset(gone.values_list("document_number", flat=True))

"""How each table is proven: sealed as it stands, told in the book of changes, or neither and why.

What is not named here has to have its triggers: a new table is told in the book, or somebody says why not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Model

from .books import BOOKS

RECORDING = ("record_change", "record_updates")
INSERTS = 4  # the bit of pg_trigger.tgtype

OF_THE_CHAIN = "the chain itself: verifying compares it with the books and with the log"
FOLLOWS = "made anew from what is sealed"
GOES_ON = "how far a machine has come; it says nothing about money, and is gone when the work is done"
ONES_OWN = "a person's own view; it decides nothing"
ALARM = "an alarm; forgotten a good year after it is over, with what people noted on it"
TOLD = "a telling that was sent; it decides nothing, and is forgotten in time"
FROM_OUTSIDE = "what another system said; it is asked again and again, and the drift check compares it"
OF_DJANGO = "Django's own list, written by migrations only"
SIGNED_IN = "a sign-in that is there now; the log tells each"

LEFT_OUT = {
    "masterdata_seal": OF_THE_CHAIN,
    "masterdata_chainhead": OF_THE_CHAIN,
    "masterdata_sealed": OF_THE_CHAIN,
    "masterdata_auditcheck": "what a verification came to; its faults go to the log",
    "reconciliation_finding": FOLLOWS,
    "reconciliation_casetally": FOLLOWS,
    "reconciliation_leak": FOLLOWS,
    "reconciliation_controlday": FOLLOWS + "; the sign-off names its hash, and is told",
    "reconciliation_controltotal": FOLLOWS + "; the sign-off names their hash, and is told",
    "reconciliation_controldifference": FOLLOWS + "; the sign-off names their hash, and is told",
    "reconciliation_dutyconflict": FOLLOWS,
    "reconciliation_rulestrial": "a trial; it decides nothing, and can be made again",
    "reconciliation_triedinvoice": "a trial; it decides nothing, and can be made again",
    "reconciliation_letthrough": "a trial; it decides nothing, and can be made again",
    "reconciliation_caseexport": "a file for whoever asked; its making stands in the log",
    "reconciliation_undoable": "half a minute's way back; what is done by it is told",
    "reconciliation_originallook": GOES_ON,
    "reconciliation_invoicefile": FROM_OUTSIDE,
    "reconciliation_daytotal": FROM_OUTSIDE,
    "reconciliation_savedfilter": ONES_OWN,
    "reconciliation_listlook": ONES_OWN,
    "reconciliation_personlanguage": ONES_OWN,
    "reconciliation_watcher": ONES_OWN,
    "reconciliation_casevisit": ONES_OWN,
    "reconciliation_casenotice": TOLD,
    "integration_incident": ALARM,
    "integration_incidentnote": ALARM,
    "integration_notification": TOLD,
    "integration_morning": TOLD,
    "integration_webhookmessage": TOLD,
    "integration_turn": GOES_ON,
    "integration_replayitem": GOES_ON + "; the replay itself is told",
    "integration_contractreading": FROM_OUTSIDE,
    "integration_contractfinding": FROM_OUTSIDE,
    "integration_doubleslook": GOES_ON,
    "integration_driftcheck": FROM_OUTSIDE,
    "integration_driftedrecord": FROM_OUTSIDE,
    "integration_hint": FROM_OUTSIDE,
    "integration_subscription": GOES_ON,
    "integration_databaselife": GOES_ON,
    "integration_scheduleslot": GOES_ON,
    "integration_syncstate": GOES_ON,
    "integration_syncrun": GOES_ON,
    "integration_syncissue": GOES_ON,
    "integration_syncplace": GOES_ON,
    "integration_scannedpage": GOES_ON,
    "integration_heldrecord": GOES_ON,
    "integration_unmappedvalue": GOES_ON,
    "integration_rehearsal": "a rehearsal writes nothing, and can be made again",
    "integration_rehearseddocument": "a rehearsal writes nothing, and can be made again",
    "auth_permission": OF_DJANGO,
    "django_content_type": OF_DJANGO,
    "django_admin_log": "what was pressed in the admin; what changed by it is told",
    "django_session": SIGNED_IN,
    "usersessions_usersession": SIGNED_IN,
    "account_emailconfirmation": SIGNED_IN,
    "socialaccount_socialtoken": "kept by nobody: tokens of Entra ID are not stored",
    "django_celery_beat_solarschedule": "not used",
    "django_celery_beat_clockedschedule": "not used",
    "django_celery_beat_periodictasks": GOES_ON,
}


@dataclass(frozen=True)
class Coverage:
    """One table, how it is proven, and why not where it is not."""

    table: str
    name: str
    is_sealed: bool
    is_told: bool
    tells_new_rows: bool
    history_of: str
    left_out_because: str

    @property
    def how(self) -> str:
        if self.is_sealed:
            return "sealed row by row"
        if self.history_of:
            return f"history of {self.history_of}, only ever added to"
        if self.is_told:
            return "each change is told and sealed"
        return f"not sealed: {self.left_out_because}" if self.left_out_because else "not proven"


def coverage() -> list[Coverage]:
    """Tell of every table, by the triggers that the database has now."""
    telling = dict(_telling())
    sealed = {book.table for book in BOOKS.values()}
    models = apps.get_models(include_auto_created=True)
    return sorted((_of(model, telling, sealed) for model in models), key=lambda each: each.table)


def told_tables() -> list[str]:
    """Name the tables of which the book of changes tells each row from its beginning."""
    return sorted(table for table, tells_new_rows in _telling() if tells_new_rows)


def untold_columns(table: str) -> list[str]:
    """Name the columns of a table whose changes the book does not tell, or only that there were some."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgargs FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgname = ANY(%s) AND relname = %s AND relnamespace = current_schema()::regnamespace",
            [list(RECORDING), table],
        )
        every = [name for (named,) in cursor.fetchall() for name in bytes(named).split(b"\0") if name]
    return sorted({name.decode().removeprefix("*") for name in every})


def _of(model: type[Model], telling: dict[str, bool], sealed: set[str]) -> Coverage:
    table = model._meta.db_table
    instance = getattr(model, "instance_type", None) if hasattr(model, "history_id") else None
    return Coverage(
        table=table,
        name=str(model._meta.verbose_name_plural),
        is_sealed=table in sealed,
        is_told=table in telling,
        tells_new_rows=telling.get(table, False),
        history_of=instance._meta.db_table if instance else "",
        left_out_because=LEFT_OUT.get(table, ""),
    )


def _telling() -> Iterator[tuple[str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, bool_or(tgtype & %s > 0) "
            "FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgname = ANY(%s) AND relnamespace = current_schema()::regnamespace GROUP BY relname",
            [INSERTS, list(RECORDING)],
        )
        yield from cursor.fetchall()

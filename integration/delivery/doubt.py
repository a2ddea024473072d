"""Whether this database may have forgotten what was sent: after the restore of a backup it has.

A look before each order costs as much as the order. It is needed where an earlier attempt may have reached
Business Central: attempts are counted before they are tried, so the row tells. Only a database that went
back in time cannot tell, and that shows: in another place (a restore), or in our own keys in Business Central
that it does not know (docs/decisions/0020).
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from integration import connections, couriers
from integration.bc import Client
from integration.errors import IntegrationError
from integration.models import DatabaseLife, DocumentKind, Message

logger = logging.getLogger(__name__)

_made_sure = threading.local()

LOOK_DAYS = 14  # the CAFM has sent again by then what was lost
MARGIN = timedelta(hours=1)  # between BC's clock and ours, and for what was on its way
FIRST_DAYS = 30  # so far back a new installation looks for what one before it has sent

HERE = """
SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                 left(pg_walfile_name(pg_current_wal_lsn()), 8), 'integration_message'::regclass::oid),
       pg_postmaster_start_time()
"""

RESTORED = (
    "This database is not where it was: it was restored from a backup, copied, or taken over by its replica. "
    "What was sent after the backup is not known here, so each document is looked for before it is sent."
)
AHEAD = (
    "Business Central has purchase orders of ours that this database does not know as sent. It was set back "
    "to an earlier time, so each document is looked for before it is sent."
)
UPGRADED = "Tieout did not watch over this database before, so each document is looked for before it is sent."


def make_sure(client: Client | None = None) -> None:
    """Vouch once for each session with PostgreSQL: a database does not go back in time under one."""
    connection.ensure_connection()
    if getattr(_made_sure, "session", None) is not connection.connection:
        vouch(now=timezone.now(), client=client)
        _made_sure.session = connection.connection


def begin_anew() -> None:
    """Let this thread make sure again at its next claim."""
    _made_sure.session = None


def vouch(*, now: datetime, client: Client | None = None) -> bool:
    """See in which life the database is, and in a new one make sure that it is not in the past.

    False when each message has to be looked for: there is a reason, or nobody could make sure.
    """
    here = _here()
    if here is None:
        return False
    life = latest()
    if life is None or (life.place, life.started_at) != here:
        life = _begin(life, *here, now)
    if life.vouched_at is None:
        _ask(life, client, now)
    return not life.is_in_doubt(now)


def latest() -> DatabaseLife | None:
    """Give the life of now, as far as workers have seen it."""
    return DatabaseLife.objects.order_by("-pk").first()


def look_first(*, until: datetime, reason: str, now: datetime) -> None:
    """Look for each message until then before it is sent, because a person says so."""
    _look(latest() or _unseen(now), until, reason)


def trust(*, now: datetime) -> None:
    """Send what is new without a look from now on, because a person says so."""
    here = _here()
    if here is not None:
        DatabaseLife.objects.create(place=here[0], started_at=here[1], seen_at=now, vouched_at=now)


def _here() -> tuple[str, datetime] | None:
    """Name the life of now; None where PostgreSQL does not say."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(HERE)
            place, started_at = cursor.fetchone()
    except DatabaseError:
        logger.warning("PostgreSQL does not say which one it is; each document is looked for first")
        return None
    return place, started_at


def _begin(before: DatabaseLife | None, place: str, started_at: datetime, now: datetime) -> DatabaseLife:
    """Begin a life; what weighed on the last one weighs on."""
    life = DatabaseLife(place=place, started_at=started_at, seen_at=now)
    if before is None and Message.objects.filter(fence__gt=0).exists():
        _look(life, now + timedelta(days=LOOK_DAYS), UPGRADED)
    elif before is not None and before.place != place:
        _look(life, now + timedelta(days=LOOK_DAYS), RESTORED)
    elif before is not None:
        life.look_until, life.reason = before.look_until, before.reason
        life.save()
    else:
        life.save()
    return life


def _ask(life: DatabaseLife, client: Client | None, now: datetime) -> None:
    """Ask Business Central whether it knows more than we; when it does not answer, the doubt stays."""
    if not connections.is_connected():
        return
    try:
        is_ahead = _is_ahead(client or connections.client(), now)
    except IntegrationError as error:
        logger.warning("Could not compare with Business Central, each document is looked for: %s", error)
        return
    life.vouched_at = now
    if is_ahead:
        _look(life, now + timedelta(days=LOOK_DAYS), AHEAD)
    else:
        life.save()


def _is_ahead(client: Client, now: datetime) -> bool:
    """Look among the newest orders in Business Central for a key of ours that was never claimed here."""
    orders = Message.objects.filter(document_kind=DocumentKind.PURCHASE_ORDER)
    newest = orders.exclude(done_at=None).order_by("-done_at").values_list("done_at", flat=True).first()
    since = newest - MARGIN if newest else now - timedelta(days=FIRST_DAYS)
    keys = couriers.keys_in_orders(client, since)
    return orders.filter(key__in=keys, fence__gt=0).count() < len(keys)


def _look(life: DatabaseLife, until: datetime, reason: str) -> None:
    life.vouched_at = life.vouched_at or life.seen_at
    life.look_until, life.reason = until, reason
    life.save()
    logger.error("%s Until %s.", reason, timezone.localtime(until).strftime("%Y-%m-%d %H:%M"))


def _unseen(now: datetime) -> DatabaseLife:
    place, started_at = _here() or ("unknown", now)
    return DatabaseLife(place=place, started_at=started_at, seen_at=now)

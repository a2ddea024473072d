"""Keep our subscriptions in BC: made, renewed before they end, made again when lost, ended when not wanted.

Each has an address and a secret of its own. BC shows the secret with each hint; we keep its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from integration import connections, sync
from integration.bc import Client, Lane, is_gone
from integration.bc.names import CLIENT_STATE, ETAG, EXPIRATION_DATE_TIME, NOTIFICATION_URL, SUBSCRIPTION_ID
from integration.errors import IntegrationError
from integration.models import Subscription
from integration.sync.entities import ENTITIES
from masterdata.models import Company

logger = logging.getLogger(__name__)

MOST = 200  # of one environment, whoever made them
RENEW_BEFORE = timedelta(hours=36)  # BC lets them live for three days
LOCK = 0x68696E74
NOT_CONFIGURED = "Webhooks of Business Central are not configured: the hourly pull of changes does the work."

Theirs = Mapping[str, Any]


def is_configured() -> bool:
    """Tell whether BC has an address to call."""
    return bool(settings.BC_NOTIFICATION_URL)


def keep(*, now: datetime) -> None:
    """Make BC's subscriptions agree with what is wanted; what fails for one list stands in its row.

    Raises what the client raises when BC cannot be asked at all.
    """
    if not is_configured() and not Subscription.objects.exists():
        return
    if not _take_turn():
        return
    try:
        client = connections.client(lane=Lane.BULK)
        _Keeping(client, sync.ensure_company(client), now).all()
    finally:
        _end_turn()


def digest(secret: str) -> bytes:
    """Hash a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def is_ours(subscription: Subscription, secret: object) -> bool:
    """Compare the secret that BC shows, in constant time."""
    return isinstance(secret, str) and hmac.compare_digest(bytes(subscription.secret_hash), digest(secret))


def resource(company: Company, entity: str) -> str:
    """Name a list as BC names it in subscriptions and hints."""
    return f"api/v2.0/companies({company.bc_id})/{ENTITIES[entity].entity_set}"


class _Keeping:
    """One look after all subscriptions."""

    def __init__(self, client: Client, company: Company, now: datetime) -> None:
        self.client, self.company, self.now = client, company, now
        self.theirs = {str(row[SUBSCRIPTION_ID]): row for row in client.subscriptions()}
        self.root = settings.BC_NOTIFICATION_URL.rstrip("/")

    def all(self) -> None:
        """End what is not wanted, then keep what is; no list waits for another one's trouble."""
        wanted = self._wanted()
        unended = {row.entity for row in self._unwanted(wanted) if not self._is_ended(row)}
        self._end_strays()
        for entity in wanted:
            if entity not in unended:
                self._keep_or_say_why(self._row(entity))

    def _unwanted(self, wanted: list[str]) -> list[Subscription]:
        rows = Subscription.objects.filter(company=self.company)
        return [
            row for row in rows if row.entity not in wanted or not row.address.startswith(f"{self.root}/")
        ]

    def _is_ended(self, row: Subscription) -> bool:
        """End it, or write down why that failed; the next turn tries again."""
        try:
            self._end(row)
        except IntegrationError as exc:
            logger.warning("Business Central goes on telling about %s: %s", row.entity, exc.sentence)
            Subscription.objects.filter(pk=row.pk).update(checked_at=self.now, problem=exc.sentence)
            return False
        return True

    def _keep_or_say_why(self, row: Subscription) -> None:
        try:
            self._keep(row)
        except IntegrationError as exc:
            logger.warning("Business Central will not tell about %s: %s", row.entity, exc.sentence)
            self._note(row, self._alive(row), problem=exc.sentence)

    def _wanted(self) -> list[str]:
        """List what BC can tell about; item units have no key of their own there, and are not told."""
        if not self.root:
            return []
        offered = {name.strip("/").lower() for name in self.client.webhook_resources()}
        return [
            name
            for name, each in ENTITIES.items()
            if not each.needs_app and resource(self.company, name).lower() in offered
        ]

    def _row(self, entity: str) -> Subscription:
        found = Subscription.objects.filter(company=self.company, entity=entity).first()
        if found is None:
            found = Subscription(company=self.company, entity=entity, secret_hash=b"")
            found.address = f"{self.root}/{found.key}"
            found.save()
        return found

    def _keep(self, row: Subscription) -> None:
        theirs = self._find(row)
        if theirs is None:
            self._make(row)
        elif _expiry(theirs) - self.now < RENEW_BEFORE:
            self._renew(row, theirs)
        else:
            self._note(row, theirs)

    def _find(self, row: Subscription) -> Theirs | None:
        """Find ours by its address, which survives a lost answer; one with another secret is no use."""
        for theirs in self.theirs.values():
            if theirs[NOTIFICATION_URL] == row.address:
                if is_ours(row, theirs[CLIENT_STATE]):
                    return theirs
                self._end_theirs(theirs)
        return None

    def _alive(self, row: Subscription) -> Theirs | None:
        """Tell which one goes on telling, though it could not be renewed."""
        return next((each for each in self.theirs.values() if each[NOTIFICATION_URL] == row.address), None)

    def _make(self, row: Subscription) -> None:
        if len(self.theirs) >= MOST:
            self._note(
                row,
                problem=f"Business Central holds {MOST} subscriptions, its limit. End some that nobody uses.",
            )
            return
        secret = secrets.token_urlsafe(32)
        row.secret_hash = digest(secret)
        row.save(update_fields=["secret_hash"])  # before BC knows it: its answer may get lost
        body = {NOTIFICATION_URL: row.address, "resource": f"/{self._resource(row)}", CLIENT_STATE: secret}
        made = self.client.subscribe(body)
        self.theirs[str(made[SUBSCRIPTION_ID])] = made
        self._note(row, made)
        logger.info("Business Central tells about %s until %s", row.entity, made[EXPIRATION_DATE_TIME])

    def _renew(self, row: Subscription, theirs: Theirs) -> None:
        body = {NOTIFICATION_URL: row.address, "resource": f"/{self._resource(row)}"}
        renewed = self.client.renew_subscription(theirs[SUBSCRIPTION_ID], body, etag=theirs[ETAG])
        self._note(row, renewed)

    def _end(self, row: Subscription) -> None:
        """End it there, then forget it."""
        for theirs in list(self.theirs.values()):
            if theirs[NOTIFICATION_URL] == row.address:
                self._end_theirs(theirs)
        row.delete()
        logger.info("Business Central no longer tells about %s", row.entity)

    def _end_strays(self) -> None:
        """End those that call our address and that we do not know, for example from before a restore."""
        if not self.root:
            return
        known = set(Subscription.objects.values_list("address", flat=True))
        for theirs in list(self.theirs.values()):
            address, about = theirs[NOTIFICATION_URL], str(theirs["resource"]).lower()
            is_here = address.startswith(f"{self.root}/") and str(self.company.bc_id) in about
            if is_here and address not in known:
                self._end_stray(theirs)

    def _end_stray(self, theirs: Theirs) -> None:
        try:
            self._end_theirs(theirs)
        except IntegrationError as exc:  # what it tells is ignored; the next turn tries again
            logger.warning("Subscription %s was not ended: %s", theirs[SUBSCRIPTION_ID], exc.sentence)

    def _end_theirs(self, theirs: Theirs) -> None:
        try:
            self.client.end_subscription(theirs[SUBSCRIPTION_ID], etag=theirs[ETAG])
        except IntegrationError as exc:
            if not is_gone(exc):
                raise
        self.theirs.pop(str(theirs[SUBSCRIPTION_ID]), None)

    def _resource(self, row: Subscription) -> str:
        return resource(self.company, row.entity)

    def _note(self, row: Subscription, theirs: Theirs | None = None, *, problem: str = "") -> None:
        """Write down how it stands; the receiver counts in the same row meanwhile."""
        Subscription.objects.filter(pk=row.pk).update(
            checked_at=self.now,
            problem=problem,
            bc_subscription_id=str(theirs[SUBSCRIPTION_ID]) if theirs else "",
            expires_at=_expiry(theirs) if theirs else None,
        )


def _expiry(theirs: Theirs) -> datetime:
    return datetime.fromisoformat(str(theirs[EXPIRATION_DATE_TIME]))


def _take_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK])
        return bool(cursor.fetchone()[0])


def _end_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK])

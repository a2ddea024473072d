"""Read what Business Central offers, keep it, compare it with what is used, and pause what cannot work.

It runs at set-up, nightly, soon after something failed by our own fault, and every hour while something is
paused; so what is paused goes on by itself when the name is back.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integration import connections, outbox
from integration.bc import Client, Lane, Level, Metadata, restored, stored
from integration.errors import ConfigurationError, IntegrationError
from integration.models import Attempt, ContractFinding, ContractReading, SyncRun

from . import compare, uses
from .compare import Finding
from .features import FEATURES, Feature

logger = logging.getLogger(__name__)

NIGHT = time(2, 30)
WHILE_PAUSED = timedelta(hours=1)
LOCK = 7_302_551  # any number, as long as nobody else's


@dataclass(frozen=True)
class Standing:
    """How one feature fares with this tenant: it works, waits for more of BC, or is paused."""

    feature: Feature
    state: str
    sentence: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    level: Level
    read_at: datetime
    standings: Sequence[Standing]
    findings: Sequence[ContractFinding]
    changes: Sequence[str]

    @property
    def ok(self) -> bool:
        """Whether nothing is paused that this tenant was meant to do."""
        return not any(each.pauses for each in self.findings)


def check(client: Client | None = None) -> Checked:
    """Read the tenant's metadata and settle what it means; raises what the client raises."""
    client = client or connections.client(lane=Lane.BULK)
    offered = client.metadata()
    if not any(use.entity_set in offered.standard for use in uses.of_code() if not use.app):
        # Rather a wrong address than a tenant without a single list: nothing is paused for it.
        raise ConfigurationError(
            "What Business Central answered at BC_BASE_URL shows none of the lists that Tieout uses. "
            "Check that the address ends in /api/v2.0."
        )
    return settle(offered, expects_app=client.connection.app_url is not None)


def check_if_due(*, now: datetime) -> Checked | None:
    """Check at night, soon after something failed by our own fault, and hourly while something is paused."""
    latest = _latest()
    if latest is not None and not _is_due(latest.last_seen_at, now):
        rejudge()  # a mapping may have been changed
        return None
    return check()


def check_at_set_up() -> None:
    """Check, and tell the owner; a tenant that cannot be reached now is checked later."""
    try:
        check()
    except IntegrationError as error:
        logger.warning("The contract with Business Central was not checked: %s", error.sentence)


@transaction.atomic
def settle(offered: Metadata, *, expects_app: bool) -> Checked:
    """Keep a reading, and pause or resume what it says."""
    _one_at_a_time()
    now = timezone.now()
    latest = _latest()
    written = stored(offered)
    digest = hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()
    if latest is not None and (latest.digest, latest.expects_app) == (digest, expects_app):
        latest.last_seen_at = now
        latest.save(update_fields=["last_seen_at"])
        return _judge(latest, now=now)
    before = restored(latest.offered) if latest else None
    used = [*uses.of_code(), *uses.of_mappings()]
    reading = ContractReading.objects.create(
        level=offered.level,
        expects_app=expects_app,
        offered=written,
        digest=digest,
        changes=compare.changes(before, offered, used) if before else [],
        first_seen_at=now,
        last_seen_at=now,
    )
    for change in reading.changes:
        logger.warning("Business Central changed: %s", change)
    return _judge(reading, now=now)


@transaction.atomic
def rejudge() -> Checked | None:
    """Compare what was read last with the mappings as they stand now, without asking BC."""
    _one_at_a_time()
    latest = _latest()
    return _judge(latest, now=timezone.now()) if latest else None


def current() -> Checked | None:
    """Tell what the last check found; None before the first one."""
    latest = _latest()
    return _told(latest) if latest else None


def _judge(reading: ContractReading, *, now: datetime) -> Checked:
    used = [*uses.of_code(), *uses.of_mappings()]
    found = compare.judge(
        restored(reading.offered), used, FEATURES, before=_before(reading), expects_app=reading.expects_app
    )
    _keep(found, now)
    _hold(found)
    return _told(reading)


def _keep(found: Iterable[Finding], now: datetime) -> None:
    """Open what is new, close what is mended, leave the rest as it was told first."""
    open_ones = {_key(row): row for row in ContractFinding.objects.open()}
    for finding in found:
        known = open_ones.pop(finding.key, None)
        if known is None:
            ContractFinding.objects.create(found_at=now, **_columns(finding))
            _tell(finding)
        elif (known.mapping, known.pauses) != (finding.mapping, finding.pauses) or (
            finding.successor and not known.successor
        ):
            ContractFinding.objects.filter(pk=known.pk).update(**_columns(finding))
    for row in open_ones.values():
        row.resolved_at = now
        row.save(update_fields=["resolved_at"])
        logger.info("No longer so: %s", row.sentence)


def _tell(finding: Finding) -> None:
    """Tell the owner: error means that somebody has to act."""
    logger.log(logging.ERROR if finding.pauses else logging.WARNING, "%s", finding.sentence)


def _hold(found: Iterable[Finding]) -> None:
    """Take what is paused out of the line; when it is mended, it goes on by itself."""
    for feature in FEATURES.values():
        mine = [each for each in found if each.feature == feature.key and each.pauses]
        if mine and feature.kind:
            outbox.hold(feature.kind, mine[0].sentence, names=compare.names(mine), concerns=feature.posts)


def _told(reading: ContractReading) -> Checked:
    findings = list(ContractFinding.objects.open().order_by("-pauses", "pk"))
    level = Level(reading.level)
    return Checked(
        level=level,
        read_at=reading.last_seen_at,
        standings=[_standing(feature, level, findings) for feature in FEATURES.values()],
        findings=findings,
        changes=reading.changes,
    )


def _standing(feature: Feature, level: Level, findings: Iterable[ContractFinding]) -> Standing:
    for finding in findings:
        if finding.feature == feature.key and finding.pauses:
            return Standing(feature, "paused", finding.sentence)
    if feature.level > level:
        return Standing(feature, "waits", feature.without)
    return Standing(feature, "works")


def _is_due(seen_at: datetime, now: datetime) -> bool:
    if seen_at < _last_night(now):
        return True
    if now - seen_at >= WHILE_PAUSED and ContractFinding.objects.pausing().exists():
        return True
    refused = Attempt.objects.filter(ended_at__gt=seen_at)
    ours = refused.filter(Q(outcome=Attempt.Outcome.BUG) | Q(error_code=outbox.UNKNOWN_NAME))
    pulls = SyncRun.objects.filter(state=SyncRun.State.FAILED, finished_at__gt=seen_at)
    return ours.exists() or pulls.exists()


def _last_night(now: datetime) -> datetime:
    night = timezone.localtime(now).replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    return night if night <= now else night - timedelta(days=1)


def _latest() -> ContractReading | None:
    return ContractReading.objects.order_by("-pk").first()


def _before(reading: ContractReading) -> Metadata | None:
    """Give the reading before this one: what it had and this one lacks was taken away."""
    earlier = ContractReading.objects.filter(pk__lt=reading.pk).order_by("-pk").first()
    return restored(earlier.offered) if earlier else None


def _key(row: ContractFinding) -> tuple[str, str, bool, str, str]:
    return row.feature, row.kind, row.app, row.entity_set, row.name


def _columns(finding: Finding) -> dict[str, Any]:
    return {
        "feature": finding.feature,
        "kind": finding.kind.value,
        "app": finding.app,
        "entity_set": finding.entity_set,
        "part": finding.part,
        "name": finding.name,
        "mapping": finding.mapping,
        "successor": finding.successor,
        "pauses": finding.pauses,
        "sentence": finding.sentence,
    }


def _one_at_a_time() -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

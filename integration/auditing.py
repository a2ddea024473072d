"""Verifications of the chains: asked for, done by a worker, and kept with what they found."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from masterdata import chain
from masterdata.models import AuditCheck

logger = logging.getLogger(__name__)


def ask(*, by: str, now: datetime) -> AuditCheck:
    """Ask for a verification; one that waits already serves for all who ask."""
    waiting = AuditCheck.objects.filter(finished_at=None).first()
    return waiting or AuditCheck.objects.create(asked_by=by, asked_at=now)


def check_asked() -> None:
    """Verify the chains where a verification waits, and say loudly what is wrong."""
    with transaction.atomic():
        asked = list(AuditCheck.objects.select_for_update(skip_locked=True).filter(finished_at=None))
        if not asked:
            return
        verdict = chain.verify()
        for check in asked:
            check.rows, check.faults = verdict.rows, verdict.faults
            check.findings = [str(fault) for fault in verdict.told]
            check.finished_at = timezone.now()
            check.save()
    for fault in verdict.told[:10]:
        logger.error("The books were changed behind their back: %s", fault)
    logger.info("Verified %s rows of the books: %s faults", verdict.rows, verdict.faults)

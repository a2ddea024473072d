"""Wake the workers up; the rows are the truth, so nothing depends on it."""

from __future__ import annotations

import logging

from django.conf import settings

logger = logging.getLogger(__name__)


def wake() -> None:
    """Tell the workers that something is due; without Redis they find it by themselves within seconds."""
    from integration.tasks import deliver_outbox

    if not settings.REDIS_URL:
        return
    try:
        deliver_outbox.apply_async(retry=False, expires=30)
    except Exception as error:  # noqa: BLE001 - a broker that is down must never break a document
        logger.warning("Could not wake the workers, they will look by themselves: %s", error)

"""What a worker does with new documents before it calls Business Central."""

from __future__ import annotations

from django.utils import timezone

from integration import couriers, outbox


def build_all() -> None:
    """Build what is to be sent for each new document, and put back what is ready to go."""
    now, ready = timezone.now(), []
    while (message := outbox.claim(now=now, worker="builder")) is not None:
        if outbox.build(message, couriers.load(message)):
            ready.append(message)
    for message in ready:
        outbox.mark_retry(message, at=now, counted=False, error={})

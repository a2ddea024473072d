"""Workers that do not look in Business Central before they send an order again.

They are wrong on purpose: a chaos run with them must find duplicates, or the verdict could not see any.
"""

from __future__ import annotations

from typing import Any

from celery.signals import worker_process_init

from config.celery import app

APPLICATION = "tests.chaos.blind"

__all__ = ["app"]


@worker_process_init.connect
def close_the_eyes(**_more: Any) -> None:
    """Let every look for an order say that it is not there and may be sent."""
    from integration.couriers import Standing
    from integration.couriers.orders import OrderVisit

    OrderVisit.find = lambda self: Standing.REPEATABLE  # type: ignore[method-assign]


# Answers that are lost for sure, so that even a short run has something to double.
SURE = ({"fault": "commit_then_drop", "method": "POST", "path": "/purchaseOrders", "times": 2},)

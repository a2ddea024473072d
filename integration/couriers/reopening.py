"""A released order is opened for a change and released again, whatever breaks off in between.

That we opened it is written down before BC hears of it: the next try, or the next change of the order, goes
on where this one stopped. An order that a person has open stays open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from integration.bc import Client, is_gone
from integration.errors import ConfigurationError, IntegrationError, PermanentError
from reconciliation import documents
from reconciliation.models import PurchaseOrder

logger = logging.getLogger(__name__)

HEADERS = "purchaseOrderHeaders"
# The API's words for the status of an order are not those of BC's screens: `Open` is a released order.
OPEN, RELEASED, IN_REVIEW = "Draft", "Open", "In_x0020_Review"

Call = Callable[[Callable[[], None]], None]
"""Makes one call that changes something in BC."""


def is_left_open(order: PurchaseOrder, status: str | None) -> bool:
    """Tell whether the order still stands open because we opened it."""
    return order.reopened_at is not None and status == OPEN


def forget_if_released(order: PurchaseOrder, status: str) -> None:
    """Write down that the order is released, by us or by somebody there."""
    if order.reopened_at is not None and status == RELEASED:
        documents.mark_released(order)


@contextmanager
def held_open(client: Client, order: PurchaseOrder, *, status: str | None, call: Call) -> Iterator[None]:
    """Open the order if it is released; release it at the end, also when what is done in it is refused."""
    if status == RELEASED:
        _reopen(client, order, call)
    try:
        yield
    except PermanentError:
        _release_if_possible(client, order, call)
        raise
    _release(client, order, call)


def _reopen(client: Client, order: PurchaseOrder, call: Call) -> None:
    documents.mark_reopened(order, at=timezone.now())
    try:
        call(lambda: client.act(HEADERS, str(order.bc_id), "reopen", app=True))
    except (PermanentError, ConfigurationError):
        documents.mark_released(order)  # it was refused, so nothing was opened
        raise


def _release(client: Client, order: PurchaseOrder, call: Call) -> None:
    if order.reopened_at is None:
        return
    try:
        call(lambda: client.act(HEADERS, str(order.bc_id), "release", app=True))
    except PermanentError as error:
        if not is_gone(error):  # a cancelled order may be gone
            raise
    documents.mark_released(order)


def _release_if_possible(client: Client, order: PurchaseOrder, call: Call) -> None:
    try:
        _release(client, order, call)
    except IntegrationError as error:
        logger.warning("Order %s was left open in BC, the next try releases it: %s", order.bc_number, error)

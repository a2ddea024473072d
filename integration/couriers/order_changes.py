"""Changes of an order that BC has: brought to the wanted state, whoever was there before.

The state is the evidence: a lost answer is resolved by comparing again, and every step names the version of
the record that it was judged on. Nothing here receives or invoices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import cached_property
from typing import Any, NoReturn
from uuid import UUID

from integration.bc import is_gone, odata, payloads
from integration.bc.names import (
    ETAG,
    INVOICED_QUANTITY,
    LINE_OBJECT_NUMBER,
    LINE_TYPE,
    ORDER_NUMBER,
    RECEIVED_QUANTITY,
    VALUE_CODE,
)
from integration.errors import ConflictError, IntegrationError, PermanentError
from integration.models import DocumentKind, Message
from integration.models.outbox import MessageQuerySet
from reconciliation.models import OrderChange, PurchaseOrder

from . import dimensions, orders
from .accepted import quantities_of
from .base import BeforeWrite, Posted, Prepared, Standing, Visit, Withdrawn
from .order_difference import Plan, Sent, plan
from .orders import LINES, sequence_of
from .reopening import IN_REVIEW, RELEASED, forget_if_released, held_open, is_left_open

ORDERS = "purchaseOrders"
HEADER_FIELDS = ("id", "number", "status")
LINE_FIELDS = (
    "id",
    "sequence",
    LINE_TYPE,
    LINE_OBJECT_NUMBER,
    "quantity",
    RECEIVED_QUANTITY,
    INVOICED_QUANTITY,
)
DIMENSION_FIELDS = ("id", "code", VALUE_CODE)
DIMENSIONS = odata.nested(dimensions.SET_LINES, DIMENSION_FIELDS)
TELLS_ORDER = [DocumentKind.PURCHASE_ORDER, DocumentKind.ORDER_CHANGE]
RECEIVES = [DocumentKind.GOODS_RECEIPT, DocumentKind.SERVICE_CONFIRMATION]


def chain(change: OrderChange) -> str:
    """A change goes in the chain of its order."""
    return f"order:{change.number}"


def prepare(change: OrderChange, key: UUID) -> Prepared:
    """Write the order as it shall be, or name what is cancelled of it."""
    order = change.order
    if order is None:
        return Prepared(waiting_for=f"purchase order {change.number} from the CAFM")
    if change.kind == OrderChange.Kind.CANCELLED:
        lines = [sequence_of(line) for line in change.cancelled_lines]
        return Prepared({ORDER_NUMBER: order.number, "cancelled": lines})
    return orders.built(order)


class OrderChangeVisit(Visit):
    """Compare, then change the header, take lines out, change and add lines; each under its version."""

    order: dict[str, Any] | None = None

    def find(self) -> Posted | Standing:
        """Look whether the order says all of it already, and does not stand open for our sake."""
        self.order = self._read()
        if self._is_there(self.order) and not self._is_left_open(self.order):
            return self._posted()
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Take the steps that are left, then look once more."""
        order = self._present()
        self._check(self._plan(order))
        with self._held_open(order, before_write):
            if order["status"] == RELEASED:  # others may have been quicker than our reopening
                self.order = self._read()
                order = self._present()
            made = self._plan(order)
            self._check(made)
            self._take(made, order, before_write)
        self.order = self._read()
        if not self._is_there(self.order):
            raise ConflictError(
                f"Someone else is changing order {self._number} in Business Central. It is read again."
            )
        return self._posted()

    # What should be

    def _is_there(self, order: dict[str, Any] | None) -> bool:
        return order is not None and self._plan(order).is_done

    def _plan(self, order: Mapping[str, Any]) -> Plan:
        left_alone = [orders.MARKER_SEQUENCE, *self._cancelled]
        return plan(order, self.payload, self._sent, left_alone=left_alone, coming=self._coming)

    @cached_property
    def _our_order(self) -> PurchaseOrder:
        order: PurchaseOrder = self.document.order
        if order.status == PurchaseOrder.Status.CANCELLED:
            raise Withdrawn(f"Purchase order {order.number} was given up before it was posted.")
        if not order.is_posted:
            raise PermanentError(
                f"Purchase order {order.number} is not in Business Central. Deliver it first, then retry.",
                owner="cafm",
            )
        if order.bc_id is None:
            raise PermanentError(
                f"Order {order.number} was entered in Business Central by hand, as {order.bc_number}. "
                f"Make this change there, too ({self.document}), then mark this done.",
                owner="bc",
            )
        return order

    @property
    def _number(self) -> str:
        return self._our_order.bc_number

    @cached_property
    def _sent(self) -> Sent:
        """What was sent of the order before, this message's own tries aside."""
        told = self._of_order(TELLS_ORDER).filter(fence__gt=0).exclude(pk=self.message.pk).order_by("pk")
        rows = [
            (state, body) for state, body in told.values_list("state", "payload") if LINES in (body or {})
        ]
        done = [body for state, body in rows if state == Message.State.DONE]
        own = [self.payload] if self.message.fence > 1 and LINES in self.payload else []
        return Sent(tuple([body for _, body in rows] + own), done[-1] if done else {})

    @cached_property
    def _coming(self) -> Mapping[int, Decimal]:
        """What receipts bring that came before this change; it goes to BC before them."""
        total: dict[int, Decimal] = defaultdict(Decimal)
        in_line = self._of_order(RECEIVES).unfinished().filter(pk__lt=self.message.pk)
        for body in in_line.values_list("payload", flat=True):
            for sequence, quantity in quantities_of(body or {}).items():
                total[sequence] += max(quantity, Decimal(0))
        return total

    @property
    def _cancelled(self) -> list[int]:
        return [sequence_of(line.line) for line in self._our_order.lines.all() if line.cancelled]

    def _of_order(self, kinds: Iterable[DocumentKind]) -> MessageQuerySet:
        found: MessageQuerySet = Message.objects.filter(chain=self.message.chain, document_kind__in=kinds)
        return found

    # What is there

    def _read(self) -> dict[str, Any] | None:
        try:
            return self.client.get(
                ORDERS,
                str(self._our_order.bc_id),
                select=self._fields(),
                expand=odata.nested(LINES, self._line_fields(), expand=DIMENSIONS),
            )
        except PermanentError as error:
            if is_gone(error):
                return None
            raise

    def _fields(self) -> list[str]:
        named = {name for body in (self.payload, *self._sent.payloads) for name in body}
        return sorted({*HEADER_FIELDS, *named} - {LINES, ORDER_NUMBER, "cancelled"})

    def _line_fields(self) -> list[str]:
        bodies = (self.payload, *self._sent.payloads)
        named = {name for body in bodies for line in body.get(LINES, []) for name in line}
        return sorted({*LINE_FIELDS, *named} - {dimensions.SET_LINES})

    def _present(self) -> dict[str, Any]:
        if self.order is None:
            raise PermanentError(
                f"Order {self._number} is no longer in Business Central: it was finished or deleted there. "
                f"See what became of it; then mark this done by hand or cancel it ({self.document}).",
                owner="bc",
            )
        return self.order

    def _posted(self) -> Posted:
        return Posted(self._our_order.bc_id, self._number)

    # What is changed

    def _is_left_open(self, order: Mapping[str, Any] | None) -> bool:
        if order is None:
            return False
        forget_if_released(self._our_order, order["status"])
        return is_left_open(self._our_order, order["status"])

    def _held_open(self, order: Mapping[str, Any], before_write: BeforeWrite) -> AbstractContextManager[None]:
        if order["status"] == IN_REVIEW:
            self._leave_to_a_person("the order waits for approval there, and takes no change meanwhile")
        if order["status"] == RELEASED and self.client.connection.app_url is None:
            self._leave_to_a_person(
                "the order is released there; reopening it takes the Tieout app, or a person",
                then="Reopen it",
            )

        def call(act: Callable[[], None]) -> None:
            before_write()
            try:
                act()
            except IntegrationError as error:
                if error.status != 404 or is_gone(error):
                    raise
                self._leave_to_a_person(
                    "the order is released there, and the Tieout app is missing or too old"
                )

        return held_open(self.client, self._our_order, status=order["status"], call=call)

    def _check(self, made: Plan) -> None:
        if made.problems:
            self._leave_to_a_person("; ".join(made.problems))

    def _take(self, made: Plan, order: Mapping[str, Any], before_write: BeforeWrite) -> None:
        etags = {line["id"]: line[ETAG] for line in order[LINES]}

        def write(call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
            before_write()
            call(*args, **kwargs)

        if made.header:
            write(self.client.update, ORDERS, order["id"], made.header, etag=order[ETAG])
        for line in made.removed:
            write(self.client.delete, LINES, line["id"], etag=etags[line["id"]])
        for line, changes in made.changed:
            ordered = payloads.in_order(LINES, changes)
            write(self.client.update, LINES, line["id"], ordered, etag=etags[line["id"]])
        for line in made.added:
            write(self.client.create_line, ORDERS, order["id"], LINES, payloads.in_order(LINES, line))
        for line, tags in made.tagged:
            for code, value in tags.items():
                self._tag(line, code, value, before_write)

    def _tag(self, line: Mapping[str, Any], code: str, value: str, before_write: BeforeWrite) -> None:
        """Give a line a dimension, another value of it, or none."""
        below = (LINES, line["id"], dimensions.SET_LINES)
        there = next((each for each in line[dimensions.SET_LINES] if each["code"] == code), None)
        before_write()
        if there is None:
            self.client.create_line(*below, {"code": code, VALUE_CODE: value})
        elif value:
            self.client.update_line(*below, there["id"], {VALUE_CODE: value}, etag=there[ETAG])
        else:
            self.client.delete_line(*below, there["id"], etag=there[ETAG])

    def _leave_to_a_person(
        self, reason: str, then: str = "Decide which is right, make it so there"
    ) -> NoReturn:
        raise PermanentError(
            f"Order {self._number} cannot be brought to {self.document} in Business Central: {reason}. "
            f"{then}, then retry; or mark this done with the order's number.",
            owner="bc",
        )

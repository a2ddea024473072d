"""Changes and cancellations of an order that BC has: brought to the wanted state, whoever was there before.

The state is the evidence: a lost answer is resolved by comparing again, and every step names the version of
the record that it was judged on. Nothing here receives or invoices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NoReturn
from uuid import UUID

from integration.bc import is_gone, odata, payloads
from integration.errors import ConflictError, IntegrationError, PermanentError
from integration.models import DocumentKind, Message
from integration.models.outbox import MessageQuerySet
from reconciliation.models import OrderChange, PurchaseOrder

from . import orders
from .accepted import quantities_of
from .base import BeforeWrite, Posted, Prepared, Standing, Visit, Withdrawn
from .order_difference import Plan, Sent, plan, take_down
from .orders import LINES, MARKER_SEQUENCE, sequence_of

ORDERS = "purchaseOrders"
HEADERS = "purchaseOrderHeaders"
HEADER_FIELDS = ("id", "number", "status")
LINE_FIELDS = (
    "id",
    "sequence",
    "lineType",
    "lineObjectNumber",
    "quantity",
    "receivedQuantity",
    "invoicedQuantity",
)
RELEASED, IN_REVIEW = "Open", "In_x0020_Review"
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
        return Prepared({"orderNumber": order.number, "cancelled": lines})
    return orders.built(order)


class OrderChangeVisit(Visit):
    """Compare, then change the header, take lines out, change and add lines; each under its version."""

    order: dict[str, Any] | None = None

    def find(self) -> Posted | Standing:
        """Look whether the order says all of it already."""
        self.order = self._read()
        if self._is_there(self.order):
            return self._posted()
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Take the steps that are left, then look once more."""
        order = self._present()
        made = self._plan(order)
        if made.problems:
            self._leave_to_a_person("; ".join(made.problems))
        released = self._open(order, before_write)
        self._take(made, released or order, before_write)
        if released:
            before_write()
            self.client.act(HEADERS, str(order["id"]), "release", app=True)
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
        return plan(order, self.payload, self._sent, left_alone=self._cancelled, coming=self._coming)

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
        """What receipts bring that are in line before this."""
        total: dict[int, Decimal] = defaultdict(Decimal)
        in_line = self._of_order(RECEIVES).unfinished()
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
                expand=odata.nested(LINES, self._line_fields()),
            )
        except PermanentError as error:
            if is_gone(error):
                return None
            raise

    def _fields(self) -> list[str]:
        named = {name for body in (self.payload, *self._sent.payloads) for name in body}
        return sorted({*HEADER_FIELDS, *named} - {LINES, "orderNumber", "cancelled"})

    def _line_fields(self) -> list[str]:
        bodies = (self.payload, *self._sent.payloads)
        named = {name for body in bodies for line in body.get(LINES, []) for name in line}
        return sorted({*LINE_FIELDS, *named})

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

    def _open(self, order: Mapping[str, Any], before_write: BeforeWrite) -> dict[str, Any] | None:
        """Open a released order through the app, and give it as it is then; None when it was open."""
        if order["status"] == IN_REVIEW:
            self._leave_to_a_person("the order waits for approval there, and takes no change meanwhile")
        if order["status"] != RELEASED:
            return None
        if self.client.connection.app_url is None:
            self._leave_to_a_person(
                "the order is released there; reopening it takes the Tieout app, or a person",
                then="Reopen it",
            )
        before_write()
        try:
            self.client.act(HEADERS, str(order["id"]), "reopen", app=True)
        except IntegrationError as error:
            if error.status != 404:
                raise
            self._leave_to_a_person("the order is released there, and the Tieout app is missing or too old")
        self.order = self._read()
        return self._present()

    def _take(self, made: Plan, order: Mapping[str, Any], before_write: BeforeWrite) -> None:
        etags = {line["id"]: line["@odata.etag"] for line in order[LINES]}

        def write(call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
            before_write()
            call(*args, **kwargs)

        if made.header:
            write(self.client.update, ORDERS, order["id"], made.header, etag=order["@odata.etag"])
        for line in made.removed:
            write(self.client.delete, LINES, line["id"], etag=etags[line["id"]])
        for line, changes in made.changed:
            ordered = payloads.in_order(LINES, changes)
            write(self.client.update, LINES, line["id"], ordered, etag=etags[line["id"]])
        for line in made.added:
            write(self.client.create_line, ORDERS, order["id"], LINES, payloads.in_order(LINES, line))

    def _leave_to_a_person(
        self, reason: str, then: str = "Decide which is right, make it so there"
    ) -> NoReturn:
        raise PermanentError(
            f"Order {self._number} cannot be brought to {self.document} in Business Central: {reason}. "
            f"{then}, then retry; or mark this done with the order's number.",
            owner="bc",
        )


class CancellationVisit(OrderChangeVisit):
    """Let nothing more come: lines go or shrink to what was received; an order without any receipt goes."""

    def _is_there(self, order: dict[str, Any] | None) -> bool:
        """An order that is gone has nothing open; what was received of it stands on its receipts."""
        return order is None or (self._plan(order).is_done and not self._may_go(order))

    def _plan(self, order: Mapping[str, Any]) -> Plan:
        made = Plan()
        for line in self._concerned(order):
            if line["quantity"] > line["receivedQuantity"] or not line["quantity"]:
                take_down(made, line, self._sent)
        return made

    def _take(self, made: Plan, order: Mapping[str, Any], before_write: BeforeWrite) -> None:
        if not self._may_go(order):
            super()._take(made, order, before_write)
            return
        before_write()
        self.client.delete(ORDERS, str(order["id"]), etag=order["@odata.etag"])

    def _concerned(self, order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The lines that are cancelled: of the whole order those that we sent; others are somebody's."""
        named = {*self.payload["cancelled"]}
        lines = [line for line in order[LINES] if line["lineType"] != "Comment"]
        if named:
            return [line for line in lines if int(line["sequence"]) in named]
        return [line for line in lines if self._sent.lines(int(line["sequence"]))]

    def _may_go(self, order: Mapping[str, Any]) -> bool:
        """Whether the order as a whole is cancelled, nothing came of it, and every line is ours."""
        if self._our_order.state != PurchaseOrder.State.CANCELLED:
            return False
        lines = [line for line in order[LINES] if int(line["sequence"]) != MARKER_SEQUENCE]
        return all(
            not line["receivedQuantity"]
            and not line["invoicedQuantity"]
            and self._sent.lines(int(line["sequence"]))
            for line in lines
        )


def visit(client: Any, message: Message, change: OrderChange) -> Visit:
    """Choose how a change is brought to BC."""
    kind = CancellationVisit if change.kind == OrderChange.Kind.CANCELLED else OrderChangeVisit
    return kind(client, message, change)

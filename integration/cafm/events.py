"""The kinds of event the CAFM sends: each with its shape, and how it becomes a form of ours.

A kind that is only kept has no `form`; its event is stored, and the note says what happens with it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from rest_framework.exceptions import ValidationError

from integration.models import DocumentKind
from masterdata import ownership
from masterdata.models import Company
from reconciliation import agreements, documents, forms
from reconciliation.models import AssetNotice, InventoryMovement

from . import profiles, quick, serializers
from .problems import FieldError, Invalid, ProblemError, pointers
from .serializers import Shape, without_null
from .wire import plain, unclean

logger = logging.getLogger(__name__)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class EventType:
    """One kind of event."""

    name: str
    shape: type[Shape]
    kind: DocumentKind | None = None
    form: Callable[[Values], Any] | None = None
    record: Callable[..., Any] | None = None
    note: str = ""
    is_timed: bool = False
    """Whether the event's own time is a part of what it says."""


@dataclass(frozen=True)
class Event:
    """An event whose envelope is right; `data` is not judged yet."""

    id: str
    source: str
    type: str
    time: datetime | None
    data: Values
    body: dict[str, Any]
    body_hash: bytes
    mapped_with: int | None = None
    """The version of the mapping that made the data ours, where its source has a profile."""


class UnknownType(Invalid):
    """A type that the contract does not know."""

    code = "unknown-type"
    title = "This type of event is not known"


class NotTheOwner(ProblemError):  # noqa: N818
    """The CAFM wants to change what Business Central owns."""

    status = 403
    code = "not-the-owner"
    title = "The CAFM does not own this record"


def read(event: Any, *, is_clean: bool = False, company: Company | None = None) -> Event:
    """Judge an event's envelope; raises Invalid, UnknownType, NotTheOwner. What `wire` read is clean.

    With a company, an event of a source that has a profile is brought into our form.
    """
    if not isinstance(event, dict):
        raise Invalid("An event is a JSON object.", [FieldError("", "Not a JSON object.")])
    if not is_clean and (bad := list(unclean(event))):
        raise Invalid("The event holds text or nesting that cannot be stored.", bad)
    envelope = _checked(serializers.Envelope, event, "The envelope is not a CloudEvent 1.0.")
    source, name, data = envelope["source"], envelope["type"], event["data"]
    ours = profiles.translate(source, name, data, company) if company else None
    if ours is None:
        _check_type(name)
    body = plain(event)
    return Event(
        id=envelope["id"],
        source=source,
        type=ours.type if ours else name,
        time=envelope.get("time"),
        data=ours.data if ours else data,
        body=body,
        body_hash=hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest(),
        mapped_with=ours.version.pk if ours else None,
    )


def values_of(event: Event) -> dict[str, Any] | None:
    """Give an event's data where it is right beyond doubt, else None."""
    return quick.judge(TYPES[event.type].shape, event.data)


def form_of(event: Event) -> Any:
    """Judge an event's data and give its form, or None where the event is only kept; raises Invalid."""
    known = TYPES[event.type]
    values = _checked(known.shape, event.data, f"The data of {event.type} has the wrong shape.", at="/data")
    if known.is_timed:
        values["told_at"] = event.time
    return known.form(values) if known.form else None


def _checked(kind: type[Shape], told: Any, sentence: str, at: str = "") -> dict[str, Any]:
    if (judged := quick.judge(kind, told)) is not None:
        return judged
    try:
        return dict(_shape(kind).run_validation(told))
    except ValidationError as exc:
        raise Invalid(
            f"{sentence} Correct the fields that are named, then send again.", pointers(exc.detail, at)
        ) from exc


@cache
def _shape(kind: type[Shape]) -> Shape:
    """One of a kind for all events: judging changes nothing of it, and making it costs more than judging."""
    return kind()


def _check_type(name: str) -> None:
    if name in TYPES:
        return
    if refusal := ownership.refusal(name):
        logger.warning("Refused an event of the CAFM: %s", refusal)
        raise NotTheOwner(refusal)
    raise UnknownType(
        f"{name} is not a type of event. The types are {', '.join(TYPES)}.",
        [FieldError("/type", "Not a known type.")],
    )


def _request(values: Values) -> forms.RequestForm:
    return forms.RequestForm(**_renamed(values) | {"lines": _lines(forms.RequestLineForm, values)})


def _day_totals(values: Values) -> forms.DayTotalsForm:
    totals = tuple(forms.DayTotalForm(**without_null(total)) for total in values["totals"])
    return forms.DayTotalsForm(date=values["date"], totals=totals)


def _order(values: Values) -> forms.OrderForm:
    told, agreed = _parted(_renamed(values, vendor="vendor_number"), agreements.ON_ORDER)
    lines = tuple(_order_line(line) for line in values["lines"])
    return forms.OrderForm(**told | {"lines": lines, "charges": _charges(values), "agreed": agreed})


def _order_line(values: Values) -> forms.OrderLineForm:
    told, agreed = _parted(without_null(values), agreements.ON_LINE)
    return forms.OrderLineForm(**told, agreed=agreed)


def _parted(told: Values, names: Collection[str]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Part what was agreed beyond quantity and price from the rest; few orders have any of it."""
    if told.keys().isdisjoint(names):
        return dict(told), None
    agreed = agreements.written({name: told[name] for name in names if name in told})
    return {name: value for name, value in told.items() if name not in names}, agreed


def _order_change(values: Values) -> forms.OrderChangeForm:
    told = dict(values)
    version, told_at = told.pop("version"), told.pop("told_at", None)
    return forms.OrderChangeForm(order=_order(told), version=version, told_at=told_at)


def _cancellation(values: Values) -> forms.CancellationForm:
    lines = tuple(line["line"] for line in values.get("lines") or ())
    return forms.CancellationForm(number=values["number"], reason=values["reason"], lines=lines)


def _receipt(values: Values) -> forms.ReceiptForm:
    told = _renamed(values, purchase_order="order_number")
    return forms.ReceiptForm(**told | {"lines": _lines(forms.ReceiptLineForm, values)})


def _reversal(values: Values) -> forms.ReversalForm:
    return forms.ReversalForm(**_renamed(values, goods_receipt="receipt_number"))


def _return(values: Values) -> forms.ReturnForm:
    told = _renamed(values, purchase_order="order_number")
    return forms.ReturnForm(**told | {"lines": _lines(forms.ReturnLineForm, values)})


def _confirmation(values: Values) -> forms.ConfirmationForm:
    told = _renamed(values, purchase_order="order_number")
    return forms.ConfirmationForm(**told | {"lines": _lines(forms.ConfirmationLineForm, values)})


def _movement(kind: InventoryMovement.Kind) -> Callable[[Values], forms.MovementForm]:
    def form(values: Values) -> forms.MovementForm:
        lines = _lines(forms.MovementLineForm, values)
        return forms.MovementForm(kind=kind, **_renamed(values) | {"lines": lines})

    return form


def _asset(kind: AssetNotice.Kind) -> Callable[[Values], forms.AssetForm]:
    def form(values: Values) -> forms.AssetForm:
        return forms.AssetForm(kind=kind, **_renamed(values, purchase_order="order_number"))

    return form


def _invoice(values: Values) -> forms.InvoiceForm:
    told = _renamed(values, vendor="vendor_number", purchase_order="order_number", document="document_url")
    lines = tuple(
        forms.InvoiceLineForm(**_renamed(line, order="order_number") | {"charges": _charges(line)})
        for line in values["lines"]
    )
    return forms.InvoiceForm(**told | {"lines": lines, "charges": _charges(values)})


def _renamed(values: Values, **names: str) -> dict[str, Any]:
    """Give what was told, under our names."""
    return {names.get(name, name): value for name, value in without_null(values).items()}


def _lines(form: type[Any], values: Values) -> tuple[Any, ...]:
    return tuple(form(**without_null(line)) for line in values["lines"])


def _charges(values: Values) -> tuple[forms.ChargeForm, ...]:
    return tuple(forms.ChargeForm(**charge) for charge in values.get("charges") or ())


def _record_invoice(company: Any, form: forms.InvoiceForm, *, source: str) -> Any:
    return documents.record_invoice(company, form, source=source, origin="cafm")


ORDER = DocumentKind.PURCHASE_ORDER
CHANGE = DocumentKind.ORDER_CHANGE
RECEIPT = DocumentKind.GOODS_RECEIPT
CONFIRMATION = DocumentKind.SERVICE_CONFIRMATION
MOVEMENT = DocumentKind.INVENTORY_MOVEMENT
ASSET = DocumentKind.ASSET_NOTICE
INVOICE = DocumentKind.SUPPLIER_INVOICE

# fmt: off
TYPES = {
    each.name: each
    for each in [
        EventType("purchase_request.approved.v1", serializers.RequestApproved,
                  form=_request, record=documents.record_request),
        EventType("purchase_order.approved.v1", serializers.OrderApproved,
                  ORDER, _order, documents.record_order),
        EventType("purchase_order.changed.v1", serializers.OrderChanged,
                  CHANGE, _order_change, documents.record_change, is_timed=True),
        EventType("purchase_order.cancelled.v1", serializers.OrderCancelled,
                  CHANGE, _cancellation, documents.record_cancellation),
        EventType("goods_receipt.recorded.v1", serializers.ReceiptRecorded,
                  RECEIPT, _receipt, documents.record_receipt),
        EventType("goods_receipt.reversed.v1", serializers.ReceiptReversed,
                  DocumentKind.RECEIPT_REVERSAL, _reversal, documents.record_reversal),
        EventType("goods_return.recorded.v1", serializers.ReturnRecorded,
                  DocumentKind.GOODS_RETURN, _return, documents.record_return),
        EventType("service.confirmed.v1", serializers.ServiceConfirmed,
                  CONFIRMATION, _confirmation, documents.record_confirmation),
        EventType("inventory.consumed.v1", serializers.InventoryConsumed,
                  MOVEMENT, _movement(InventoryMovement.Kind.CONSUMPTION), documents.record_movement),
        EventType("inventory.adjusted.v1", serializers.InventoryAdjusted,
                  MOVEMENT, _movement(InventoryMovement.Kind.ADJUSTMENT), documents.record_movement),
        EventType("inventory.transferred.v1", serializers.InventoryTransferred,
                  MOVEMENT, _movement(InventoryMovement.Kind.TRANSFER), documents.record_movement),
        EventType("asset.registered.v1", serializers.Asset,
                  ASSET, _asset(AssetNotice.Kind.REGISTERED), documents.record_asset, is_timed=True),
        EventType("asset.changed.v1", serializers.Asset,
                  ASSET, _asset(AssetNotice.Kind.CHANGED), documents.record_asset, is_timed=True),
        EventType("asset.retired.v1", serializers.Asset,
                  ASSET, _asset(AssetNotice.Kind.RETIRED), documents.record_asset, is_timed=True),
        EventType("supplier_invoice.received.v1", serializers.InvoiceReceived,
                  INVOICE, _invoice, _record_invoice),
        EventType("day.totals.v1", serializers.DayTotals,
                  form=_day_totals, record=documents.record_day_totals,
                  note="Kept, day by day and kind by kind. It is not compared with what was posted yet."),
    ]
}
# fmt: on

"""How the CAFM tells the documents of a chaos run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.chaos.work import Asset, Movement, Purchase

SOURCE = "/cafm/chaos"
DAY = "2026-11-02"
PRICE = "12.50"
SERVICE_PRICE = "1200"
CONFIRMED = "300"
SERVICE_SHARE = "0.25"  # of the service line, which is what the confirmed amount pays for

Event = dict[str, Any]


def of_purchase(purchase: Purchase) -> Iterator[Event]:
    """Tell an order and all that follows it."""
    yield _event("purchase_order.approved.v1", **_order(purchase, _lines(purchase, first=True)))
    if purchase.is_changed:
        changed = _order(purchase, _lines(purchase, first=False)) | {"version": 2}
        yield _event("purchase_order.changed.v1", **changed)
    if purchase.is_cancelled:
        yield _event("purchase_order.cancelled.v1", number=purchase.order, reason="not needed")
    if purchase.is_service:
        yield _confirmed(purchase)
    else:
        for place, number in enumerate(purchase.receipts):
            yield _received(purchase, number, [part.received[place] for part in purchase.parts])
    if purchase.is_taken_back:
        reversal = {"number": f"RV-{purchase.mistaken}", "goods_receipt": purchase.mistaken}
        yield _event("goods_receipt.reversed.v1", **reversal, reversed_on=DAY, reason="miscounted")
        yield _received(purchase, purchase.mistaken, [(1, 1)])
    if purchase.is_returned:
        yield _returned(purchase)
        yield _credited(purchase)
    if purchase.is_billed:
        yield _billed(purchase)


def of_movement(movement: Movement) -> Event:
    """Tell a movement of stock."""
    signed = {"put back": -1, "adjusted down": -1}.get(movement.kind, 1) * movement.quantity
    line = {"line": 1, "item": movement.item, "quantity": str(signed), "unit": "PCS"}
    told = {"number": movement.number, "posted_on": DAY}
    if movement.kind == "transferred":
        places = {"from_location": "MAIN", "to_location": "VAN"}
        return _event("inventory.transferred.v1", **told, **places, lines=[line])
    line["location"] = "MAIN"
    if movement.kind.startswith("adjusted"):
        return _event("inventory.adjusted.v1", **told, reason="counted", lines=[line])
    return _event("inventory.consumed.v1", **told, work_order="WO-1", lines=[line])


def of_asset(asset: Asset) -> Iterator[Event]:
    """Tell an asset, then what it is called by and by, then that it is gone."""
    first, *later = asset.names
    yield _event("asset.registered.v1", number=asset.number, description=first)
    for hour, name in enumerate(later, start=9):
        told = _event("asset.changed.v1", number=asset.number, description=name)
        yield told | {"id": f"{told['id']}/{hour}", "time": f"{DAY}T{hour:02}:00:00Z"}
    if asset.is_retired:
        yield _event("asset.retired.v1", number=asset.number, description=first, retired_on=DAY)


def of_request(number: int, item: str) -> Event:
    """Tell a request, which is only taken in."""
    line = {"line": 1, "item": item, "description": item, "quantity": "1", "unit": "PCS"}
    return _event(
        "purchase_request.approved.v1",
        number=f"PR-{number}",
        requested_by="chaos",
        approved_by="chaos",
        approved_at=f"{DAY}T08:00:00Z",
        lines=[line],
    )


def _order(purchase: Purchase, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "number": purchase.order,
        "vendor": purchase.vendor,
        "currency": "EUR",
        "order_date": DAY,
        "location": "MAIN",
        "approved_by": "chaos",
        "charges": [],
        "lines": lines,
    }


def _lines(purchase: Purchase, *, first: bool) -> list[dict[str, Any]]:
    if purchase.is_service:
        service = {"line": 1, "kind": "service", "account": "6100", "description": "Service"}
        return [service | {"quantity": "1", "unit": "", "unit_price": SERVICE_PRICE}]
    return [
        {
            "line": line,
            "kind": "item",
            "item": part.item,
            "description": part.item,
            "quantity": str(part.first if first else part.ordered),
            "unit": "PCS",
            "unit_price": PRICE,
        }
        for line, part in enumerate(purchase.parts, start=1)
    ]


def _received(purchase: Purchase, number: str, brought: list[tuple[int, int]]) -> Event:
    lines = [
        {
            "line": line,
            "order_line": line,
            "quantity_received": str(received),
            "quantity_accepted": str(accepted),
            "quantity_rejected": str(received - accepted),
            "unit": "PCS",
        }
        | ({"reject_reason": "dented"} if received > accepted else {})
        for line, (received, accepted) in enumerate(brought, start=1)
    ]
    told = {"number": number, "purchase_order": purchase.order, "received_on": DAY, "received_by": "chaos"}
    return _event("goods_receipt.recorded.v1", **told, lines=lines)


def _confirmed(purchase: Purchase) -> Event:
    told = {"number": purchase.confirmation, "purchase_order": purchase.order, "confirmed_on": DAY}
    line = {"line": 1, "order_line": 1, "amount": CONFIRMED}
    return _event("service.confirmed.v1", **told, confirmed_by="chaos", accepted=True, lines=[line])


def _returned(purchase: Purchase) -> Event:
    told = {"number": purchase.returned, "purchase_order": purchase.order, "returned_on": DAY}
    line = {"line": 1, "order_line": 1, "quantity": "1", "unit": "PCS"}
    return _event("goods_return.recorded.v1", **told, reason="dented", lines=[line])


def _billed(purchase: Purchase) -> Event:
    return _bill(purchase, purchase.invoice, "invoice", [part.accepted for part in purchase.parts])


def _credited(purchase: Purchase) -> Event:
    """Tell the credit for what was returned; until the return is told it has to wait."""
    return _bill(purchase, purchase.memo, "credit_memo", [1])


def _bill(purchase: Purchase, number: str, kind: str, quantities: list[int]) -> Event:
    cents = int(PRICE.replace(".", ""))
    return _event(
        "supplier_invoice.received.v1",
        number=number,
        type=kind,
        vendor=purchase.vendor,
        invoice_date=DAY,
        currency="EUR",
        purchase_order=purchase.order,
        lines=[
            {
                "line": line,
                "item": part.item,
                "description": part.item,
                "order": purchase.order,
                "order_line": line,
                "quantity": str(quantity),
                "unit": "PCS",
                "unit_price": PRICE,
                "amount": _money(quantity * cents),
            }
            for line, (part, quantity) in enumerate(zip(purchase.parts, quantities, strict=False), start=1)
        ],
        total=_money(sum(quantities) * cents),
    )


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _event(kind: str, **content: Any) -> Event:
    return {
        "specversion": "1.0",
        "id": f"{kind}/{content['number']}",
        "source": SOURCE,
        "type": kind,
        "time": f"{DAY}T08:00:00Z",
        "datacontenttype": "application/json",
        "data": content,
    }

"""The raw exchange behind a message: what was sent and answered, and the call to repeat, without secrets."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from integration import connections
from integration.bc import dumps, loads, odata, payloads
from integration.bc.names import ORDER_NUMBER
from integration.models import Attempt, DocumentKind, Message
from integration.redaction import masked

ORDERS, INVOICES = "purchaseOrders", "purchaseInvoices"
BEARER = '-H "Authorization: Bearer $BC_TOKEN"'


@dataclass(frozen=True)
class Exchange:
    """One attempt, word by word."""

    attempt: Attempt
    sent: str
    answered: str


def exchanges(attempts: list[Attempt]) -> list[Exchange]:
    """Give the attempts that have something raw to show, the latest first."""
    told = [Exchange(each, _pretty(each.request), _answer(each.detail)) for each in attempts]
    return [each for each in told if each.sent or each.answered]


def curl(message: Message) -> str:
    """Write the call that this message makes; where it makes several, the look at its order; else nothing."""
    method, url, body = _call(message)
    if not url:
        return ""
    if method == "GET":
        return f"curl -sS {BEARER} {_quoted(url)}"
    lines = [f"curl -sS -X POST {BEARER}"]
    if body is not None:
        lines += ['  -H "Content-Type: application/json"', f"  --data {shlex.quote(body)}"]
    return " \\\n".join([*lines, f"  {_quoted(url)}"])


def posts(message: Message) -> bool:
    """Whether the call would change Business Central when somebody runs it."""
    return _call(message)[0] == "POST"


def _call(message: Message) -> tuple[str, str, str | None]:
    payload = message.payload or {}
    kind, company = message.document_kind, f"companies({message.company.bc_id})"
    standard, app = _routes()
    if kind == DocumentKind.PURCHASE_ORDER:
        return "POST", f"{standard}/{company}/{ORDERS}", _body(ORDERS, payload)
    if kind == DocumentKind.INVENTORY_MOVEMENT:
        return "POST", f"{app}/{company}/inventoryRequests", _body("inventoryRequests", payload)
    if kind == DocumentKind.SUPPLIER_INVOICE and ORDER_NUMBER not in payload:
        if "id" in payload:
            return "POST", f"{standard}/{company}/{INVOICES}({payload['id']})/Microsoft.NAV.post", None
        return "POST", f"{standard}/{company}/{INVOICES}", _body(INVOICES, payload)
    number = _order_in_bc(message)
    wanted = quote(str(odata.eq("number", number)))
    asked = f"$filter={wanted}&$expand=purchaseOrderLines"
    return "GET", f"{standard}/{company}/{ORDERS}?{asked}" if number else "", None


def _order_in_bc(message: Message) -> str:
    """Give BC's number of the order that the message is about; empty when BC has none yet."""
    orders = Message.objects.filter(chain=message.chain, document_kind=DocumentKind.PURCHASE_ORDER)
    return orders.exclude(bc_number="").values_list("bc_number", flat=True).first() or ""


def _routes() -> tuple[str, str]:
    if not connections.is_connected():
        return "$BC_BASE_URL", "$BC_APP_URL"
    found = connections.connection()
    return found.base_url.rstrip("/"), (found.app_url or "$BC_APP_URL").rstrip("/")


def _quoted(url: str) -> str:
    """Quote an address for a shell; one that names a variable has to let the shell read it."""
    if not url.startswith("$BC"):
        return shlex.quote(url)
    route, _slash, rest = url.partition("/")
    return f'"{route}"{shlex.quote(f"/{rest}")}'


def _body(entity_set: str, payload: dict[str, Any]) -> str:
    return dumps(masked(payloads.in_order(entity_set, payload))).decode()


def _pretty(payload: Any) -> str:
    return msgspec.json.format(dumps(masked(payload)), indent=2).decode() if payload else ""


def _answer(detail: str) -> str:
    """Give BC's answer, its secrets hidden where it can be read."""
    try:
        answered = loads(detail.encode())
    except ValueError:
        return detail
    return _pretty(answered) if isinstance(answered, dict | list) else detail

"""The stage of a rehearsal: a stand-in for Business Central that holds what the real one holds now.

The stand-in is the sandbox, which keeps to the contract of the API. It is filled by reading Business Central,
which changes nothing there, and it is gone when the rehearsal ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from integration import connections
from integration.bc import Client, Connection, Lane, Limits, odata
from integration.bc.names import ORDER_NUMBER, VENDOR_INVOICE_NUMBER
from integration.bc.reading import TO_STAND_IN
from integration.sandbox import launch
from integration.sandbox.control_client import ControlClient
from integration.sync.entities import ENTITIES

MASTERS = (
    "generalLedgerSetup",
    "currencies",
    "currencyExchangeRates",
    "unitsOfMeasure",
    "paymentTerms",
    "locations",
    "accounts",
    "dimensions",
    "dimensionValues",
    "itemCategories",
    "items",
    "itemVariants",
    "vendors",
    "fixedAssets",
)
OF_THE_APP = ("itemUnitsOfMeasure",)
ORDERS, RECEIPTS, INVOICES = "purchaseOrders", "purchaseReceipts", "purchaseInvoices"
LINES = {
    ORDERS: "purchaseOrderLines",
    RECEIPTS: "purchaseReceiptLines",
    INVOICES: "purchaseInvoiceLines",
}
UNPOSTED = ("Draft", "In Review")
AT_ONCE = 5000
NUMBERS = 40  # of one filter: the address stays short enough for every gateway
FREE = Limits(per_second=100_000.0, burst=100_000, concurrency=64)


@dataclass(frozen=True)
class Stage:
    """A stand-in that is ready: how to reach it, and how many records it was given."""

    connection: Connection
    control: ControlClient
    masters: int

    @property
    def calls(self) -> int:
        return int(self.control.requests(last=1)["total"])


@dataclass(frozen=True)
class Named:
    """What the rehearsal names of what is posted in Business Central: there is too much of it to take all."""

    orders: frozenset[str] = frozenset()
    """Of Business Central, for their receipts."""
    invoices: frozenset[str] = frozenset()
    """The vendors' numbers."""


@contextmanager
def set_up(named: Named) -> Iterator[Stage]:
    """Fill a stand-in from Business Central; raises IntegrationError when that cannot be read."""
    real = connections.client(lane=Lane.BULK)
    has_app = bool(real.connection.app_url)
    with tempfile.TemporaryDirectory(prefix="tieout-rehearsal-") as folder:
        level = "app" if has_app else "standard"
        with launch.start(Path(folder), level=level, company_id=str(real.company_id())) as running:
            copied = sum(_copy(real, running.control, name, app=False) for name in MASTERS)
            copied += sum(_copy(real, running.control, name, app=True) for name in OF_THE_APP if has_app)
            for name, filter in _documents(named):
                _copy(real, running.control, name, app=False, filter=filter)
            running.control.forget_requests()
            yield Stage(_connection(running), running.control, copied)


def _documents(named: Named) -> Iterator[tuple[str, odata.Filter | None]]:
    """Say which documents are taken over: what is open, and of what is posted that which is named."""
    yield ORDERS, None
    for part in _parts(named.orders):
        yield RECEIPTS, odata.any_of(ORDER_NUMBER, part)
    yield INVOICES, odata.any_of("status", [odata.Member(each) for each in UNPOSTED])
    for part in _parts(named.invoices):
        yield INVOICES, odata.any_of(VENDOR_INVOICE_NUMBER, part)


def _parts(names: frozenset[str]) -> Iterator[list[str]]:
    listed = iter(sorted(names))
    while part := list(islice(listed, NUMBERS)):
        yield part


def _copy(
    real: Client, control: ControlClient, name: str, *, app: bool, filter: odata.Filter | None = None
) -> int:
    """Take over one list as it is; returns how many records it has."""
    mirrored = {each.entity_set: each for each in ENTITIES.values()}
    select = mirrored[name].select if name in mirrored else TO_STAND_IN[name]
    lines = LINES.get(name)
    expand = odata.nested(lines, _plain(TO_STAND_IN[lines])) if lines else None
    asked: dict[str, Any] = {"select": _plain(select), "filter": filter, "expand": expand}
    rows = map(_bare, real.rows(name, **asked, page_size=AT_ONCE, app=app))
    count = 0
    while part := list(islice(rows, AT_ONCE)):
        count += control.seed({name: part})[name]
    return count


def _plain(select: tuple[str, ...]) -> list[str]:
    return [each for each in select if not each.startswith("@")]


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what belongs to the answer and not to the record."""
    return {
        name: [_bare(each) for each in value] if isinstance(value, list) else value
        for name, value in row.items()
        if not name.startswith("@") and not name.endswith("@odata.context")
    }


def _connection(running: launch.Running) -> Connection:
    return Connection(
        base_url=running.base_url,
        company=running.company_id,
        authority=running.authority,
        client_id=running.client_id,
        client_secret=running.client_secret,
        app_url=running.app_url,
        ca_bundle=running.ca_bundle,
        client_name="the stand-in for Business Central",
        limits=FREE,
    )

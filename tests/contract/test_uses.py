"""The table of what the couriers and pulls use is held to what they ask for: they work, and we listen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.utils import timezone

from integration import connections, delivery, sync
from integration.bc import Client
from integration.bc.transport import Answer, Request, Transport
from integration.contract import uses
from integration.contract.features import FEATURES
from integration.contract.uses import Part
from integration.delivery import doubt
from integration.models import DocumentKind
from integration.sync.entities import ENTITIES
from tests.delivery.house import House, prepare_house, states
from tests.delivery.test_invoices import of_bc

pytestmark = pytest.mark.django_db
Name = tuple[str, str, str]

NAVIGATION = re.compile(r"(\w+)\(\$select=([\w,]+)\)")
ASKED_IN_A_FILTER = re.compile(r"(\w+) (?:eq|ne|gt|ge|lt|le) ")
SEGMENT = re.compile(r"(\w[\w.]*)(?:\([^)]*\))?$")


# When an order has vanished from BC, when a line has dimensions, when the order is released.
RARELY = {
    ("purchase_order", ("purchaseOrderLines", Part.NAVIGATION, "dimensionSetLines")),
    ("purchase_order", ("dimensionSetLines", Part.FIELD, "code")),
    ("purchase_order", ("dimensionSetLines", Part.FIELD, "valueCode")),
    ("goods_receipt", ("purchaseReceipts", Part.NAVIGATION, "purchaseReceiptLines")),
    ("goods_receipt", ("purchaseReceiptLines", Part.FIELD, "sequence")),
    ("goods_receipt", ("purchaseReceiptLines", Part.FIELD, "quantity")),
    ("inventory_movement", ("inventoryRequestLines", Part.FIELD, "dimensions")),
    ("supplier_invoice:order", ("purchaseOrderHeaders", Part.ACTION, "release")),
    ("supplier_invoice:order", ("purchaseOrderHeaders", Part.ACTION, "reopen")),
}

DELIVERIES: dict[str, Callable[[House], Any]] = {
    "purchase_order": lambda house: house.order(),
    "goods_receipt": lambda house: house.receipt(),
    "inventory_movement": lambda house: house.consumption(),
    "asset_notice": lambda house: house.asset(),
    "supplier_invoice:order": lambda house: house.bill(number="R-1"),
    "supplier_invoice:own": lambda house: house.invoice("R-2"),
    "supplier_invoice": of_bc,
}


class Listening(Transport):
    """The transport itself, which also notes what goes over it."""

    def __init__(self, *, trusted_ca: str) -> None:
        super().__init__(trusted_ca=trusted_ca)
        self.heard: set[Name] = set()

    def send(self, request: Request, *, token: str, timeout: tuple[float, float]) -> Answer:
        self.heard |= set(names_in(request))
        return super().send(request, token=token, timeout=timeout)


def names_in(request: Request) -> Iterator[Name]:
    """Name the set, the fields, navigations and actions that a request mentions."""
    path = unquote(urlsplit(request.url).path)
    if path.endswith("$metadata"):
        return
    steps = [SEGMENT.match(step).group(1) for step in path.partition(")/")[2].split("/") if step]
    if not steps:
        yield from _fields("companies", _selected(request.url))
        return
    entity_set, *below = steps
    yield (entity_set, Part.SET, "")
    for step in below:
        if step.startswith("Microsoft.NAV."):
            yield (entity_set, Part.ACTION, step.removeprefix("Microsoft.NAV."))
        else:
            yield (entity_set, Part.NAVIGATION, step)
            entity_set = step
    asked = parse_qs(urlsplit(request.url).query)
    yield from _fields(entity_set, _selected(request.url))
    yield from _fields(entity_set, ASKED_IN_A_FILTER.findall(" ".join(asked.get("$filter", []))))
    for navigation, fields in NAVIGATION.findall(" ".join(asked.get("$expand", []))):
        yield (entity_set, Part.NAVIGATION, navigation)
        yield from _fields(navigation, fields.split(","))
    yield from _written(entity_set, json.loads(request.body or b"{}"))


def _selected(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query).get("$select", [""])[0].split(",")


def _written(entity_set: str, body: dict[str, Any]) -> Iterator[Name]:
    for name, value in body.items():
        if isinstance(value, list):
            yield (entity_set, Part.NAVIGATION, name)
            for line in value:
                yield from _written(name, line)
        else:
            yield (entity_set, Part.FIELD, name)


def _fields(entity_set: str, names: Iterable[str]) -> Iterator[Name]:
    return ((entity_set, Part.FIELD, name) for name in names if name)


def listed(feature: str) -> set[Name]:
    """Name what the table says of a feature, with the targets of its mappings."""
    everything = [*uses.of_code(), *uses.of_mappings()]
    return {(use.entity_set, use.part, use.name) for use in everything if use.feature == feature}


@pytest.fixture
def house(tenant: Any) -> House:
    return prepare_house(tenant())


@pytest.fixture
def client(house: House) -> Client:
    client = Client(connections.connection())
    client.transport = Listening(trusted_ca=client.connection.trusted_ca)
    return client


def heard_of(client: Client) -> set[Name]:
    transport = client.transport
    assert isinstance(transport, Listening)
    heard, transport.heard = transport.heard, set()
    return heard


@pytest.mark.parametrize("entity", sync.ENTITIES)
def test_a_pull_asks_for_what_is_listed_and_nothing_else(house: House, client: Client, entity: str):
    for link in ENTITIES[entity].links if entity in ENTITIES else ():
        sync.pull_one(connections.client(), house.company, link.to)  # else this pull would read it first

    for full in (True, False):
        sync.pull_one(client, house.company, entity, full=full)

    asked = {name for name in heard_of(client) if name[1] != Part.SET}

    promised = {name for name in listed(f"pull:{entity}") if name[1] != Part.SET}
    assert asked == promised


def test_deliveries_use_what_is_listed_and_nothing_else(house: House, client: Client):
    heard = {}
    now = timezone.now()
    doubt.look_first(until=now + timedelta(days=1), reason="new ones are to be looked for, too", now=now)
    for feature, document in DELIVERIES.items():
        document(house)
        heard_of(client)
        delivery.drain(until_idle=True, client=client)
        heard[feature] = heard_of(client)

    assert states() == ["done"] * len(DELIVERIES)
    assert {feature: names - listed(feature) for feature, names in heard.items()} == {
        feature: set() for feature in DELIVERIES
    }
    unheard = {
        (use.feature, (use.entity_set, use.part, use.name))
        for use in uses.of_code()
        if use.feature in heard and use.part != Part.SET
    } - {(feature, name) for feature, names in heard.items() for name in names}
    assert unheard == RARELY


def test_every_delivery_is_listened_to():
    same = {DocumentKind.SERVICE_CONFIRMATION.value}
    same |= {"supplier_invoice:credit"}  # a person posts it; see tests/delivery/test_credit_memos.py
    same |= {DocumentKind.RECEIPT_REVERSAL.value, DocumentKind.GOODS_RETURN.value}  # a person posts them
    same |= {DocumentKind.ORDER_CHANGE.value}  # it reads and writes what the order's mapping names

    assert {feature.key for feature in FEATURES.values() if feature.kind} == set(DELIVERIES) | same


def test_both_kinds_of_receipt_use_the_same(house: House):
    assert listed(DocumentKind.GOODS_RECEIPT) == listed(DocumentKind.SERVICE_CONFIRMATION)


def test_a_mapping_that_is_switched_off_uses_nothing(house: House):
    from integration.mapping import defaults
    from tests import mappings

    name = ("purchaseOrders", Part.FIELD, "requestedReceiptDate")
    assert name in listed(DocumentKind.PURCHASE_ORDER)

    mappings.change_row(defaults.ORDER, "requestedReceiptDate", enabled=False)

    assert name not in listed(DocumentKind.PURCHASE_ORDER)

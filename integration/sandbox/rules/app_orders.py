"""Orders created by the app's page: once under an external id, which stays taken for ever."""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.sandbox.entities import TABLES
from integration.sandbox.entities.declare import EntitySet
from integration.sandbox.errors import dialog, field_missing, method_not_allowed, same_key
from integration.sandbox.payload import Payload
from integration.sandbox.rules import documents
from integration.sandbox.rules.base import Action, Rules, Work
from integration.sandbox.table import Row


@dataclass(frozen=True)
class AppOrderRules(Rules):
    """The rules of orders, with a key of the sender."""

    actions: Mapping[str, Action]

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        external_id = payload.get("externalId")
        if not external_id:
            raise field_missing("Bridge External Id", "Purchase Header: Document Type=Order")
        if not payload.get("vendorNumber"):
            raise field_missing("Buy-from Vendor No.", "Purchase Header: Document Type=Order")
        order = documents.ORDERS.insert(work, TABLES["purchaseOrders"], payload, None)
        self._take_key(work, order, external_id)
        return order

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        external_id = payload.get("externalId")
        if payload.get("vendorNumber") not in (None, row["vendorNumber"]):
            raise dialog('The value for "vendorNumber" cannot be modified.')
        if external_id not in (None, row["externalId"]):
            if row["externalId"]:
                raise dialog('The value for "externalId" cannot be modified.')
            self._take_key(work, row, external_id)
        return documents.ORDERS.modify(work, TABLES["purchaseOrders"], row, payload)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        raise method_not_allowed(spec.name, "DELETE")

    def _take_key(self, work: Work, order: Row, external_id: str) -> None:
        if work.tx.by_key("orderKeys", external_id) is not None:
            raise same_key("Bridge Order Key", f"External Id='{external_id}'")
        work.tx.insert(
            "orderKeys", {"externalId": external_id, "orderId": order.id, "orderNumber": order["number"]}
        )


ORDER_HEADERS = AppOrderRules(documents.ORDERS.actions)

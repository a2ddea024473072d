"""Attachments: a name under a record first, its bytes at their own address afterwards."""

from integration.sandbox.entities.declare import EntitySet
from integration.sandbox.errors import dialog
from integration.sandbox.payload import Payload
from integration.sandbox.rules import owners
from integration.sandbox.rules.base import Rules, Work, check_required, refuse_unknown_nested
from integration.sandbox.table import Row

PARENTS = {
    "purchaseOrders": "Purchase_x0020_Order",
    "purchaseInvoices": "Purchase_x0020_Invoice",
    "purchaseCreditMemos": "Purchase_x0020_Credit_x0020_Memo",
    "purchaseReceipts": "Purchase_x0020_Receipt",
    "journalLines": "Journal",
    "items": "Item",
    "vendors": "Vendor",
    "employees": "Employee",
    "projects": "Job",
}


class AttachmentRules(Rules):
    """A file belongs to one record for ever."""

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        refuse_unknown_nested(payload)
        owner = owners.owner_of(work, tuple(PARENTS), payload, parent)
        sent = payload.get("parentType")
        if parent is None and sent != PARENTS[owner.name]:
            raise dialog('The "parentType" does not match to the record of the "parentId".')
        values = {**spec.blank, **{each.column: value for each, value in payload.changes}}
        values |= {"parentId": owner.row.id, "parentType": PARENTS[owner.name], "byteSize": 0}
        check_required(spec, values)
        return work.tx.insert(spec.name, values)

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        changes = {each.column: value for each, value in payload.changes if each.name != "byteSize"}
        if any(changes.get(name, row[name]) != row[name] for name in ("parentId", "parentType")):
            raise dialog("The parent of an attachment cannot be modified.")
        return work.tx.update(spec.name, row.id, changes)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        work.tx.delete(spec.name, row.id)


ATTACHMENTS = AttachmentRules()

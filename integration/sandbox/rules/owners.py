"""What dimensions and files belong to: the record with a given id, whatever set it is in."""

from dataclasses import dataclass

from integration.sandbox.errors import Refusal
from integration.sandbox.payload import Payload
from integration.sandbox.rules import headers
from integration.sandbox.rules.base import Work
from integration.sandbox.table import Row

_LINES_OF = {
    "purchaseOrderLines": "purchaseOrders",
    "purchaseInvoiceLines": "purchaseInvoices",
    "purchaseCreditMemoLines": "purchaseCreditMemos",
}
_DRAFTS = {"purchaseInvoices": "invoice", "purchaseCreditMemos": "credit memo"}


@dataclass(frozen=True)
class Owner:
    """A record and the set it is in."""

    name: str
    row: Row


def owner_of(work: Work, names: tuple[str, ...], payload: Payload, parent: Row | None) -> Owner:
    """The parent that the path or the body names; raises Refusal."""
    row_id = parent.id if parent is not None else payload.get("parentId")
    for name in names:
        row = work.tx.get(name, row_id) if row_id else None
        if row is not None:
            return Owner(name, row)
    raise Refusal(
        400, "BadRequest_RequiredParamNotProvided", 'A "parentId" of an existing record must be provided.'
    )


def document_of(work: Work, owner: Owner) -> Owner | None:
    """The purchase document that the owner is, or is a line of."""
    if owner.name in _LINES_OF:
        name = _LINES_OF[owner.name]
        return Owner(name, work.tx.table(name).rows[owner.row["documentId"]])
    return owner if owner.name in _LINES_OF.values() else None


def check_writable(work: Work, owner: Owner) -> None:
    """Refuse a change under a document that is released or posted."""
    document = document_of(work, owner)
    if document is None:
        return
    if document.name == "purchaseOrders":
        headers.check_order_open(document.row, set(), {"*"})
    else:
        headers.check_draft(document.row, _DRAFTS[document.name])


def touch(work: Work, owner: Owner) -> None:
    """Move stamp and etag of the document, as BC does when something under it changes."""
    document = document_of(work, owner)
    if document is not None:
        work.tx.update(document.name, document.row.id, {})

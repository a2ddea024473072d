"""What is never asked of Business Central, whoever asks: forbidden by construction."""

from collections.abc import Mapping
from typing import Any

from integration.bc.batch import Operation
from integration.errors import ProgramError

# What may be deleted at all. BC's other sets hold posted documents and entries, or nothing of ours.
DELETED = frozenset(
    {
        "items",
        "vendors",
        "purchaseOrders",
        "purchaseOrderLines",
        "journalLines",
        "attachments",
        "documentAttachments",
        "subscriptions",
        "receiptRequests",
        "inventoryRequests",
    }
)
DELETED_AS_DRAFT = frozenset({"purchaseInvoices", "purchaseCreditMemos"})  # drafts and posted ones in one set
POSTING = frozenset({"receiveandinvoice", "post"})
NEVER_WRITTEN = {
    "items": frozenset({"inventory"})
}  # would post a stock adjustment: today, no location, no reason


def check_written(entity_set: str, body: Mapping[str, Any]) -> None:
    """Raise ProgramError when a body holds a field that is never written."""
    never = NEVER_WRITTEN.get(entity_set.lower(), frozenset())
    forbidden = sorted(name for name in body if name.lower() in never)
    if forbidden:
        raise ProgramError(f"{entity_set} {', '.join(forbidden)} is never written: BC would post it at once.")


def check_etag(etag: str | None) -> None:
    """Raise ProgramError when a change does not name its version."""
    if not etag or etag == "*":
        raise ProgramError("A change names the version it was judged on, never any version.")


def check_operation(operation: Operation) -> None:
    """Hold a batched operation to the rules of a single one."""
    if operation.method in ("POST", "PATCH"):
        check_written(operation.entity_set, operation.body or {})
    if operation.method in ("PATCH", "DELETE"):
        check_etag(operation.etag)
    if operation.method == "DELETE" and operation.entity_set not in DELETED:
        raise ProgramError(f"{operation.entity_set} are not deleted in a batch.")

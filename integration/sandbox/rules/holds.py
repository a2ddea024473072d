"""Stop and free the payment of invoices, as the app does: never over a hold that somebody else set."""

from collections.abc import Mapping

from integration.sandbox.errors import dialog, field_check
from integration.sandbox.rules.base import Action, Rules, Work
from integration.sandbox.table import Row

HOLD_CODE = "TIE"


class HoldRules(Rules):
    """Read only, but for the two actions."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self.actions = actions


def set_on_draft(work: Work, invoice: Row) -> None:
    """Mark a draft so that its ledger entry will be on hold."""
    _change(work, "purchaseInvoices", invoice, HOLD_CODE, f"Invoice {invoice['number']}")


def clear_on_draft(work: Work, invoice: Row) -> None:
    _change(work, "purchaseInvoices", invoice, "", f"Invoice {invoice['number']}")


def set_on_entry(work: Work, entry: Row) -> None:
    """Stop the payment of a posted invoice that is still open."""
    if not entry["open"] and entry["onHold"] != HOLD_CODE:
        raise field_check("Open", "Yes", f"Vendor Ledger Entry: Entry No.={entry['entryNumber']}", "No")
    _change(
        work, "vendorLedgerEntries", entry, HOLD_CODE, f"{entry['documentType']} {entry['documentNumber']}"
    )


def clear_on_entry(work: Work, entry: Row) -> None:
    _change(work, "vendorLedgerEntries", entry, "", f"{entry['documentType']} {entry['documentNumber']}")


def _change(work: Work, table: str, row: Row, code: str, label: str) -> None:
    if row["onHold"] not in ("", HOLD_CODE):
        raise dialog(
            f"{label} is on hold by others ({row['onHold']}). Clear that hold in Business Central first."
        )
    if row["onHold"] != code:
        work.tx.update(table, row.id, {"onHold": code})


DRAFTS = HoldRules({"setHold": set_on_draft, "clearHold": clear_on_draft})
ENTRIES = HoldRules({"setHold": set_on_entry, "clearHold": clear_on_entry})

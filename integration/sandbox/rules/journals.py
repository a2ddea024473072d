"""General journals: lines by journal and number, posted when they balance, and empty afterwards."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from integration.sandbox.entities.declare import NULL_DATE, NULL_GUID, EntitySet
from integration.sandbox.errors import Refusal, dialog, field_missing, same_key
from integration.sandbox.payload import Payload
from integration.sandbox.rules import headers, lines, order_progress
from integration.sandbox.rules.base import Action, Work, apply_links
from integration.sandbox.rules.masters import MasterRules
from integration.sandbox.table import Row
from integration.sandbox.values import Values

DEFAULT_TEMPLATE = "GENERAL"
STEP = 10_000
_LEDGER, _BANK = "G_x002F_L_x0020_Account", "Bank_x0020_Account"


class JournalRules(MasterRules):
    """A journal batch; a general one has the default template unless it says another."""

    actions: Mapping[str, Action]

    def __init__(self, line_set: str, actions: Mapping[str, Action]) -> None:
        self.line_set = line_set
        self.actions = actions

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        template = spec.by_name.get("templateDisplayName")
        if template is not None and not payload.get("templateDisplayName"):
            payload.changes.append((template, DEFAULT_TEMPLATE))
        return super().insert(work, spec, payload, parent)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        for line in work.tx.find(self.line_set, "journalId", row.id):
            work.tx.delete(self.line_set, line.id)
        work.tx.delete(spec.name, row.id)


class JournalLineRules(MasterRules):
    """A line of a journal: its number is the sender's key, twice is refused."""

    def __init__(self, header_set: str) -> None:
        self.header_set = header_set

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        journal = parent or work.tx.get(self.header_set, payload.get("journalId") or NULL_GUID)
        if journal is None:
            raise Refusal(
                400, "BadRequest_RequiredParamNotProvided", 'A "journalId" of a journal must be provided.'
            )
        values = {**spec.blank} | {each.column: value for each, value in payload.changes}
        if payload.get("journalId") not in (None, NULL_GUID, journal.id):
            raise dialog('The value for "journalId" does not match to its journal.')
        values |= {"journalId": journal.id, "journalDisplayName": journal["code"]}
        if values["postingDate"] == NULL_DATE:
            values["postingDate"] = headers.today()
        self._complete(work, spec, values, payload)
        own = work.tx.find(spec.name, "journalId", journal.id)
        if not values["lineNumber"]:
            values["lineNumber"] = (own[-1]["lineNumber"] if own else 0) + STEP
        if work.tx.by_key(spec.name, journal.id, values["lineNumber"]) is not None:
            raise same_key(
                "Gen. Journal Line",
                f"Journal Batch Name='{journal['code']}',Line No.='{values['lineNumber']}'",
            )
        return work.tx.insert(spec.name, values)

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        changes = {each.column: value for each, value in payload.changes}
        if changes.get("journalId", row["journalId"]) != row["journalId"]:
            raise dialog('The value for "journalId" cannot be modified.')
        if changes.get("lineNumber", row["lineNumber"]) != row["lineNumber"]:
            raise dialog('The value for "lineNumber" cannot be modified.')
        values = {**row.values, **changes}
        self._complete(work, spec, values, payload)
        return work.tx.update(spec.name, row.id, values)

    def _complete(self, work: Work, spec: EntitySet, values: Values, payload: Payload) -> None:
        apply_links(work, spec, values, payload)
        if "accountType" not in spec.by_name:
            return
        sent = payload.names()
        _resolve_account(work, values, sent, "accountType", "accountId", "accountNumber")
        _resolve_account(
            work, values, sent, "balanceAccountType", "balancingAccountId", "balancingAccountNumber"
        )


def _resolve_account(
    work: Work, values: Values, sent: set[str], kind_field: str, id_field: str, number_field: str
) -> None:
    """Let id and number of an account follow each other; raises Refusal on one that may not be posted to."""
    if id_field not in sent and number_field not in sent:
        return
    kind = values[kind_field]
    if kind not in (_LEDGER, _BANK):
        raise dialog(f"The sandbox shows journal lines of ledger and bank accounts only, not '{kind}'.")
    table = work.tx.table("accounts" if kind == _LEDGER else "bankAccounts")
    by_id, by_number = table.rows.get(values[id_field]), table.by_key(values[number_field])
    found = by_id if id_field in sent and values[id_field] != NULL_GUID else by_number
    if found is None:
        if values[number_field] or values[id_field] != NULL_GUID:
            raise dialog(f'The "{number_field}" does not match to an account.')
        return
    if number_field in sent and values[number_field] and found["number"] != values[number_field]:
        raise dialog("The account values do not match to a specific account.")
    if kind == _LEDGER:
        lines.check_account(found)
    values[id_field], values[number_field] = found.id, found["number"]


def post(work: Work, journal: Row) -> None:
    """Write the ledger entries of all lines and empty the journal; the bound action."""
    own = work.tx.find("journalLines", "journalId", journal.id)
    if not any(line["amount"] for line in own):
        raise dialog(order_progress.NOTHING)
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in own:
        record = f"Gen. Journal Line: Line No.={line['lineNumber']}"
        if not line["accountNumber"]:
            raise field_missing("Account No.", record)
        if not line["documentNumber"]:
            raise field_missing("Document No.", record)
        headers.check_posting_date(work, line.values, record)
        if not line["balancingAccountNumber"] and not journal["balancingAccountNumber"]:
            balances[(line["documentNumber"], line["postingDate"])] += line["amount"]
    for (number, _date), amount in balances.items():
        if amount:
            raise dialog(f"The lines in Document No. {number} are out of balance by {amount}.")
    for line in own:
        _write(work, line, line["accountNumber"], line["amount"])
        balancing = line["balancingAccountNumber"] or journal["balancingAccountNumber"]
        if balancing:
            _write(work, line, balancing, -line["amount"])
        work.tx.delete("journalLines", line.id)


def write_ledger_entry(work: Work, values: Values, account: Row | None, amount: Decimal) -> None:
    """Append one entry to the general ledger; debit is positive."""
    table = work.tx.table("generalLedgerEntries")
    last = table.last()
    work.tx.insert(
        "generalLedgerEntries",
        {
            "entryNumber": 1 if last is None else last["entryNumber"] + 1,
            "accountId": account.id if account else NULL_GUID,
            "accountNumber": account["number"] if account else "",
            "debitAmount": max(amount, Decimal(0)),
            "creditAmount": max(-amount, Decimal(0)),
            **values,
        },
    )


def _write(work: Work, line: Row, number: str, amount: Decimal) -> None:
    account = work.tx.by_key("accounts", number)
    if account is None:
        return  # a bank account's own ledger is not imitated
    values = {name: line[name] for name in ("postingDate", "documentNumber", "description")}
    write_ledger_entry(work, values, account, amount)
    work.tx.update("accounts", account.id, {"netChange": account["netChange"] + amount}, touch=False)


JOURNALS = JournalRules("journalLines", {"post": post})
JOURNAL_LINES = JournalLineRules("journals")
PAYMENT_JOURNALS = JournalRules("vendorPayments", {})
PAYMENTS = JournalLineRules("vendorPaymentJournals")

"""What every entity set obeys on a write: links that agree, keys that exist, numbers from a series."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integration.sandbox.entities.declare import NULL_GUID, EntitySet, Field, Link
from integration.sandbox.errors import Refusal, bad_request, dialog, field_missing, method_not_allowed
from integration.sandbox.payload import Payload
from integration.sandbox.settings import Settings
from integration.sandbox.store import Transaction
from integration.sandbox.table import Row
from integration.sandbox.values import Values


@dataclass(frozen=True)
class Work:
    """One write under way: the company's transaction and the settings in force."""

    tx: Transaction
    settings: Settings
    sets: dict[str, EntitySet]

    @property
    def local_currency(self) -> str:
        setup = next(iter(self.tx.table("generalLedgerSetup").in_order()), None)
        return "" if setup is None else str(setup["localCurrencyCode"])


# What an action answers is raised after its commit: an error that hides a posting.
Action = Callable[[Work, Row], Refusal | None]


class Rules:
    """The plain case: check links and required fields, then write."""

    actions: Mapping[str, Action]

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        raise method_not_allowed(spec.name, "POST")

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        raise method_not_allowed(spec.name, "PATCH")

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        raise method_not_allowed(spec.name, "DELETE")

    def refused(self, work: Work, spec: EntitySet, row: Row, message: str) -> None:
        """Keep what an action was refused for; runs after the action is rolled back."""


def check_required(spec: EntitySet, values: Values) -> None:
    """Refuse a row whose required fields are blank."""
    for name in spec.required:
        if values[name] in ("", 0):
            raise field_missing(name[0].upper() + name[1:], f"{spec.caption}: {spec.key[-1]}=")


def apply_links(work: Work, spec: EntitySet, values: Values, payload: Payload) -> None:
    """Let the id follow the code and the code the id; both must name one existing row."""
    sent = payload.names()
    for link in spec.links:
        if link.id_field in sent or (link.code_field and link.code_field in sent):
            resolve_link(work, link, values, sent)
    linked = {link.id_field for link in spec.links}
    for each, value in payload.changes:
        if _is_unknown_reference(each, value, linked):
            raise dialog(f'The "{each.name}" does not match to an existing record.')


def _is_unknown_reference(each: Field, value: Any, linked: set[str]) -> bool:
    return each.type == "Edm.Guid" and value != NULL_GUID and each.name not in linked | {"id", "documentId"}


def resolve_link(work: Work, link: Link, values: Values, sent: set[str]) -> Row | None:
    """Make the two halves of one link agree; answers the row they name."""
    table = work.tx.table(link.target)
    by_id = table.rows.get(values[link.id_field]) if link.id_field in sent else None
    if link.id_field in sent and values[link.id_field] != NULL_GUID and by_id is None:
        raise dialog(f'The "{link.id_field}" does not match to a {link.label}.')
    by_code = None
    if link.code_field and link.code_field in sent and values[link.code_field]:
        code = values[link.code_field].strip().upper()
        if link.target == "currencies" and code == work.local_currency:
            by_code = None
        else:
            by_code = table.by_key(code)
            if by_code is None:
                raise dialog(f'The "{link.code_field}" does not match to a {link.label}.')
    if by_id is not None and by_code is not None and by_id.id != by_code.id:
        raise dialog(f"The {link.label} values do not match to a specific {link.label}.")
    found = by_id or by_code
    values[link.id_field] = found.id if found else NULL_GUID
    if link.code_field:
        blank = work.local_currency if link.target == "currencies" else ""
        values[link.code_field] = found[link.target_code] if found else blank
    return found


def next_number(work: Work, series: str) -> str:
    """Draw the next number of a series; raises Refusal when it has none left."""
    row = work.tx.by_key("numberSeries", series)
    if row is None:
        raise dialog(f"You cannot assign new numbers from the number series {series}.")
    number = row["lastNumber"] + 1
    if row["endingNumber"] and number > row["endingNumber"]:
        raise dialog(f"You cannot assign new numbers from the number series {series}.")
    work.tx.update("numberSeries", row.id, {"lastNumber": number})
    return f"{row['prefix']}{number:0{row['digits']}d}"


def check_manual(work: Work, series: str) -> None:
    """Refuse a number from the client when the series does not allow it."""
    row = work.tx.by_key("numberSeries", series)
    if row is None or not row["manual"]:
        message = (
            "You may not enter numbers manually. If you want to enter numbers manually,"
            f" please activate Manual Nos. in No. Series {series}."
        )
        raise dialog(message)


def refuse_unknown_nested(payload: Payload, *known: str) -> None:
    for name in payload.nested:
        if name not in known:
            raise bad_request(f"The navigation property '{name}' cannot be written here.")

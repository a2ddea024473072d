"""Which rows belong to a record, so that their changes are its own: a person's roles, an order's lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Model, Q, QuerySet

from masterdata.models import Change

MOST = 500


@dataclass(frozen=True)
class Part:
    """Rows that name the record in a column; rows that come and go are found in the book itself."""

    table: str
    column: str
    comes_and_goes: bool = False


PARTS: dict[str, tuple[Part, ...]] = {
    "auth_user": (
        Part("auth_user_groups", "user_id", comes_and_goes=True),
        Part("auth_user_user_permissions", "user_id", comes_and_goes=True),
        Part("mfa_authenticator", "user_id", comes_and_goes=True),
        Part("socialaccount_socialaccount", "user_id", comes_and_goes=True),
    ),
    "auth_group": (
        Part("auth_group_permissions", "group_id", comes_and_goes=True),
        Part("auth_user_groups", "group_id", comes_and_goes=True),
    ),
    "integration_fieldmapping": (Part("integration_mappingversion", "mapping_id"),),
    "integration_message": (Part("integration_payloadedit", "message_id"),),
    "reconciliation_exceptioncase": (
        Part("reconciliation_resolution", "case_id"),
        Part("reconciliation_caserequest", "case_id"),
    ),
    "reconciliation_supplierinvoice": (
        Part("reconciliation_invoiceline", "invoice_id"),
        Part("reconciliation_invoicecharge", "invoice_id"),
        Part("reconciliation_linelink", "invoice_id"),
    ),
    "reconciliation_purchaseorder": (
        Part("reconciliation_purchaseorderline", "order_id"),
        Part("reconciliation_ordercharge", "order_id"),
        Part("reconciliation_orderchange", "order_id"),
    ),
    "reconciliation_goodsreceipt": (Part("reconciliation_goodsreceiptline", "receipt_id"),),
}
# What a right is called instead of its number.
NAMED: dict[str, type[Model]] = {"group_id": Group, "permission_id": Permission}


def changes_of_parts(record: Model) -> list[Change]:
    """Give the latest changes of what belongs to a record."""
    parts = PARTS.get(record._meta.db_table, ())
    found = [change for part in parts for change in _changes(part, record.pk).order_by("-pk")[:MOST]]
    return sorted(found, key=lambda change: change.pk, reverse=True)[:MOST]


def named(change: Change) -> str:
    """Say which role or right a line gives or takes; "" where it is another kind of line."""
    told = (change.new if change.action == "insert" else change.old) or {}
    for column, model in NAMED.items():
        if column in told and len(told) <= 3:  # its own number and the two that it joins
            return str(model._default_manager.filter(pk=told[column]).first() or f"{column} {told[column]}")
    return ""


def _changes(part: Part, pk: int) -> QuerySet[Change]:
    of_table = Change.objects.filter(table=part.table)
    if part.comes_and_goes:
        naming = Q(**{f"new__{part.column}": pk}) | Q(**{f"old__{part.column}": pk})
        return of_table.filter(row__in=of_table.filter(naming).values("row"))
    model = next(each for each in apps.get_models() if each._meta.db_table == part.table)
    rows = model._default_manager.filter(**{part.column: pk}).order_by("-pk").values_list("pk", flat=True)
    return of_table.filter(row__in=list(rows[:MOST]))

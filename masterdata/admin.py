"""Master data and the book of changes, to look at: Business Central owns the rows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from unfold.decorators import display

from .models import (
    Account,
    Change,
    Company,
    Currency,
    ExchangeRate,
    Item,
    ItemUnit,
    Location,
    Unit,
    Vendor,
)
from .read_only import ReadOnlyAdmin, Told, field_changes, told

SUMMARY = 200
TABLES = {
    model._meta.db_table: str(model._meta.verbose_name)
    for model in apps.get_models(include_auto_created=True)
}

Filters = list[str | type[admin.SimpleListFilter]]


class PresenceFilter(admin.SimpleListFilter):
    title = "presence in BC"
    parameter_name = "presence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("present", "in BC"), ("deleted", "deleted in BC")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "present":
            return queryset.filter(deleted_at=None)
        if self.value() == "deleted":
            return queryset.exclude(deleted_at=None)
        return queryset


class MirrorAdmin(ReadOnlyAdmin):
    """A mirror of BC: read here, changed there."""

    list_filter: Filters = [PresenceFilter]
    search_fields = ["number", "name"]
    ordering = ["number", "pk"]


@admin.register(Item)
class ItemAdmin(MirrorAdmin):
    list_display = ["number", "name", "type", "base_unit", "category", "unit_cost", "blocked", "changed_at"]
    list_filter = ["blocked", "type", PresenceFilter]


@admin.register(Vendor)
class VendorAdmin(MirrorAdmin):
    list_display = ["number", "name", "currency", "payment_terms", "block", "changed_at"]
    list_filter = ["blocked", PresenceFilter]

    @display(description="blocked", label={"payment": "warning", "all": "danger"}, ordering="blocked")
    def block(self, vendor: Vendor) -> tuple[str, str] | str:
        return (vendor.blocked, vendor.get_blocked_display()) if vendor.blocked else ""


@admin.register(Account)
class AccountAdmin(MirrorAdmin):
    list_display = ["number", "name", "category", "type", "direct_posting", "blocked"]
    list_filter = ["type", "blocked", PresenceFilter]


@admin.register(Unit, Location)
class CodeAdmin(MirrorAdmin):
    list_display = ["code", "name", "changed_at"]
    search_fields = ["code", "name"]
    ordering = ["code", "pk"]


@admin.register(Currency)
class CurrencyAdmin(CodeAdmin):
    list_display = ["code", "name", "decimal_places", "rounding_precision"]


@admin.register(ItemUnit)
class ItemUnitAdmin(MirrorAdmin):
    list_display = ["item_number", "unit", "per_base", "changed_at"]
    search_fields = ["item_number", "unit"]
    ordering = ["item_number", "unit", "pk"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(MirrorAdmin):
    list_display = ["currency", "starting_date", "exchange_amount", "relational_amount"]
    search_fields = ["currency"]
    ordering = ["currency", "-starting_date", "pk"]


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    list_display = ["name", "display_name", "ledger_currency"]
    ordering = ["name"]


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The book that the database keeps itself; nobody writes in it."""

    list_display = ["at", "actor", "what", "summary"]
    list_display_links = ["at"]
    list_filter = ["action", "table"]
    search_fields = ["actor", "table", "row"]
    search_help_text = "A person, a table or a row's id"
    ordering = ["-pk"]
    fields = ["at", "actor", "what", "in_full"]
    readonly_fields = ["what", "in_full"]

    @admin.display(description="what", ordering="table")
    def what(self, change: Change) -> str:
        name = TABLES.get(change.table, change.table.replace("_", " "))
        return f"{told(change).action} {name} {change.row}"

    @admin.display(description="old → new")
    def summary(self, change: Change) -> str:
        if change.action.lower() == "insert":
            return ""
        said = "; ".join(f"{field.name}: {field.old} → {field.new}" for field in field_changes(change))
        return said if len(said) <= SUMMARY else f"{said[: SUMMARY - 1]}…"

    @admin.display(description="old → new")
    def in_full(self, change: Change) -> str:
        lines = ((field.name, field.old, field.new) for field in field_changes(change))
        return format_html_join("", "<div>{}: {} → {}</div>", lines)

    def changes(self, record: Change) -> list[Told]:
        """A line of the book is its own history."""
        return [told(record)]

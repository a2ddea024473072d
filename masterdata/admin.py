"""Master data and the book of changes, to look at: Business Central owns the rows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import display

from .models import (
    Account,
    Change,
    Company,
    Currency,
    Dimension,
    DimensionValue,
    ExchangeRate,
    FixedAsset,
    Item,
    ItemCategory,
    ItemUnit,
    ItemVariant,
    Location,
    Mirror,
    PaymentTerms,
    Unit,
    Vendor,
)
from .ownership import REGISTERED
from .read_only import ACTS, ReadOnlyAdmin, Told, field_changes, told, who
from .wording import day

SUMMARY = 200
TABLES = {
    model._meta.db_table: str(model._meta.verbose_name)
    for model in apps.get_models(include_auto_created=True)
}

MODELS = {model._meta.db_table: model for model in apps.get_models()}

Filters = list[str | type[admin.SimpleListFilter]]


class PresenceFilter(admin.SimpleListFilter):
    title = "presence in BC"
    parameter_name = "presence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("present", "in BC"), ("deleted", "deleted in BC"), ("filtered", "left out by a filter")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "present":
            return queryset.filter(deleted_at=None)
        if self.value() == "deleted":
            return queryset.exclude(deleted_at=None)
        if self.value() == "filtered":
            return queryset.exclude(filtered_at=None)
        return queryset


class MirrorAdmin(ReadOnlyAdmin):
    """A mirror of BC: read here, changed there."""

    list_filter: Filters = [PresenceFilter]
    search_fields = ["number", "name"]
    ordering = ["number", "pk"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """A record that is offered to nobody any more stays in its list, and is marked there."""
        return [*super().get_list_display(request), "presence"]

    @display(description="blocked", label={"yes": "danger"}, ordering="blocked")
    def block(self, record: Any) -> tuple[str, str] | str:
        """Mark what is blocked: a column of crosses would be red where all is well."""
        return ("yes", "blocked") if record.blocked else ""

    @display(description="presence in BC", label={"deleted": "danger", "filtered": "warning"})
    def presence(self, record: Mirror) -> tuple[str, str] | str:
        if record.deleted_at:
            return "deleted", f"deleted, seen {day(record.deleted_at)}"
        return ("filtered", "left out by a filter") if record.filtered_at else ""

    def view_on_site(self, record: Mirror) -> str:
        """Lead to the record's own page: BC's value now, history, where it is used."""
        owned = next(each for each in REGISTERED.values() if each.model is type(record))
        return reverse("record", args=[owned.subject, record.pk])


@admin.register(Item)
class ItemAdmin(MirrorAdmin):
    list_display = ["number", "name", "type", "base_unit", "category", "unit_cost", "block", "changed_at"]
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
    list_display = ["number", "name", "category", "type", "direct_posting", "block"]
    list_filter = ["type", "blocked", PresenceFilter]


@admin.register(Unit, Location, ItemCategory, Dimension)
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


@admin.register(ItemVariant)
class ItemVariantAdmin(MirrorAdmin):
    list_display = ["item_number", "code", "name", "changed_at"]
    search_fields = ["item_number", "code", "name"]
    ordering = ["item_number", "code", "pk"]


@admin.register(PaymentTerms)
class PaymentTermsAdmin(CodeAdmin):
    list_display = ["code", "name", "due_date_formula", "discount_date_formula", "discount_percent"]


@admin.register(DimensionValue)
class DimensionValueAdmin(MirrorAdmin):
    list_display = ["dimension", "code", "name", "changed_at"]
    search_fields = ["dimension", "code", "name"]
    ordering = ["dimension", "code", "pk"]


@admin.register(FixedAsset)
class FixedAssetAdmin(MirrorAdmin):
    list_display = ["number", "name", "class_code", "location", "serial_number", "block"]
    list_filter = ["blocked", PresenceFilter]
    search_fields = ["number", "name", "serial_number"]


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    list_display = ["name", "display_name", "ledger_currency"]
    ordering = ["name"]


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The book that the database keeps itself; nobody writes in it."""

    list_display = ["at", "by", "what", "summary"]
    list_display_links = ["at"]
    list_filter = ["action", "table"]
    search_fields = ["actor", "table", "row"]
    search_help_text = "A person, a table or a row's id"
    ordering = ["-pk"]
    fields = ["at", "by", "what", "in_full"]
    readonly_fields = ["by", "what", "in_full"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Find the records of a page at once, a question for each table and not for each line."""
        page = super().get_changelist_instance(request)
        page.result_list = list(page.result_list)
        _find_records(page.result_list)
        return page

    @admin.display(description="who", ordering="actor")
    def by(self, change: Change) -> str:
        return who(change)

    @admin.display(description="what", ordering="table")
    def what(self, change: Change) -> str:
        """Name the record as its own page does; one that is gone has only its kind and id."""
        act = ACTS.get(change.action.lower(), change.action.lower())
        kind = TABLES.get(change.table, change.table.replace("_", " "))
        if not hasattr(change, "record"):
            _find_records([change])
        record = change.record  # type: ignore[attr-defined]
        if record is None:
            return f"{act} {kind} {change.row}"
        if type(record) not in self.admin_site._registry:
            return f"{act} {kind} {record}"
        address = reverse(
            f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
        )
        return format_html('{} {} <a href="{}">{}</a>', act, kind, address, record)

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


def _find_records(changes: list[Change]) -> None:
    """Give each change the record that it is about, or None where that is gone."""
    wanted: dict[str, set[Any]] = {}
    for change in changes:
        wanted.setdefault(change.table, set()).add(change.row)
    found: dict[tuple[str, Any], Any] = {}
    for table, rows in wanted.items():
        if model := MODELS.get(table):
            names = [field.name for field in model._meta.get_fields() if field.many_to_one and field.concrete]
            records = model._default_manager.select_related(*names).in_bulk([row for row in rows if row])
            found |= {(table, key): record for key, record in records.items()}
    for change in changes:
        change.record = found.get((change.table, change.row))  # type: ignore[attr-defined]

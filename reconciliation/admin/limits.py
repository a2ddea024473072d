"""The controller's limits to set, each change kept in history."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import DecimalField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from masterdata.read_only import RecordedHistory
from masterdata.wording import written
from reconciliation.models import ApprovalTier, MatchLevel, MatchOptions, ReleaseLimit, Tolerance


class TrimmedDecimalField(forms.DecimalField):
    """Shows 2 where the database keeps 2.0000."""

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, Decimal) else value


class PolicyAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """What a controller sets; every saved change is kept with its author."""

    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, DecimalField):
            kwargs["form_class"] = TrimmedDecimalField
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class MatchingPolicyAdmin(PolicyAdmin):
    """The draft of what the engine judges by; it counts when a second person has approved it."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._say_it_is_a_draft(request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self._say_it_is_a_draft(request)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        self._say_it_is_a_draft(request)

    def _say_it_is_a_draft(self, request: HttpRequest) -> None:
        told = format_html(
            'This is a draft: invoices are judged by it once it is proposed and approved, under <a href="{}">'
            "Matching rules</a>.",
            reverse("matching-rules"),
        )
        self.message_user(request, told)


@admin.register(Tolerance)
class ToleranceAdmin(MatchingPolicyAdmin):
    list_display = [
        "check_name",
        "scope",
        "above_percent",
        "above_amount",
        "above_quantity",
        "below_percent",
        "below_amount",
        "below",
        "combine",
    ]
    list_filter = ["check_name", "below"]
    search_fields = ["vendor_number", "item_number", "code"]
    ordering = ["check_name", "vendor_number", "item_number", "code"]
    fieldsets = [
        (None, {"fields": ["company", "check_name"]}),
        ("Scope: empty means any", {"fields": [("vendor_number", "item_number", "code")]}),
        (
            "Above: empty is no limit, zero is a limit of zero, none at all is not checked",
            {"fields": [("upper_percent", "upper_amount", "upper_quantity")]},
        ),
        ("Below", {"fields": [("lower_percent", "lower_amount", "lower_quantity"), "below"]}),
        ("Together", {"fields": ["combine"]}),
    ]

    @admin.display(description="for")
    def scope(self, tolerance: Tolerance) -> str:
        parts = [tolerance.vendor_number, tolerance.item_number, tolerance.code]
        return ", ".join(filter(None, parts)) or "all"

    @admin.display(description="percent above", ordering="upper_percent")
    def above_percent(self, tolerance: Tolerance) -> str:
        return _limit(tolerance.upper_percent)

    @admin.display(description="amount above", ordering="upper_amount")
    def above_amount(self, tolerance: Tolerance) -> str:
        return _limit(tolerance.upper_amount)

    @admin.display(description="quantity above", ordering="upper_quantity")
    def above_quantity(self, tolerance: Tolerance) -> str:
        return _limit(tolerance.upper_quantity)

    @admin.display(description="percent below", ordering="lower_percent")
    def below_percent(self, tolerance: Tolerance) -> str:
        return _limit(tolerance.lower_percent)

    @admin.display(description="amount below", ordering="lower_amount")
    def below_amount(self, tolerance: Tolerance) -> str:
        return _limit(tolerance.lower_amount)


def _limit(figure: Decimal | None) -> str:
    """Tell zero from what is not set."""
    return "no limit" if figure is None else written(figure)


@admin.register(MatchLevel)
class MatchLevelAdmin(MatchingPolicyAdmin):
    list_display = ["company", "vendor_number", "item_number", "level"]
    list_display_links = ["company", "level"]
    list_filter = ["level"]
    search_fields = ["vendor_number", "item_number"]
    list_select_related = ["company"]
    ordering = ["vendor_number", "item_number"]


@admin.register(MatchOptions)
class MatchOptionsAdmin(MatchingPolicyAdmin):
    list_display = [
        "company",
        "near_duplicate_days",
        "invoice_before_receipt",
        "invoice_before_order",
        "sample_percent",
    ]
    list_select_related = ["company"]
    ordering = ["company"]


@admin.register(ApprovalTier)
class ApprovalTierAdmin(PolicyAdmin):
    list_display = ["position", "group", "from_amount", "company"]
    list_display_links = ["position", "group"]
    list_select_related = ["group", "company"]
    ordering = ["company", "position"]

    @admin.display(description="signs what lets through more than", ordering="above")
    def from_amount(self, tier: ApprovalTier) -> str:
        return written(tier.above)


@admin.register(ReleaseLimit)
class ReleaseLimitAdmin(PolicyAdmin):
    list_display = ["group", "largest", "company"]
    list_select_related = ["group", "company"]
    ordering = ["group__name"]

    @admin.display(description="may release up to", ordering="amount")
    def largest(self, limit: ReleaseLimit) -> str:
        return written(limit.amount)

"""The clerk's records to look at, and the controller's limits to set, each change kept in history."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import DecimalField, Model, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from masterdata.models import Change
from masterdata.read_only import (
    LATEST,
    FieldChange,
    ReadOnlyAdmin,
    ReadOnlyInline,
    RecordedHistory,
    Told,
    told,
)
from masterdata.wording import written

from .models import (
    AssetNotice,
    DayTotal,
    Document,
    ExceptionCase,
    Finding,
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReturn,
    GoodsReturnLine,
    InventoryMovement,
    InventoryMovementLine,
    InvoiceCharge,
    InvoiceLine,
    MatchDecision,
    MatchLevel,
    MatchOptions,
    OrderChange,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseRequest,
    PurchaseRequestLine,
    ReceiptReversal,
    ReleaseLimit,
    Resolution,
    ServiceConfirmation,
    ServiceConfirmationLine,
    SupplierInvoice,
    Tolerance,
)

TONES = {
    "ready": "info",
    "posted": "success",
    "recorded": "info",
    "cancelled": "warning",
    "received": "info",
    "blocked": "danger",
    "rejected": "warning",
    "with_order": "info",
    "late": "warning",
    "superseded": "warning",
}


# Documents


class DocumentAdmin(ReadOnlyAdmin):
    """A document to look at; its status changes through the verbs of documents/."""

    ordering = ["-pk"]
    search_fields = ["number", "bc_number"]
    list_filter = ["status", "received_from"]
    exclude = ["content_hash"]

    def changes(self, record: Document) -> list[Told]:
        """Tell how the document came, what matching said of it, and when it was posted."""
        story = [Told(record.created_at, record.received_from, "recorded")]
        if isinstance(record, SupplierInvoice):
            story += [
                Told(decision.decided_at, "matching", f"judged: {decision.outcome}")
                for decision in record.decisions.only("decided_at", "outcome")
            ]
            if record.deleted_at:
                story.append(
                    Told(record.deleted_at, "the pull", "found the draft deleted in Business Central")
                )
        if record.posted_at:
            story.append(Told(record.posted_at, "Business Central", f"posted as {record.bc_number}"))
        return sorted(story, key=lambda line: line.at, reverse=True)

    @display(description="status", label=TONES, ordering="status")
    def state_of_affairs(self, document: Document) -> tuple[str, str]:
        return document.status, document.get_status_display()


def _lines(model_: type[Any], fields_: list[str], title: str, parent: str) -> type[ReadOnlyInline]:
    """Make the read-only rows of a document."""

    class Lines(ReadOnlyInline):
        model = model_
        fields = fields_
        verbose_name_plural = title
        fk_name = parent
        ordering = ["line"] if "line" in fields_ else ["pk"]

    return Lines


@admin.register(PurchaseRequest)
class PurchaseRequestAdmin(DocumentAdmin):
    list_display = ["number", "requested_by", "approved_by", "needed_by", "work_order", "state_of_affairs"]
    search_fields = ["number", "work_order"]
    inlines = [
        _lines(
            PurchaseRequestLine,
            ["line", "item", "description", "quantity", "unit", "estimated_unit_price", "currency"],
            "lines",
            "request",
        )
    ]


@admin.register(DayTotal)
class DayTotalAdmin(ReadOnlyAdmin):
    list_display = ["date", "kind", "count", "quantity", "amount", "currency", "received_from"]
    list_filter = ["date", "kind", "received_from"]
    ordering = ["-date", "kind"]


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(DocumentAdmin):
    list_display = [
        "number",
        "vendor_number",
        "order_date",
        "currency",
        "version",
        "state",
        "state_of_affairs",
        "bc_number",
    ]
    list_filter = ["status", "state", "received_from"]
    search_fields = ["number", "bc_number", "vendor_number", "purchase_request"]
    inlines = [
        _lines(
            PurchaseOrderLine,
            [
                "line",
                "item",
                "description",
                "quantity",
                "unit",
                "unit_price",
                "discount_percent",
                "expected_on",
                "cancelled",
            ],
            "lines",
            "order",
        ),
        _lines(
            OrderChange,
            ["kind", "version", "status", "reason", "received_from", "created_at", "posted_at"],
            "changes and cancellations",
            "order",
        ),
        _lines(OrderCharge, ["code", "amount"], "charges", "order"),
    ]


@admin.register(OrderChange)
class OrderChangeAdmin(DocumentAdmin):
    list_display = ["number", "kind", "version", "reason", "state_of_affairs", "bc_number"]
    list_filter = ["status", "kind", "received_from"]


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(DocumentAdmin):
    list_display = ["number", "order_number", "received_on", "received_by", "state_of_affairs", "bc_number"]
    search_fields = ["number", "order_number", "bc_number"]
    list_filter = ["status", "received_on"]
    list_select_related = True
    inlines = [
        _lines(
            GoodsReceiptLine,
            [
                "line",
                "order_line",
                "quantity_received",
                "quantity_accepted",
                "quantity_rejected",
                "reject_reason",
                "unit",
                "location",
            ],
            "lines",
            "receipt",
        )
    ]


@admin.register(ReceiptReversal)
class ReceiptReversalAdmin(DocumentAdmin):
    list_display = ["number", "receipt_number", "reversed_on", "reason", "state_of_affairs", "bc_number"]
    search_fields = ["number", "receipt_number", "bc_number"]


@admin.register(GoodsReturn)
class GoodsReturnAdmin(DocumentAdmin):
    list_display = ["number", "order_number", "returned_on", "reason", "state_of_affairs", "bc_number"]
    search_fields = ["number", "order_number", "bc_number"]
    inlines = [_lines(GoodsReturnLine, ["line", "order_line", "quantity", "unit"], "lines", "goods_return")]


@admin.register(AssetNotice)
class AssetNoticeAdmin(DocumentAdmin):
    list_display = [
        "number",
        "kind",
        "description",
        "serial_number",
        "told_at",
        "state_of_affairs",
        "bc_number",
    ]
    search_fields = ["number", "serial_number", "description", "bc_number"]
    list_filter = ["status", "kind"]


@admin.register(ServiceConfirmation)
class ServiceConfirmationAdmin(DocumentAdmin):
    list_display = ["number", "order_number", "confirmed_on", "confirmed_by", "accepted", "state_of_affairs"]
    search_fields = ["number", "order_number"]
    list_filter = ["status", "accepted"]
    inlines = [
        _lines(
            ServiceConfirmationLine,
            ["line", "order_line", "quantity", "unit", "amount"],
            "lines",
            "confirmation",
        )
    ]


@admin.register(InventoryMovement)
class InventoryMovementAdmin(DocumentAdmin):
    list_display = ["number", "kind", "posted_on", "work_order", "state_of_affairs", "bc_number"]
    search_fields = ["number", "work_order", "bc_number"]
    list_filter = ["status", "kind"]
    inlines = [
        _lines(
            InventoryMovementLine,
            ["line", "item", "quantity", "unit", "location", "account", "asset"],
            "lines",
            "movement",
        )
    ]


@admin.register(SupplierInvoice)
class SupplierInvoiceAdmin(DocumentAdmin):
    list_display = [
        "number",
        "vendor_name",
        "order_number",
        "invoice_date",
        "due_on",
        "total",
        "currency",
        "state_of_affairs",
        "bc_number",
    ]
    list_filter = ["status", "type", "origin", "match_due"]
    search_fields = ["number", "vendor_name", "vendor_number", "order_number", "bc_number"]
    inlines = [
        _lines(
            InvoiceLine,
            [
                "line",
                "order_number",
                "order_line",
                "item",
                "description",
                "quantity",
                "unit",
                "unit_price",
                "discount",
                "amount",
            ],
            "lines",
            "invoice",
        ),
        _lines(InvoiceCharge, ["code", "amount"], "charges", "invoice"),
    ]


# Judgements and cases


@admin.register(MatchDecision)
class MatchDecisionAdmin(ReadOnlyAdmin):
    list_display = ["invoice", "outcome", "engine", "decided_at"]
    list_filter = ["outcome", "engine"]
    search_fields = ["invoice__number"]
    list_select_related = ["invoice"]
    ordering = ["-pk"]
    fields = ["invoice", "outcome", "engine", "decided_at", "asked", "answered"]
    readonly_fields = ["asked", "answered"]

    @admin.display(description="question")
    def asked(self, decision: MatchDecision) -> str:
        return _pretty(decision.question)

    @admin.display(description="answer")
    def answered(self, decision: MatchDecision) -> str:
        return _pretty(decision.answer)


def _pretty(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text)


@admin.register(ExceptionCase)
class ExceptionCaseAdmin(ReadOnlyAdmin):
    """The desk has the screens to work on a case; here are its rows and its history."""

    list_display = ["invoice_number", "vendor_name", "code", "difference", "currency", "status", "owner"]
    list_filter = ["status", "code"]
    search_fields = ["invoice_number", "vendor_name", "order_number"]
    list_select_related = ["owner"]
    ordering = ["-pk"]
    inlines = [
        _lines(Finding, ["code", "sentence", "effect", "amount", "released"], "findings", "case"),
        _lines(Resolution, ["kind", "state", "by", "at", "reason", "decided_by"], "resolutions", "case"),
    ]


# Limits


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
            "Above: empty is no limit, zero is a limit of zero",
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
        return written(tolerance.upper_percent)

    @admin.display(description="amount above", ordering="upper_amount")
    def above_amount(self, tolerance: Tolerance) -> str:
        return written(tolerance.upper_amount)

    @admin.display(description="quantity above", ordering="upper_quantity")
    def above_quantity(self, tolerance: Tolerance) -> str:
        return written(tolerance.upper_quantity)

    @admin.display(description="percent below", ordering="lower_percent")
    def below_percent(self, tolerance: Tolerance) -> str:
        return written(tolerance.lower_percent)

    @admin.display(description="amount below", ordering="lower_amount")
    def below_amount(self, tolerance: Tolerance) -> str:
        return written(tolerance.lower_amount)


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
    list_display = ["company", "near_duplicate_days", "invoice_before_receipt"]
    list_select_related = ["company"]
    ordering = ["company"]


@admin.register(ReleaseLimit)
class ReleaseLimitAdmin(PolicyAdmin):
    list_display = ["group", "largest", "company"]
    list_select_related = ["group", "company"]
    ordering = ["group__name"]

    @admin.display(description="may release up to", ordering="amount")
    def largest(self, limit: ReleaseLimit) -> str:
        return written(limit.amount)


# People

# What is given to people: its word, its column and its table.
GIVEN_TO_PEOPLE: dict[str, tuple[str, str, type[Model]]] = {
    User.groups.through._meta.db_table: ("role", "group_id", Group),
    User.user_permissions.through._meta.db_table: ("permission", "permission_id", Permission),
}

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(RecordedHistory, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """People and their roles; a role is a group, and its permissions come from roles.py."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "email", "roles", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def changes(self, record: User) -> list[Told]:
        """Give the changes of a person, of their roles and of their own permissions, the newest first."""
        theirs = Q(old__user_id=record.pk) | Q(new__user_id=record.pk)
        found = Change.objects.filter(
            Q(table=self.opts.db_table, row=record.pk) | Q(theirs, table__in=GIVEN_TO_PEOPLE)
        )
        return [_told_of_person(change) for change in found.order_by("-pk")[:LATEST]]


def _told_of_person(change: Change) -> Told:
    """Name the role or the permission that was given or taken."""
    if change.table not in GIVEN_TO_PEOPLE:
        return told(change)
    word, column, model = GIVEN_TO_PEOPLE[change.table]
    key = (change.new or change.old or {})[column]
    name = str(model._default_manager.filter(pk=key).first() or f"{word} {key}, which is gone")
    given = FieldChange(word, "–", name) if change.new else FieldChange(word, name, "–")
    return replace(told(change), fields=[given])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass

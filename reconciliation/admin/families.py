"""The controller's table of vendors that belong together: one person proposes, another approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reconciliation import families
from reconciliation.models import VendorFamily

from .limits import PolicyAdmin

FIELDS = ["company", "vendor_number", "head"]
SAID = ["state", "proposed_by", "approved_by", "end_proposed_by"]


@admin.register(VendorFamily)
class VendorFamilyAdmin(PolicyAdmin):
    list_display = ["vendor_number", "head", "company", *SAID[:3]]
    list_select_related = ["company", "proposed_by", "approved_by"]
    list_filter = ["company", "state"]
    search_fields = ["vendor_number", "head"]
    ordering = ["company", "head", "vendor_number"]
    fields = [*FIELDS, *SAID]
    actions = ["approve", "propose_end"]

    def get_readonly_fields(self, request: HttpRequest, obj: VendorFamily | None = None) -> Sequence[str]:
        """A membership is not edited: it is ended, and another one is proposed."""
        return [*FIELDS, *SAID] if obj else SAID

    def has_delete_permission(self, request: HttpRequest, obj: VendorFamily | None = None) -> bool:
        return False

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("reconciliation.approve_vendorfamily"))

    def save_model(self, request: HttpRequest, obj: VendorFamily, form: Any, change: bool) -> None:
        if not change:
            families.propose(obj, by=request.user)  # type: ignore[arg-type]
            self.message_user(request, f"{obj}: proposed. It counts when somebody else approves it.")

    @admin.action(description="Approve what is proposed", permissions=["approve"])
    def approve(self, request: HttpRequest, queryset: QuerySet[VendorFamily]) -> None:
        count, refused = 0, ""
        for row in queryset:
            try:
                count += families.approve(row, by=request.user)  # type: ignore[arg-type]
            except families.NotTwoPersons as error:
                refused = str(error)
        if refused:
            self.message_user(request, refused, "error")
        self.message_user(request, f"{count or 'No'} open invoice{'s' * (count != 1)} will be matched again.")

    @admin.action(description="Propose to end it", permissions=["change"])
    def propose_end(self, request: HttpRequest, queryset: QuerySet[VendorFamily]) -> None:
        gone = sum(families.propose_end(row, by=request.user) for row in queryset)  # type: ignore[arg-type]
        text = f"{gone} taken back that nobody had approved; the others end when somebody else approves it."
        self.message_user(request, text)

"""The controller's table of vendors that belong together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reconciliation import families
from reconciliation.models import VendorFamily

from .limits import PolicyAdmin


@admin.register(VendorFamily)
class VendorFamilyAdmin(PolicyAdmin):
    list_display = ["vendor_number", "head", "company"]
    list_select_related = ["company"]
    list_filter = ["company"]
    search_fields = ["vendor_number", "head"]
    ordering = ["company", "head", "vendor_number"]

    def save_model(self, request: HttpRequest, obj: VendorFamily, form: Any, change: bool) -> None:
        before = list(VendorFamily.objects.filter(pk=obj.pk))
        super().save_model(request, obj, form, change)
        self._judge_again(request, [*before, obj])

    def delete_model(self, request: HttpRequest, obj: VendorFamily) -> None:
        super().delete_model(request, obj)
        self._judge_again(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[VendorFamily]) -> None:
        gone = list(queryset.select_related("company"))
        super().delete_queryset(request, queryset)
        self._judge_again(request, gone)

    def _judge_again(self, request: HttpRequest, rows: Iterable[VendorFamily]) -> None:
        count = sum(families.judge_again(row.company, {row.head, row.vendor_number}) for row in rows)
        self.message_user(request, f"{count or 'No'} open invoice{'s' * (count != 1)} will be matched again.")

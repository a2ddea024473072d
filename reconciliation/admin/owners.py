"""The controller's table of first owners: whose task an exception becomes, by its reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from reconciliation.models import FirstOwner
from reconciliation.people import called
from reconciliation.views.reasons import REASONS, reason

from .limits import PolicyAdmin

CHOICES = [("", "every other reason"), *((row.code, row.label) for row in REASONS.values())]


@admin.register(FirstOwner)
class FirstOwnerAdmin(PolicyAdmin):
    list_display = ["of_reason", "goes_to", "company"]
    list_display_links = ["of_reason", "goes_to"]
    list_select_related = ["group", "person", "company"]
    list_filter = ["company", "group"]
    ordering = ["company", "code"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "code":
            kwargs["widget"] = forms.Select(choices=CHOICES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="reason", ordering="code")
    def of_reason(self, row: FirstOwner) -> str:
        return str(reason(row.code).label) if row.code else "every other reason"

    @admin.display(description="first owner")
    def goes_to(self, row: FirstOwner) -> str:
        if row.person:
            return called(row.person)
        return f"whoever is {row.group}"

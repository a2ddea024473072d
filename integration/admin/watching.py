"""The morning mail of each company, and by when each flow is expected to have moved."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from integration.models import Expectation, MorningMail
from masterdata.read_only import RecordedHistory


@admin.register(MorningMail)
class MorningMailAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """None is removed: one that is not wanted is switched off, so that the set-up does not add it again."""

    list_display = ["company", "channel", "at", "time_zone", "enabled"]
    list_select_related = ["company", "channel"]
    ordering = ["company"]

    def has_delete_permission(self, request: HttpRequest, obj: MorningMail | None = None) -> bool:
        return False


@admin.register(Expectation)
class ExpectationAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """None is removed: one that is not wanted is switched off, so that the set-up does not add it again."""

    list_display = ["name", "flow", "by", "days", "hours", "company", "enabled"]
    list_select_related = ["company"]
    list_filter = ["flow", "enabled"]
    ordering = ["by", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: Expectation | None = None) -> bool:
        return False

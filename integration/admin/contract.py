"""The contract with Business Central: what works with this tenant, and what it lacks; a book to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from integration.contract import checking
from integration.contract.features import FEATURES
from integration.models import ContractFinding, ContractReading
from masterdata.read_only import ReadOnlyAdmin

TONES = {"paused": "danger", "works with a limit": "warning", "mended": "success"}


@admin.register(ContractFinding)
class ContractFindingAdmin(ReadOnlyAdmin):
    list_display = ["sentence", "state_of_affairs", "what", "successor", "found_at", "resolved_at"]
    list_filter = ["pauses", "kind", ("resolved_at", admin.EmptyFieldListFilter)]
    search_fields = ["entity_set", "name", "mapping", "sentence"]
    search_help_text = "A name in Business Central, or a mapping"
    ordering = [F("resolved_at").desc(nulls_first=True), "-pk"]
    list_before_template = "integration/contract.html"

    @display(description="state", label=TONES)
    def state_of_affairs(self, finding: ContractFinding) -> str:
        if finding.resolved_at:
            return "mended"
        return "paused" if finding.pauses else "works with a limit"

    @display(description="what")
    def what(self, finding: ContractFinding) -> str:
        feature = FEATURES.get(finding.feature)
        return feature.title if feature else finding.feature

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": "Contract with Business Central", "checked": checking.current()}
        return super().changelist_view(request, context | (extra_context or {}))  # type: ignore[no-any-return]


@admin.register(ContractReading)
class ContractReadingAdmin(ReadOnlyAdmin):
    list_display = ["level", "expects_app", "first_seen_at", "last_seen_at", "what_changed"]
    fields = ["level", "expects_app", "first_seen_at", "last_seen_at", "what_changed"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("offered")

    @display(description="what changed")
    def what_changed(self, reading: ContractReading) -> str:
        return " ".join(reading.changes)

"""What matching decided and the cases it opened, to look at."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from masterdata.read_only import ReadOnlyAdmin
from reconciliation.models import ExceptionCase, Finding, MatchDecision, Resolution

from .rows import lines


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
        lines(Finding, ["code", "sentence", "effect", "amount", "released"], "findings", "case"),
        lines(Resolution, ["kind", "state", "by", "at", "reason", "decided_by"], "resolutions", "case"),
    ]

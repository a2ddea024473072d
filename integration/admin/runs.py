"""Pulls from Business Central: what each run did, and a button for one more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from integration.models import SyncIssue, SyncRun, SyncState
from integration.views.pulling import PULLS
from masterdata.read_only import ReadOnlyAdmin, ReadOnlyInline
from reconciliation.roles import PULL

TONES = {"running": "info", "done": "success", "failed": "danger"}


class IssueInline(ReadOnlyInline):
    model = SyncIssue
    fields = ["record", "reason"]
    verbose_name_plural = "Records that could not be taken over"


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = [
        "entity",
        "kind",
        "state_of_affairs",
        "started_at",
        "finished_at",
        "rows_read",
        "rows_new",
        "rows_changed",
        "rows_unchanged",
        "rows_deleted",
        "rows_failed",
    ]
    list_filter = ["state", "entity", "kind"]
    ordering = ["-pk"]
    inlines = [IssueInline]
    list_before_template = "integration/pull_now.html"

    @display(description="state", label=TONES, ordering="state")
    def state_of_affairs(self, run: SyncRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may = request.user.has_perm(PULL)
        context = {"pulls": PULLS if may else {}}
        return super().changelist_view(request, context | (extra_context or {}))  # type: ignore[no-any-return]


@admin.register(SyncState)
class SyncStateAdmin(ReadOnlyAdmin):
    list_display = ["entity", "company", "watermark"]
    list_select_related = ["company"]
    ordering = ["entity"]

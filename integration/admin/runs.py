"""Pulls from Business Central: what each run did, and a button for one more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from integration import sync, timetable
from integration.models import SyncIssue, SyncRun, SyncState
from integration.views import progress
from integration.views.pulling import PULLS
from masterdata.read_only import ReadOnlyAdmin, ReadOnlyInline
from reconciliation.roles import PULL

TONES = {"running": "info", "done": "success", "failed": "danger", "stopped": "warning"}


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
        "rows_filtered",
        "rows_waiting",
        "rows_deleted",
        "rows_failed",
    ]
    list_filter = ["state", "entity", "kind"]
    ordering = ["-pk"]
    inlines = [IssueInline]
    list_before_template = "integration/pull_now.html"
    change_form_outer_before_template = "integration/run_page.html"
    fields = ["entity", "kind", "state", "started_at", "finished_at", "heard_at", "resumes", "why_it_ended"]

    @display(description="state", label=TONES, ordering="state")
    def state_of_affairs(self, run: SyncRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @admin.display(description="why it ended")
    def why_it_ended(self, run: SyncRun) -> str:
        """Tell an error, or who stopped it; a run that went through has nothing to tell."""
        return run.error

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what runs at the moment, when the clock pulls next, and the buttons for one more."""
        may = request.user.has_perm(PULL)
        context = {
            "running": progress.all_running(request),
            "turns": timetable.turns(now=timezone.now()),
            "pulls": PULLS if may else {},
            "lists": sync.ENTITIES,
        }
        return super().changelist_view(request, context | (extra_context or {}))  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context = {
            "shown": progress.shown(request, run) if run else None,
            "may_stop": request.user.has_perm(PULL),
        }
        return super().change_view(  # type: ignore[no-any-return]
            request, object_id, form_url, context | (extra_context or {})
        )


@admin.register(SyncState)
class SyncStateAdmin(ReadOnlyAdmin):
    list_display = ["entity", "company", "watermark"]
    list_select_related = ["company"]
    ordering = ["entity"]

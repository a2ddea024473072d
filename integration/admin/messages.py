"""Messages to Business Central, to look at and to find; what can be done is on each one's own page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from unfold.decorators import display

from integration.models import Message
from masterdata.read_only import ReadOnlyAdmin
from reconciliation.roles import REPLAY
from reconciliation.row_keys import row_key

TONES = {
    "ready": "info",
    "claimed": "info",
    "sending": "info",
    "verifying": "warning",
    "waiting": "warning",
    "done": "success",
    "dead": "danger",
    "rejected": "danger",
}


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = [
        "document_number",
        "document_kind",
        "state_of_affairs",
        "attempts",
        "what_is_wrong",
        "next_attempt_at",
        "bc_number",
        "created_at",
    ]
    list_filter = ["state", "document_kind", "created_at"]
    search_fields = ["document_number", "bc_number", "dedupe_key", "error_code"]
    search_help_text = "A document's number here or in BC, or an error code"
    ordering = ["-pk"]
    actions = ["retry_selected"]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(REPLAY)

    @display(description="state", label=TONES, ordering="state")
    def state_of_affairs(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    @admin.display(description="what is wrong")
    def what_is_wrong(self, message: Message) -> str:
        said = message.error or message.waiting_for
        return said if len(said) <= 120 else f"{said[:119]}…"

    @admin.action(description="Retry the selected messages…", permissions=["replay"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Show the selected ones among the dead letters, where a reason is asked for."""
        keys = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[:500])
        return HttpResponseRedirect(f"{reverse('stuck-messages')}?{urlencode({'ids': keys})}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A message has one page: the desk's."""
        pk = row_key(object_id)
        if not self.has_view_permission(request) or pk is None:
            return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        return redirect("message", pk=pk)

"""Records that could not be mirrored yet: why, since when, and one more try."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from integration.models import HeldRecord
from integration.views.asking import ask
from masterdata.read_only import ReadOnlyAdmin
from reconciliation.roles import PULL

TONES = {"failed": "danger", "waiting": "warning"}


@admin.register(HeldRecord)
class HeldRecordAdmin(ReadOnlyAdmin):
    list_display = ["record", "entity", "because", "reason", "since", "tried_at"]
    list_filter = ["entity", "why", "company"]
    search_fields = ["record", "reason"]
    search_help_text = "A number or code, or what it waits for"
    ordering = ["entity", "since", "pk"]
    actions = ["try_again"]

    def has_pull_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PULL)

    @display(description="why", label=TONES, ordering="why")
    def because(self, record: HeldRecord) -> tuple[str, str]:
        return record.why, record.get_why_display()

    @admin.action(description="Try again now", permissions=["pull"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Pull just these records; those that fit are held no longer."""
        from integration.tasks import pull_records

        chosen = queryset.order_by("entity", "pk").values_list("entity", "bc_id")
        for entity, rows in groupby(chosen, key=lambda row: row[0]):
            ids = [str(bc_id) for _, bc_id in rows]
            said = (
                f"Trying {len(ids)} of the {entity} again. What fits leaves this list; see their run "
                "under Sync runs."
            )
            if not ask(request, pull_records, {"entity": entity, "ids": ids}, said=said):
                return

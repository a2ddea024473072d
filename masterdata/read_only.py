"""Admin pages for what people may look at and machines write; their history is the database's own book."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin, TabularInline

from .models import Change

LATEST = 200
ACTS = {"insert": "added", "update": "changed", "delete": "removed"}
UNTOLD = {"id", "row_hash", "content_hash", "changed_at"}


@dataclass(frozen=True)
class FieldChange:
    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Told:
    """One line of a record's history: who did what, when, and each field old → new."""

    at: datetime.datetime
    actor: str
    action: str
    fields: list[FieldChange] = field(default_factory=list)


class RecordedHistory:
    """A record's history as the database itself wrote it down, whoever changed the row and however."""

    opts: Any
    admin_site: Any
    get_object: Any
    has_view_permission: Any

    def changes(self, record: Any) -> list[Told]:
        """Give the changes of a record, the newest first."""
        found = Change.objects.filter(table=self.opts.db_table, row=record.pk).order_by("-pk")[:LATEST]
        return [told(change) for change in found]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what, when, and from what to what; there is nothing to press."""
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record}",
            "opts": self.opts,
            "object": record,
            "changes": self.changes(record),
        }
        return TemplateResponse(request, "admin/record_history.html", context | (extra_context or {}))


class ReadOnlyAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """A table to look at; change comes from elsewhere."""

    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    actions: list[str] | None = None
    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows of a record to look at."""

    extra = 0
    can_delete = False
    show_change_link = False
    tab = False
    hide_title = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def told(change: Change) -> Told:
    """Put a change of the book into words."""
    action = ACTS.get(change.action.lower(), change.action.lower())
    return Told(change.at, change.actor or "unknown", action, field_changes(change))


def field_changes(change: Change) -> list[FieldChange]:
    """Tell each field that differs, as it was and as it became."""
    old, new = change.old or {}, change.new or {}
    return [
        FieldChange(name.replace("_", " "), _written(old.get(name)), _written(new.get(name)))
        for name in dict.fromkeys([*old, *new])
        if name not in UNTOLD and old.get(name) != new.get(name)
    ]


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "–" if value in (None, "") else str(value)

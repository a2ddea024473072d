"""Admin pages for what people may look at and machines write; their history is the database's own book."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, DateTimeField, DecimalField, Field
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date, parse_datetime
from unfold.admin import ModelAdmin, TabularInline

from .models import Change
from .wording import written

LATEST = 200
MONEY_PLACES = 8  # what our columns of money keep; quantities keep five
ACTS = {"insert": "added", "update": "changed", "delete": "removed"}
MACHINES = {"worker": "worker:", "command": "command:", "sync": "pull of"}
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


class TrimmedNumbers:
    """Lists and rows write 2,232.00 where the database keeps 2232.00000000, and 2 where it keeps 2.00000."""

    model: Any

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._trimmed(name) for name in super().get_list_display(request)]  # type: ignore[misc]

    def _trimmed(self, name: Any) -> Any:
        columns = {each.name: each for each in self.model._meta.fields if isinstance(each, DecimalField)}
        if name not in columns:
            return name
        column = columns[name]

        @admin.display(description=column.verbose_name, ordering=name)
        def trimmed(record: Any) -> str:
            return number(getattr(record, name), 2 if column.decimal_places == MONEY_PLACES else 0)

        return trimmed


def number(value: Decimal | None, least_places: int = 0) -> str:
    """Write a number without idle zeros, money with its cents."""
    if value is None:
        return "–"
    exponent = value.normalize().as_tuple().exponent
    places = max(least_places, -exponent if isinstance(exponent, int) else 0)
    return f"{value:,.{places}f}"


class ReadOnlyAdmin(TrimmedNumbers, RecordedHistory, ModelAdmin):  # type: ignore[misc]
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
    return Told(change.at, who(change), action, field_changes(change))


def who(change: Change) -> str:
    """Name who was at work: a person as they sign in, our machines in words."""
    name = change.actor or "unknown"
    if name.startswith("database user "):
        return f"set-up, or someone in the database as {name.removeprefix('database user ')}"
    machine, _, work = name.partition(" ")
    work, _, run = work.partition(" run ")
    work = f"{work}, run {run}" if run else work
    doing = MACHINES.get(machine, "") if work else ""
    return f"{doing} {work.replace('_', ' ')}" if doing else name


def field_changes(change: Change) -> list[FieldChange]:
    """Tell each field that differs, as it was and as it became."""
    old, new = change.old or {}, change.new or {}
    columns = _columns(change.table)
    return [
        _field_change(columns.get(name), name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if name not in UNTOLD and old.get(name) != new.get(name)
    ]


@cache
def _columns(table: str) -> dict[str, Field[Any, Any]]:
    models = apps.get_models(include_auto_created=True)
    return {
        str(column.column): column
        for model in models
        if model._meta.db_table == table
        for column in model._meta.concrete_fields
    }


def _field_change(column: Field[Any, Any] | None, name: str, old: Any, new: Any) -> FieldChange:
    """Tell one field; the book may know columns that are gone from the model."""
    if column is None:
        return FieldChange(name.replace("_", " "), written(old), written(new))
    return FieldChange(str(column.verbose_name), _in_words(column, old), _in_words(column, new))


def _in_words(column: Field[Any, Any], value: Any) -> str:
    """Write what the book keeps as JSON: choices in their words, days and moments as everywhere else."""
    if isinstance(value, str):
        if column.flatchoices:
            value = dict(column.flatchoices).get(value, value)
        elif isinstance(column, DateTimeField):
            value = parse_datetime(value) or value
        elif isinstance(column, DateField):
            value = parse_date(value) or value
    return written(value)

"""Filters: what an administrator lets into a mirror, one condition a row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from integration.models import MirrorFilter
from integration.sync import filters
from integration.sync.entities import ENTITIES
from masterdata.models import Company, own_fields
from masterdata.read_only import RecordedHistory, Told

from .edits import told

LATEST = 200
BOOLEANS = {"yes", "no"}


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            entity.name,
            [
                (f"{entity.name}.{field.name}", f"{entity.name}: {field.verbose_name}")
                for field in own_fields(entity.model)
            ],
        )
        for entity in ENTITIES.values()
    ]


class FilterForm(forms.ModelForm):  # type: ignore[type-arg]
    """One condition; its list and field are chosen together."""

    what = forms.ChoiceField(
        choices=_choices,
        widget=UnfoldAdminSelectWidget,
        label="Field",
        help_text="A record is mirrored when all conditions of its list hold",
    )

    class Meta:
        model = MirrorFilter
        fields = ["company", "what", "comparison", "values", "enabled", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["what"].initial = f"{self.instance.entity}.{self.instance.field}"
        elif Company.objects.count() == 1:
            self.fields["company"].initial = Company.objects.get()

    def clean(self) -> dict[str, Any]:
        """Try the condition out, so that no run stumbles over it."""
        cleaned = super().clean() or self.cleaned_data
        row = self.instance
        row.entity, _, row.field = cleaned.get("what", "").partition(".")
        row.values = cleaned.get("values", "")
        if not row.entity or not row.wanted:
            return cleaned
        (field,) = (each for each in own_fields(ENTITIES[row.entity].model) if each.name == row.field)
        if isinstance(field, BooleanField) and not {each.casefold() for each in row.wanted} <= BOOLEANS:
            self.add_error("values", "Write yes or no.")
        try:
            condition = filters.Condition(row.field, cleaned.get("comparison", ""), tuple(row.wanted))
            condition.holds(field.to_python(EXAMPLES.get(field.get_internal_type(), "")))
        except filters.NoComparison as exc:
            self.add_error("values", exc.sentence)
        return cleaned


EXAMPLES = {"DateField": "2026-01-31", "DecimalField": "1", "BooleanField": False}


@admin.register(MirrorFilter)
class MirrorFilterAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    form = FilterForm
    list_display = ["entity", "condition", "enabled", "note"]
    list_display_links = ["entity", "condition"]
    list_filter = ["entity", "enabled"]
    list_fullwidth = True
    ordering = ["entity", "field", "pk"]
    fields = ["company", "what", "comparison", "values", "enabled", "note"]
    warn_unsaved_form = True

    @admin.display(description="lets in what")
    def condition(self, row: MirrorFilter) -> str:
        return str(filters.Condition(row.field, row.comparison, tuple(row.wanted)))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if self.has_change_permission(request, obj) else ["entity", "field"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return list(self.fields)
        return ["company", "entity", "field", "comparison", "values", "enabled", "note"]

    def save_model(self, request: HttpRequest, obj: MirrorFilter, form: Any, change: bool) -> None:
        filters.save(obj)
        self.message_user(request, filters.consequence(obj))

    def delete_model(self, request: HttpRequest, obj: MirrorFilter) -> None:
        filters.delete(obj)
        self.message_user(request, filters.consequence(obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def changes(self, record: MirrorFilter) -> list[Told]:
        entries = record.history.select_related("history_user").order_by("-history_date")[:LATEST]
        return [told(entry, "the condition") for entry in entries]

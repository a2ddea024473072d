"""Field mappings: the rows an administrator edits; every saved change is a new version, with its author."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from integration import mapping
from integration.contract import checking
from integration.mapping import trial
from integration.models import FieldMapping, FieldMappingRow
from masterdata.read_only import RecordedHistory, Told

from .edits import told

LATEST = 200


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """One row; its parameters are tried out before they are saved."""

    transform = forms.ChoiceField(
        choices=[(name, name) for name in mapping.TRANSFORMS],
        widget=UnfoldAdminSelectWidget,
        help_text="What happens to the value on its way",
    )

    class Meta:
        model = FieldMappingRow
        fields = [
            "position",
            "source",
            "transform",
            "parameters",
            "target",
            "default",
            "required",
            "enabled",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name each cell by its column and row: the table's heads are no labels to a screen reader."""
        super().__init__(*args, **kwargs)
        row = self.instance.target or "a new field"
        for name, cell in self.fields.items():
            cell.widget.attrs["aria-label"] = f"{cell.label or name} of {row}"

    def clean_target(self) -> str:
        target = str(self.cleaned_data["target"]).strip()
        if problem := trial.problem_with_target(target, self._mapping("target")):
            raise forms.ValidationError(problem)
        return target

    def clean(self) -> dict[str, Any]:
        row = super().clean() or self.cleaned_data
        transform = row.get("transform", "")
        if "parameters" in row:
            row["parameters"] = {} if row["parameters"] is None else row["parameters"]
            if problem := trial.problem_with_parameters(transform, row["parameters"]):
                self.add_error("parameters", problem)
        source, default = row.get("source", ""), row.get("default", "")
        if problem := trial.problem_with_source(source, transform, default, self._mapping("source")):
            self.add_error("source", problem)
        return row

    def _mapping(self, side: str) -> str:
        """Give our form, or BC's entity set, of the mapping that this row belongs to."""
        owner = self.instance.mapping if self.instance.mapping_id else None
        return str(getattr(owner, side, ""))


class RowInline(TabularInline):  # type: ignore[misc]
    model = FieldMappingRow
    form = RowForm
    extra = 0
    ordering = ["position", "pk"]
    verbose_name = "field"
    verbose_name_plural = "Fields"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "parameters":
            found.widget.attrs |= {"rows": 2, "cols": 24}
        return found


@admin.register(FieldMapping)
class FieldMappingAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """The shipped mappings; couriers know them by name, so none is added or removed here."""

    list_display = ["name", "source", "target", "version", "note"]
    list_fullwidth = True
    search_fields = ["name", "target", "rows__target", "rows__source"]
    search_help_text = "A mapping, or a field on either side"
    ordering = ["name"]
    fields = ["name", "source", "target", "version", "note"]
    readonly_fields = ["name", "source", "target", "version"]
    inlines = [RowInline]
    warn_unsaved_form = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FieldMapping | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: FieldMapping, form: Any, change: bool) -> None:
        """Wait for the rows: mapping and rows become one version."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rows, and count a new version when anything has changed."""
        super().save_related(request, form, formsets, change)
        if not form.has_changed() and not any(formset.has_changed() for formset in formsets):
            return
        note = form.instance.note
        version = mapping.publish(form.instance)
        form.instance.note = note
        form.instance.save(update_fields=["note"])
        checked = checking.rejudge()
        self.message_user(
            request,
            f"This is version {version} now. The next message to be built uses it; others keep theirs.",
        )
        for finding in checked.findings if checked else ():
            if finding.mapping == form.instance.name:
                self.message_user(request, finding.sentence, messages.WARNING)

    def changes(self, record: FieldMapping) -> list[Told]:
        """Give the changes of a mapping and of its rows, the newest first."""
        rows = FieldMappingRow.history.filter(mapping_id=record.pk)
        entries = [
            *record.history.select_related("history_user").order_by("-history_date")[:LATEST],
            *rows.select_related("history_user").order_by("-history_date", "-history_id")[:LATEST],
        ]
        entries.sort(key=lambda entry: entry.history_date, reverse=True)
        return [_told(entry) for entry in entries[:LATEST]]


def _told(entry: Any) -> Told:
    is_row = hasattr(entry, "transform")
    return told(entry, f"{entry.source or 'constant'} → {entry.target}" if is_row else "the mapping")

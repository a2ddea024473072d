"""What came in from the CAFM, and the keys it comes in with."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from integration.cafm import auth
from integration.models import ApiKey, InboxEvent
from integration.redaction import masked
from masterdata.models import Company
from masterdata.ownership import MIRRORED
from masterdata.read_only import ReadOnlyAdmin, RecordedHistory


@admin.register(InboxEvent)
class InboxEventAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "type", "source", "occurred_at", "received_at", "document_kind", "note"]
    list_filter = ["type", "source", "received_at"]
    search_fields = ["event_id"]
    ordering = ["-pk"]
    fields = [
        "event_id",
        "type",
        "source",
        "occurred_at",
        "received_at",
        "received_with",
        "document_kind",
        "note",
        "written",
    ]
    readonly_fields = ["written"]

    @admin.display(description="body, secrets hidden")
    def written(self, event: InboxEvent) -> str:
        text = json.dumps(masked(event.body), indent=2, ensure_ascii=False, default=str)
        return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[ApiKey.Scope.EVENTS, ApiKey.Scope.MASTERDATA],
    )
    lists = forms.MultipleChoiceField(
        choices=[(name, name.replace("-", " ")) for name in MIRRORED],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Master lists this key may read; none means all",
    )
    sources = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Event sources this key may send, with commas between; empty means any",
    )

    class Meta:
        model = ApiKey
        fields = ["company", "name", "scopes", "lists", "sources", "expires_at", "entra_client_id"]

    def clean_sources(self) -> list[str]:
        return [source.strip() for source in self.cleaned_data["sources"].split(",") if source.strip()]


@admin.register(ApiKey)
class ApiKeyAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """Keys are made here and shown once; afterwards they can only be revoked."""

    form = ApiKeyForm
    list_display = ["name", "prefix", "state_of_affairs", "company", "may", "created_at", "expires_at"]
    list_select_related = ["company"]
    list_fullwidth = True
    search_fields = ["name", "prefix"]
    ordering = ["-pk"]
    actions = ["replace", "revoke"]

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        if obj is None:
            return ["company", "name", "scopes", "lists", "sources", "expires_at", "entra_client_id"]
        return self.get_readonly_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        if obj is None:
            return []
        return [
            "company",
            "name",
            "prefix",
            "may",
            "of_lists",
            "for_sources",
            "created_at",
            "created_by",
            "expires_at",
            "revoked_at",
            "entra_client_id",
        ]

    @display(description="state", label={"valid": "success", "expired": "warning", "revoked": "danger"})
    def state_of_affairs(self, key: ApiKey) -> str:
        if key.revoked_at:
            return "revoked"
        return "expired" if key.expires_at and key.expires_at <= timezone.now() else "valid"

    @admin.display(description="may")
    def may(self, key: ApiKey) -> str:
        words = dict(ApiKey.Scope.choices)
        return ", ".join(str(words.get(scope, scope)) for scope in key.scopes)

    @admin.display(description="lists")
    def of_lists(self, key: ApiKey) -> str:
        return ", ".join(key.lists) or "all"

    @admin.display(description="for")
    def for_sources(self, key: ApiKey) -> str:
        return ", ".join(key.sources) or "any source"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most houses have one company; then there is nothing to choose."""
        companies = list(Company.objects.values_list("pk", flat=True)[:2])
        return {"company": companies[0]} if len(companies) == 1 else {}

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Issue the key; an existing one has nothing to save."""
        if change:
            return
        given = form.cleaned_data
        by: Any = request.user
        rights = (given["scopes"], given["sources"], given["lists"], by)
        if given["entra_client_id"]:
            key, secret = auth.admit(given["company"], given["name"], given["entra_client_id"], *rights), ""
        else:
            key, secret = auth.issue(given["company"], given["name"], *rights)
        if given["expires_at"]:
            ApiKey.objects.filter(pk=key.pk).update(expires_at=given["expires_at"])
        obj.pk, obj.prefix = key.pk, key.prefix
        request.issued_secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        """Show the secret, this one time, and keep it out of every store."""
        if not request.issued_secret:  # type: ignore[attr-defined]
            self.message_user(request, f"{obj.name} comes in by its tokens of Entra ID from now on.")
            return HttpResponseRedirect(reverse("admin:integration_apikey_changelist"))
        return self._shown_once(request, obj.name, request.issued_secret)  # type: ignore[attr-defined]

    def _shown_once(self, request: HttpRequest, name: str, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Key for {name}",
            "opts": self.opts,
            "secret": secret,
        }
        response = TemplateResponse(request, "admin/api_key_issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description="Replace the selected key; both are good for a day", permissions=["change"])
    def replace(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        keys = list(queryset[:2])
        if len(keys) != 1:
            self.message_user(request, "Choose one key: its successor is shown once.", messages.WARNING)
            return None
        by: Any = request.user
        try:
            successor, secret = auth.rotate(keys[0], by=by)
        except ValueError as error:
            self.message_user(request, str(error), messages.WARNING)
            return None
        return self._shown_once(request, successor.name, secret)

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} revoked. Whoever uses such a key is refused from now on.")

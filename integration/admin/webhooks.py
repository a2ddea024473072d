"""Webhooks to the CAFM: set up here, their secret shown once, with what was told last and what went wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminURLInputWidget

from integration import webhooks
from integration.errors import ConfigurationError
from integration.models import ApiKey, Webhook, WebhookMessage
from masterdata.ownership import MIRRORED
from masterdata.read_only import FieldChange, ReadOnlyAdmin, RecordedHistory, Told

ACTS = {"+": "added", "~": "changed", "-": "removed"}
TONES = {"told": "success", "waits": "info", "failing": "warning", "stopped": "danger", "off": "default"}
LISTS = [(name, name.replace("-", " ")) for name in MIRRORED]
State = WebhookMessage.State


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    url = forms.URLField(
        label="Address",
        assume_scheme="https",
        max_length=500,
        widget=UnfoldAdminURLInputWidget,
        help_text="An https address that takes POST",
    )
    lists = forms.MultipleChoiceField(
        choices=LISTS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None means every list that the key may read",
    )

    class Meta:
        model = Webhook
        fields = ["key", "name", "url", "lists", "enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].queryset = ApiKey.objects.valid()  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if problem := webhooks.problem_with_address(url):
            raise forms.ValidationError(problem)
        return url


@admin.register(Webhook)
class WebhookAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """None is removed: one that is not wanted is switched off, and its history stays."""

    form = WebhookForm
    list_display = ["name", "state_of_affairs", "url", "key", "told_at", "failed_with", "stopped_because"]
    list_select_related = ["key"]
    list_fullwidth = True
    ordering = ["name"]
    actions = ["send_test", "give_new_secret", "start_again"]

    def has_delete_permission(self, request: HttpRequest, obj: Webhook | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> list[str]:
        editable = ["key", "name", "url", "lists", "enabled"]
        return editable if obj is None else [*editable, *self.get_readonly_fields(request, obj)[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: Webhook | None = None) -> list[str]:
        return [] if obj is None else ["key", "stopped_at", "stopped_because"]

    def get_queryset(self, request: HttpRequest) -> Any:
        latest = WebhookMessage.objects.filter(webhook=OuterRef("pk")).order_by("-pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                told_last=Subquery(
                    latest.filter(state=State.DELIVERED).order_by("-ended_at").values("ended_at")[:1]
                ),
                error_last=Subquery(latest.filter(state=State.PENDING).exclude(error="").values("error")[:1]),
            )
        )

    @display(description="state", label=TONES)
    def state_of_affairs(self, webhook: Any) -> str:
        if webhook.stopped_at:
            return "stopped"
        if not webhook.enabled:
            return "off"
        if webhook.error_last:
            return "failing"
        return "told" if webhook.told_last else "waits"

    @admin.display(description="last success", empty_value="–")
    def told_at(self, webhook: Any) -> Any:
        return webhook.told_last

    @admin.display(description="last error", empty_value="–")
    def failed_with(self, webhook: Any) -> Any:
        return webhook.error_last

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        """Save; a new one gets its secret, which is shown next."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            request.issued_secret = webhooks.create(obj)  # type: ignore[attr-defined]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)  # type: ignore[no-any-return]
        except webhooks.NoKeys as exc:
            self.message_user(request, exc.sentence, messages.ERROR)
            return self.response_post_save_add(request, Webhook())  # type: ignore[no-any-return]

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: Any = None) -> HttpResponse:
        return self._shown(request, obj, request.issued_secret)  # type: ignore[attr-defined]

    @admin.action(description="Send a test", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for webhook in queryset:
            try:
                webhooks.send_test(webhook)
            except (webhooks.Failed, ConfigurationError) as exc:
                self.message_user(request, f"{webhook}: {exc.sentence}", messages.ERROR)
            else:
                self.message_user(request, f"{webhook} took the test.", messages.SUCCESS)

    @admin.action(description="Give a new secret", permissions=["change"])
    def give_new_secret(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        chosen = list(queryset)
        if len(chosen) != 1:
            self.message_user(request, "Choose one: its secret is shown once.", messages.WARNING)
            return None
        try:
            secret = webhooks.new_secret(chosen[0], now=timezone.now())
        except ConfigurationError as exc:
            self.message_user(request, exc.sentence, messages.ERROR)
            return None
        return self._shown(request, chosen[0], secret)

    @admin.action(description="Start again", permissions=["change"])
    def start_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        stopped = list(queryset.exclude(stopped_at=None))
        for webhook in stopped:
            webhooks.start_again(webhook)
        self.message_user(request, f"{len(stopped)} started again. What was not told is told in a moment.")

    def changes(self, record: Webhook) -> list[Told]:
        """Give what people changed, the newest first; secrets are not in it."""
        entries = record.history.select_related("history_user").order_by("-history_date", "-history_id")[:200]
        return [_told(entry) for entry in entries]

    def _shown(self, request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
        """Show the secret, this one time."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Secret for {webhook.name}",
            "opts": self.opts,
            "secret": secret,
        }
        response = TemplateResponse(request, "admin/webhook_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdmin):
    list_display = ["listed", "webhook", "state", "attempts", "created_at", "ended_at", "error"]
    list_select_related = ["webhook"]
    list_filter = ["state", "webhook", "listed"]
    ordering = ["-pk"]


def _told(entry: Any) -> Told:
    before = entry.prev_record if entry.history_type == "~" else None
    changes = entry.diff_against(before).changes if before else ()
    told = [FieldChange(each.field.replace("_", " "), str(each.old), str(each.new)) for each in changes]
    actor = str(entry.history_user) if entry.history_user else "Tieout"
    return Told(entry.history_date, actor, ACTS[entry.history_type], told)

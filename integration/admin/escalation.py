"""Who is told when work is stuck: channels, whose secret address is never shown again, and rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from integration import escalation
from integration.errors import ConfigurationError
from integration.models import Channel, EscalationRule
from masterdata.read_only import RecordedHistory, Told, TrimmedNumbers

from .edits import told

LATEST = 200
TONES = {"told": "success", "waits": "info", "failing": "danger", "off": "default"}
Kind = Channel.Kind


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A channel; the address of Teams, Slack or a webhook goes in and never comes out."""

    audience = forms.ChoiceField(
        choices=escalation.audiences.CHOICES,
        required=False,
        label="Whom",
        widget=UnfoldAdminSelectWidget,
        help_text="For e-mail: the people of a role need an e-mail address under Users",
    )
    secret = forms.CharField(
        required=False,
        max_length=2000,
        label="Secret address",
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="For Teams, Slack and webhooks: https only. It is kept encrypted and not shown again; "
        "leave it empty to keep the one that is set",
    )

    class Meta:
        model = Channel
        fields = ["name", "kind", "audience", "recipients", "enabled"]
        widgets = {"recipients": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        """Check what belongs to the kind, and drop what belongs to another."""
        cleaned = super().clean() or self.cleaned_data
        kind, address = cleaned.get("kind", ""), cleaned.get("secret", "").strip()
        if kind == Kind.EMAIL:
            cleaned["secret"] = ""
            self._clean_mail(cleaned)
        elif kind:
            cleaned["audience"] = cleaned["recipients"] = ""
            cleaned["secret"] = address
            self._clean_address(kind, address)
        return cleaned

    def _clean_mail(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("audience"):
            cleaned["recipients"] = ""
        elif problem := escalation.problem_with_address(Kind.EMAIL, cleaned.get("recipients", "")):
            self.add_error("recipients", problem)

    def _clean_address(self, kind: str, address: str) -> None:
        kept = bool(self.instance.pk and self.instance.address and self.initial.get("kind") == kind)
        if not address and not kept:
            self.add_error("secret", "Give the address; each kind has its own.")
        elif address and (problem := escalation.problem_with_address(kind, address)):
            self.add_error("secret", problem)


@admin.register(Channel)
class ChannelAdmin(RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """None is removed: one that is not wanted is switched off, and what it told stays."""

    form = ChannelForm
    list_display = ["name", "state_of_affairs", "kind", "leads", "told_at", "failed_with", "rests_until"]
    list_fullwidth = True
    ordering = ["name"]
    actions = ["send_test"]
    actions_submit_line = ["save_and_test"]

    def has_delete_permission(self, request: HttpRequest, obj: Channel | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        shown = ["name", "kind", "audience", "recipients", "enabled"]
        if not self._may_write(request, obj):
            return [*shown, "leads_to", *self.get_readonly_fields(request, obj)]
        shown.insert(4, "secret")
        return shown if obj is None else [*shown, *self.get_readonly_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        return [] if obj is None else ["leads_to", "told_at", "tried_at", "error", "rests_until"]

    @display(description="state", label=TONES)
    def state_of_affairs(self, channel: Channel) -> str:
        if not channel.enabled:
            return "off"
        if channel.error:
            return "failing"
        return "told" if channel.told_at else "waits"

    @admin.display(description="leads to")
    def leads(self, channel: Channel) -> str:
        if channel.audience:
            return dict(escalation.audiences.CHOICES).get(channel.audience, channel.audience)
        return channel.recipients or channel.leads_to

    @admin.display(description="last error", empty_value="–")
    def failed_with(self, channel: Channel) -> str | None:
        return channel.error or None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)  # type: ignore[no-any-return]
        except ConfigurationError as exc:
            self.message_user(request, exc.sentence, messages.ERROR)
            return redirect("admin:integration_channel_changelist")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        except ConfigurationError as exc:
            self.message_user(request, exc.sentence, messages.ERROR)
            return redirect("admin:integration_channel_change", object_id)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """Save; the secret address is sealed on its way."""
        escalation.give_address(obj, form.cleaned_data["secret"])
        super().save_model(request, obj, form, change)

    @admin.action(description="Send a test message", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for channel in queryset:
            self._test(request, channel)

    @action(description="Save and send a test message", permissions=["change"])
    def save_and_test(self, request: HttpRequest, channel: Channel) -> None:
        self._test(request, channel)

    def changes(self, record: Channel) -> list[Told]:
        """Give what people changed, the newest first; the secret address is not in it."""
        entries = record.history.select_related("history_user").order_by("-history_date")[:LATEST]
        return [told(entry, "the channel") for entry in entries]

    def _test(self, request: HttpRequest, channel: Channel) -> None:
        user: Any = request.user
        try:
            reached = escalation.send_test(channel, by=user)
        except (escalation.CannotTell, ConfigurationError) as exc:
            self.message_user(request, f"{channel}: {exc.sentence}", messages.ERROR)
        else:
            self.message_user(request, f"{channel} took the test, for {reached}.", messages.SUCCESS)

    def _may_write(self, request: HttpRequest, obj: Channel | None) -> bool:
        return bool(
            self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        )


@admin.register(EscalationRule)
class EscalationRuleAdmin(TrimmedNumbers, RecordedHistory, ModelAdmin):  # type: ignore[misc]
    """None is removed: one that is not wanted is switched off, so that the set-up does not add it again."""

    list_display = [
        "name",
        "subject",
        "channel",
        "from_age",
        "least_amount",
        "at_period_end",
        "again",
        "enabled",
    ]
    list_select_related = ["channel"]
    list_filter = ["subject", "channel", "enabled"]
    list_fullwidth = True
    ordering = ["subject", "after_minutes", "name"]
    fieldsets = [
        (None, {"fields": ["name", "subject", "company", "channel", "enabled"]}),
        ("When", {"fields": ["after_minutes", "from_attempt", "least_amount", "reminders"]}),
        ("Towards the end of a month", {"fields": ["period_days", "period_minutes"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: EscalationRule | None = None) -> bool:
        return False

    @admin.display(description="from which age", ordering="after_minutes")
    def from_age(self, rule: EscalationRule) -> str:
        attempt = f", or attempt {rule.from_attempt}" if rule.from_attempt else ""
        return f"{_span(rule.after_minutes)}{attempt}"

    @admin.display(description="at a month's end")
    def at_period_end(self, rule: EscalationRule) -> str:
        if not rule.period_days:
            return "the same"
        sooner = min(rule.after_minutes, rule.period_minutes)
        return f"{_span(sooner)}, in the last {rule.period_days} days"

    @admin.display(description="reminders after")
    def again(self, rule: EscalationRule) -> str:
        spans = [_span(each) for each in rule.reminder_minutes]
        return f"{', '.join(spans)}, and so on" if spans else "none"

    def changes(self, record: EscalationRule) -> list[Told]:
        entries = record.history.select_related("history_user").order_by("-history_date")[:LATEST]
        return [told(entry, "the rule") for entry in entries]


def _span(minutes: int) -> str:
    """Write minutes as people say them."""
    if minutes == 0:
        return "at once"
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            return f"{minutes // size} {word}{'s' if minutes != size else ''}"
    raise AssertionError("minutes are whole")

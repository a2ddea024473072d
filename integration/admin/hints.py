"""Our subscriptions in Business Central: which list it tells about, until when, and what is wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from integration import hints
from integration.models import Subscription
from masterdata.read_only import ReadOnlyAdmin

TONES = {"told": "success", "expired": "warning", "not told": "danger"}


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["entity", "state_of_affairs", "expires_at", "last_hint_at", "hints", "ignored", "problem"]
    fields = [
        "entity",
        "company",
        "bc_subscription_id",
        "made_at",
        "checked_at",
        "expires_at",
        "last_hint_at",
        "hints",
        "ignored",
        "problem",
    ]
    ordering = ["entity"]
    list_before_template = "integration/subscriptions.html"

    @display(description="state", label=TONES)
    def state_of_affairs(self, subscription: Subscription) -> str:
        if subscription.problem or subscription.expires_at is None:
            return "not told"
        return "told" if subscription.expires_at > timezone.now() else "expired"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        said = "" if hints.is_configured() else hints.NOT_CONFIGURED
        context = {"title": "Webhooks of Business Central", "said": said}
        return super().changelist_view(request, context | (extra_context or {}))  # type: ignore[no-any-return]

"""The worklist's rival: Django's own changelist over the same cases, as a project would declare it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import include, path

from reconciliation.models import ExceptionCase

# The product's own theme would not be the stock: an engine that knows Django's templates only.
TEMPLATES: list[dict[str, Any]] = [
    {
        "NAME": "stock",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(admin.__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


class CaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    list_display = (
        "opened_at",
        "invoice_number",
        "vendor_name",
        "order_number",
        "code",
        "difference",
        "amount",
        "discount_amount",
        "due_on",
        "owner",
        "status",
    )
    list_filter = ("status", "code", "currency")
    search_fields = ("invoice_number", "order_number", "vendor_number", "vendor_name", "bc_number")
    ordering = ("due_on", "id")
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = True  # Django's default

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return True

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse):
            response.using = "stock"
        return response


site = admin.AdminSite("stock")
site.register(ExceptionCase, CaseAdmin)
site.register(User)
urlpatterns = [path("stock/", site.urls), path("", include("config.urls"))]

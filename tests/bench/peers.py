"""The addresses beside our own: the usual view of an API, and one that does nothing.

The usual view checks an event with the same serializers and stores it with its lines by the ORM, as
tutorials do. It asks for no key, keeps no place in an outbox and looks for no invoice that waits for it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integration.cafm import serializers, wire
from integration.cafm.views import EventsView


class BenchEvent(models.Model):
    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    body = models.JSONField()
    body_hash = models.BinaryField()
    number = models.CharField(max_length=50)
    vendor = models.CharField(max_length=20)
    currency = models.CharField(max_length=10)
    order_date = models.DateField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "integration"
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="bench_event_once")]

    def __str__(self) -> str:
        return self.event_id


class BenchLine(models.Model):
    event = models.ForeignKey(BenchEvent, on_delete=models.CASCADE)
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    item = models.CharField(max_length=20)
    description = models.CharField(max_length=250)
    quantity = models.DecimalField(max_digits=24, decimal_places=5)
    unit = models.CharField(max_length=10)
    unit_price = models.DecimalField(max_digits=28, decimal_places=8)

    class Meta:
        app_label = "integration"

    def __str__(self) -> str:
        return f"{self.event}/{self.line}"


class UsualView(APIView):
    """Take one event the usual way."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []  # without a key it would be a stranger, who may call twice a second
    parser_classes = EventsView.parser_classes

    def post(self, request: Request) -> Response:
        sent: Any = request.data
        event = serializers.Envelope(data=sent)
        event.is_valid(raise_exception=True)
        order = serializers.OrderApproved(data=sent["data"])
        order.is_valid(raise_exception=True)
        body = wire.plain(sent)
        told = order.validated_data
        with transaction.atomic():
            kept, is_new = BenchEvent._default_manager.get_or_create(
                source=event.validated_data["source"],
                event_id=event.validated_data["id"],
                defaults={
                    "body": body,
                    "body_hash": hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest(),
                    **{name: told[name] for name in ("number", "vendor", "currency", "order_date")},
                },
            )
            if is_new:
                names = [field.name for field in BenchLine._meta.fields[2:]]
                BenchLine._default_manager.bulk_create(
                    BenchLine(event=kept, **{name: line[name] for name in names}) for line in told["lines"]
                )
        return Response({"id": kept.event_id}, status=202)


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", status=202)


nothing.right = ""  # type: ignore[attr-defined]  # what says nothing of its right is closed
urlpatterns = [
    path("usual/", UsualView.as_view()),
    path("nothing/", nothing),
    path("", include("config.urls")),
]

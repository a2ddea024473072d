"""The shapes of what the CAFM is answered: an event taken in, a problem, how far an event has come."""

from __future__ import annotations

from django.db import models
from rest_framework import serializers

from .serializers import Shape


class Accepted(Shape):
    """The answer to an event; the same event gets the same answer again."""

    id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=["accepted"])
    href = serializers.CharField()


class ProblemField(Shape):
    pointer = serializers.CharField(allow_blank=True, help_text="JSON pointer into the event")
    detail = serializers.CharField()


class Problem(Shape):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemField(many=True, required=False)  # type: ignore[assignment]


class EventDocument(Shape):
    kind = serializers.CharField()
    number = serializers.CharField()
    bc_number = serializers.CharField(allow_blank=True)
    bc_id = serializers.UUIDField(allow_null=True)


class Try(Shape):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    outcome = serializers.CharField()
    http_status = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)


class Fate(models.TextChoices):
    """How far an event has come."""

    ACCEPTED = "accepted", "recorded, nothing to post"
    WAITING = "waiting", "waits for a record or a decision"
    QUEUED = "queued", "in line for BC"
    SENDING = "sending", "being sent to BC"
    VERIFYING = "verifying", "sent, looked for in BC"
    POSTED = "posted", "posted in BC"
    REJECTED = "rejected", "refused"
    DEAD = "dead", "given up"
    CANCELLED = "cancelled", "cancelled"


class EventStatus(Shape):
    id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    type = serializers.CharField()
    status = serializers.ChoiceField(choices=Fate.choices)
    received_at = serializers.DateTimeField()
    document = EventDocument(allow_null=True)
    attempts = Try(many=True)
    next = serializers.CharField(allow_blank=True)

"""The outbox: the only place that knows what has to reach Business Central."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company

from .fields import ExactJSONField


class DocumentKind(models.TextChoices):
    """Which table `document_id` points to."""

    PURCHASE_ORDER = "purchase_order", _("purchase order")
    ORDER_CHANGE = "order_change", _("order change")
    GOODS_RECEIPT = "goods_receipt", _("goods receipt")
    RECEIPT_REVERSAL = "receipt_reversal", _("receipt reversal")
    GOODS_RETURN = "goods_return", _("goods return")
    SERVICE_CONFIRMATION = "service_confirmation", _("service confirmation")
    INVENTORY_MOVEMENT = "inventory_movement", _("inventory movement")
    ASSET_NOTICE = "asset_notice", _("asset notice")
    SUPPLIER_INVOICE = "supplier_invoice", _("supplier invoice")


class MessageQuerySet(models.QuerySet[Any]):
    def of(self, company: Company) -> MessageQuerySet:
        return self.filter(company=company)

    def unfinished(self) -> MessageQuerySet:
        return self.exclude(state__in=Message.FINAL)

    def due(self, now: datetime) -> MessageQuerySet:
        """What a worker may claim now, as far as its chain is free."""
        moving = [Message.State.READY, Message.State.VERIFYING]
        return self.filter(state__in=moving, next_attempt_at__lte=now)

    def stuck(self) -> MessageQuerySet:
        """What only a person can move."""
        return self.filter(state__in=[Message.State.DEAD, Message.State.REJECTED])

    def for_document(self, kind: str, document_id: int) -> MessageQuerySet:
        return self.filter(document_kind=kind, document_id=document_id)


class Message(models.Model):
    """One document's way to BC. Only `integration/outbox` changes its state."""

    class State(models.TextChoices):
        READY = "ready", _("ready")
        CLAIMED = "claimed", _("claimed by a worker")
        SENDING = "sending", _("sending")
        VERIFYING = "verifying", _("checking with Business Central")
        WAITING = "waiting", _("waiting")
        DONE = "done", _("posted")
        DEAD = "dead", _("given up")
        REJECTED = "rejected", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    FINAL = [State.DONE, State.CANCELLED]
    IN_FLIGHT = [State.CLAIMED, State.SENDING]

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, help_text="Our key, also written into BC's document")
    dedupe_key = models.CharField(max_length=200)
    chain = models.CharField(max_length=120, help_text="Messages of one chain are delivered in order")
    document_kind = models.CharField(max_length=30, choices=DocumentKind.choices)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=50)
    correlation = models.CharField(
        max_length=64, blank=True, default="", help_text="The id of the request that it came with"
    )
    rank = models.PositiveSmallIntegerField(
        default=1, help_text="Within a chain: orders before receipts before invoices"
    )
    priority = models.PositiveSmallIntegerField(default=5)

    payload = ExactJSONField(null=True, help_text="What BC gets, built from the field mapping")
    mapping_version = models.PositiveIntegerField(null=True)
    line_mapping_version = models.PositiveIntegerField(
        null=True, help_text="Lines have a mapping of their own, with its own versions"
    )
    mapped_from = models.TextField(
        blank=True,
        help_text="The records that the mapping read: with its version they tell its trace",
    )
    remap = models.BooleanField(
        default=False,
        help_text="The next build takes the mapping in force, not the versions it was built with",
    )

    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(
        default=0, help_text="Rises with each claim; a late worker is recognised by it"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_by = models.CharField(max_length=100, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    unknown_since = models.DateTimeField(null=True, blank=True, help_text="Sent, and the answer was lost")
    looks = models.PositiveSmallIntegerField(default=0, help_text="Looks in BC since the answer was lost")

    waiting_for = models.CharField(max_length=300, blank=True)
    first_failed_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True, help_text="What is wrong and what to do, in the clerk's words")
    error_detail = models.TextField(blank=True, help_text="BC's own words")
    cause = models.ForeignKey(
        "integration.Cause",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="messages",
        help_text="Why it was stuck the last time",
    )
    worth = models.DecimalField(
        null=True,
        blank=True,
        max_digits=28,
        decimal_places=8,
        help_text="What the document is about in ledger currency, when it got stuck",
    )

    bc_id = models.UUIDField("BC id", null=True, blank=True)
    bc_number = models.CharField("BC number", max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    in_doubt = True
    """Whether it may have been sent in a former life of the database; a claim knows better."""

    unwritten: dict[str, Any] = {}
    """What was built for this message and is written down with its sending."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"], condition=~models.Q(state="cancelled"), name="message_once"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(state="cancelled"), name="message_key_once"
            ),
            models.UniqueConstraint(
                fields=["chain"],
                condition=models.Q(state__in=["claimed", "sending"]),
                name="message_chain_one_writer",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["claimed", "sending"], lease_until__isnull=False)
                | (~models.Q(state__in=["claimed", "sending"]) & models.Q(lease_until__isnull=True)),
                name="message_in_flight_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False),
                name="message_done_has_its_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="verifying") | models.Q(unknown_since__isnull=False),
                name="message_verifying_since",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["waiting", "ready", "verifying"])
                | models.Q(next_attempt_at__isnull=False),
                name="message_moves_by_itself",
            ),
            models.CheckConstraint(
                condition=models.Q(unknown_since__isnull=True)
                | ~models.Q(state__in=["waiting", "ready", "done", "cancelled"]),
                name="message_unknown_is_looked_for",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["dead", "rejected"]) | ~models.Q(error=""),
                name="message_stuck_says_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done", document_kind__in=["purchase_order", "supplier_invoice"])
                | ~models.Q(bc_number="")
                | models.Q(payload__isnull=True),
                name="message_done_has_its_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "next_attempt_at", "id"],
                condition=models.Q(state__in=["ready", "verifying"]),
                name="message_due",
            ),
            models.Index(
                fields=["chain", "rank", "id"],
                condition=~models.Q(state__in=["done", "cancelled"]),
                name="message_chain_unfinished",
            ),
            models.Index(fields=["chain", "document_kind"], name="message_by_chain"),
            models.Index(fields=["state", "-id"], name="message_by_state"),
            models.Index(fields=["document_kind", "document_id"], name="message_by_document"),
            models.Index(
                fields=["company", "document_kind", "done_at"],
                condition=models.Q(state="done"),
                name="message_posted",
            ),
            models.Index(
                fields=["company", "cause", "first_failed_at", "id"],
                condition=models.Q(state__in=["dead", "rejected"]),
                name="message_stuck_by_cause",
            ),
        ]
        permissions = [("replay_message", "Can retry messages and mark them done by hand")]

    def __str__(self) -> str:
        return f"{self.get_document_kind_display()} {self.document_number}"

    @property
    def is_stuck(self) -> bool:
        return self.state in {self.State.DEAD, self.State.REJECTED}

    @property
    def waits_for(self) -> str:
        """Say in a sentence what it waits for: couriers name the thing, a pause is a sentence already."""
        if self.state != self.State.WAITING:
            return ""
        if not self.waiting_for:
            return "It waits for a missing record and goes on by itself."
        if self.waiting_for.endswith((".", "…")):
            return self.waiting_for
        if ". " in self.waiting_for:  # it is said there what to do
            return f"It waits for {self.waiting_for}."
        return f"It waits for {self.waiting_for} and goes on by itself once that is there."


class AttemptQuerySet(models.QuerySet[Any]):
    def forget_requests(self) -> int:
        """Forget what was sent; the attempt itself stays."""
        return self.filter(request__isnull=False).update(request=None)


class Attempt(models.Model):
    """One try at a message, or one look in BC; rows are only appended."""

    class Outcome(models.TextChoices):
        POSTED = "posted", _("posted")
        ADOPTED = "adopted", _("found in BC and adopted")
        NOT_FOUND = "not_found", _("not found in BC")
        NOT_SENT = "not_sent", _("BC was not reached")
        REFUSED = "refused", _("refused")
        TEMPORARY = "temporary", _("refused for the moment")
        UNKNOWN = "unknown", _("answer lost")
        LOST_LEASE = "lost_lease", _("came back too late")
        OVERTAKEN = "overtaken", _("overtaken before it was sent")
        BUG = "bug", _("our own fault")
        BY_HAND = "by_hand", _("done by a person")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries", db_index=False)
    number = models.PositiveSmallIntegerField()
    fence = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    worker = models.CharField(max_length=100, blank=True)
    status = models.PositiveSmallIntegerField("HTTP status", null=True)
    error_code = models.CharField(max_length=80, blank=True)
    sentence = models.TextField(blank=True)
    detail = models.TextField(blank=True)
    request = ExactJSONField(
        null=True, blank=True, help_text="What was sent when it failed, without secrets; forgotten in time"
    )
    correlation_id = models.CharField(max_length=60, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["message", "-id"], name="attempt_latest"),
            models.Index(
                fields=["ended_at"], condition=models.Q(request__isnull=False), name="attempt_keeps_a_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} #{self.number}: {self.outcome}"

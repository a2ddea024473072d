"""What somebody was asked because of a case: the supplier by letter, a buyer or receiver by a question."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import ExceptionCase, Resolution
from .document import Money, Quantity


class CaseRequest(models.Model):
    """One question or claim, to whom, and what came back; asked once, answered once."""

    class Kind(models.TextChoices):
        CREDIT_MEMO = "credit_memo", _("credit memo requested")
        CORRECTED_INVOICE = "corrected_invoice", _("corrected invoice requested")
        CLAIM = "claim", _("claim")
        CHANGE_ORDER = "change_order", _("change of the order requested")
        ADD_LINE = "add_line", _("order line requested")
        CLOSE_SHORT = "close_short", _("end of the order line requested")
        RETURN_GOODS = "return_goods", _("return of goods requested")
        CONFIRM_QUANTITY = "confirm_quantity", _("asked what was received")
        CONFIRM_PRICE = "confirm_price", _("asked about the price")

    class Whom(models.TextChoices):
        SUPPLIER = "supplier", _("supplier")
        BUYER = "buyer", _("buyer")
        RECEIVER = "receiver", _("receiver")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    case = models.ForeignKey(ExceptionCase, on_delete=models.PROTECT, related_name="requests")
    resolution = models.OneToOneField(Resolution, on_delete=models.PROTECT, related_name="request")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    whom = models.CharField(max_length=10, choices=Whom.choices)
    email = models.EmailField(blank=True, help_text="Of somebody without a seat, who gets a link")
    text = models.TextField(help_text="As it was sent or read out")
    amount = Money(null=True, blank=True)
    currency = models.CharField(max_length=10, blank=True)
    order_number = models.CharField(max_length=50, blank=True)
    order_line = models.PositiveIntegerField(null=True, blank=True)
    item = models.CharField(max_length=250, blank=True, help_text="What it is about, in words")
    quantity = Quantity(null=True, blank=True, help_text="What is expected")
    unit = models.CharField(max_length=10, blank=True)
    price = Money(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Until then its link answers it")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=20, blank=True, help_text="yes, no, or a figure")
    answer_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="answered", answered_at__isnull=False) & ~models.Q(answered_by="")
                | ~models.Q(state="answered") & models.Q(answered_at__isnull=True, answered_by=""),
                name="case_request_answered_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | ~models.Q(currency=""),
                name="case_request_amount_in_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.case_id}"

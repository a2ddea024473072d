"""Judgements of the matching engine, kept for ever so that each can be replayed."""

from __future__ import annotations

from django.db import models

from .invoice import SupplierInvoice
from .policy_version import PolicyVersion


class MatchDecision(models.Model):
    """What the engine was asked and what it answered, in the form of a match case.

    The database refuses to change or delete one.
    """

    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.CASCADE, related_name="decisions")
    decided_at = models.DateTimeField(auto_now_add=True)
    engine = models.CharField(max_length=10)
    policy_version = models.ForeignKey(
        PolicyVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # a version is never deleted, and nobody asks for its decisions
        help_text="The rules it was judged by",
    )
    outcome = models.CharField(max_length=10)
    question = models.JSONField()
    answer = models.JSONField()
    question_hash = models.BinaryField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["invoice", "-id"], name="decision_latest")]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.outcome} at {self.decided_at:%Y-%m-%d %H:%M}"

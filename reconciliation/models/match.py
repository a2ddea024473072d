"""Judgements of the matching engine, kept for ever so that each can be replayed."""

from __future__ import annotations

from typing import Any

from django.db import models

from reconciliation import tied_out

from .invoice import SupplierInvoice
from .policy_version import PolicyVersion


class MatchGround(models.Model):
    """What many questions have in common, kept once: the rules as they were applied, the ledger's currency.

    The database refuses to change or delete one.
    """

    content = models.JSONField()
    content_hash = models.BinaryField(max_length=16, unique=True)

    def __str__(self) -> str:
        return f"ground {self.pk}"


class DecisionManager(models.Manager["MatchDecision"]):
    """Brings the ground along, without which no question can be read."""

    def get_queryset(self) -> models.QuerySet[MatchDecision]:
        return super().get_queryset().select_related("ground")


class MatchDecision(models.Model):
    """What the engine was asked and what it answered, in the form of a match case.

    A judgement by the engine keeps both in words, but for the ground that its question shares with others.
    One that was judged in bulk keeps its figures instead, from which tied_out.py writes the same words. The
    database refuses to change or delete one.
    """

    invoice = models.ForeignKey(
        SupplierInvoice, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )  # found by decision_latest
    decided_at = models.DateTimeField(auto_now_add=True)
    engine = models.CharField(max_length=10)
    # Of the next two the database lets none go, so it needs not to look for each at every judgement.
    policy_version = models.ForeignKey(
        PolicyVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody asks for a version's decisions
        db_constraint=False,
        help_text="The rules it was judged by",
    )
    ground = models.ForeignKey(
        MatchGround,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    outcome = models.CharField(max_length=10)
    kept_question = models.JSONField(null=True, db_column="question")
    kept_answer = models.JSONField(null=True, db_column="answer")
    figures = models.TextField(null=True)  # JSON as text: SQL never asks for what is in it
    question_hash = models.BinaryField(max_length=16)

    objects = DecisionManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    figures__isnull=True, kept_question__isnull=False, kept_answer__isnull=False
                )
                | models.Q(
                    figures__isnull=False,
                    ground__isnull=False,
                    kept_question__isnull=True,
                    kept_answer__isnull=True,
                ),
                name="decision_keeps_words_or_figures",
            )
        ]
        indexes = [models.Index(fields=["invoice", "-id"], name="decision_latest")]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.outcome} at {self.decided_at:%Y-%m-%d %H:%M}"

    @property
    def question(self) -> Any:
        if self.ground is None:
            return self.kept_question
        if self.figures is None:
            return self.ground.content | self.kept_question
        return tied_out.question(self.ground.content, self.figures)

    @question.setter
    def question(self, asked: Any) -> None:
        self.kept_question, self.ground = asked, None

    @property
    def answer(self) -> Any:
        if self.figures is None:
            return self.kept_answer
        return tied_out.answer(self.figures, engine=self.engine)

    @answer.setter
    def answer(self, answered: Any) -> None:
        self.kept_answer = answered

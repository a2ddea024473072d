"""Documents that Business Central has more than once, and how far each kind was looked through for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from masterdata.models import Company
from reconciliation.models.document import Money

from .outbox import DocumentKind, Message


class DoubledDocumentQuerySet(models.QuerySet[Any]):
    def of(self, company: Company) -> DoubledDocumentQuerySet:
        return self.filter(company=company)

    def standing(self) -> DoubledDocumentQuerySet:
        """What nobody has settled yet."""
        return self.filter(settled_at=None)

    def holding(self, message: Message) -> str:
        """Say why a message is held back: what it follows is there twice; empty when it is not."""
        doubled: DoubledDocument | None = self.standing().filter(chain=message.chain).first()
        return "" if doubled is None else doubled.hold


class DoubledDocument(models.Model):
    """One key of ours under which Business Central has several documents; a person says which one stays."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=DocumentKind.choices)
    key = models.CharField(max_length=200, help_text="By what they are known to be the same document")
    number = models.CharField(max_length=200, help_text="Our number, or our key where nobody knows it here")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="doubled")
    chain = models.CharField(max_length=120, help_text="What is held back until it is settled; may be empty")
    documents = models.JSONField(help_text="What BC has: id, number and entity set of each")
    worth = Money(null=True, help_text="Of one of them, in ledger currency")
    next_step = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField("last seen")

    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    kept = models.CharField("the one that stays", max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = DoubledDocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "key"],
                condition=models.Q(settled_at=None),
                name="doubled_document_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by=None, kept="", reason="")
                | (
                    models.Q(settled_at__isnull=False, settled_by__isnull=False)
                    & ~models.Q(kept="")
                    & ~models.Q(reason="")
                ),
                name="doubled_document_settled_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["chain"], condition=models.Q(settled_at=None), name="doubled_document_holds")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def numbers(self) -> list[str]:
        """Name the documents as BC has them."""
        return [each["number"] for each in self.documents]

    @property
    def sentence(self) -> str:
        return f"{self} is in Business Central {len(self.documents)} times: {', '.join(self.numbers)}."

    @property
    def hold(self) -> str:
        """Say what a message of its chain waits for."""
        return f"{self.sentence[:220]} It goes on once somebody has settled that under Dead letters."


class DoublesLook(models.Model):
    """How far a kind of document was looked through; `error` says why the last look did not end well."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30, choices=DocumentKind.choices)
    up_to = models.DateTimeField(null=True, help_text="The next look begins here, less an overlap")
    looked_at = models.DateTimeField(null=True, help_text="The last look that came to its end")
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "kind"], name="doubles_look_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} up to {self.up_to}"

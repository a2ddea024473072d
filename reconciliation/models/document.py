"""What every operational and financial document has in common."""

from __future__ import annotations

from typing import Any

from django.db import models

from masterdata.models import Company


class Quantity(models.DecimalField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A quantity: BC keeps at most five decimals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 24, "decimal_places": 5} | kwargs)


class Money(models.DecimalField):  # type: ignore[type-arg]
    """An amount or a unit price in the currency beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 28, "decimal_places": 8} | kwargs)


class DocumentQuerySet(models.QuerySet[Any]):
    def of(self, company: Company) -> DocumentQuerySet:
        return self.filter(company=company)

    def ready(self) -> DocumentQuerySet:
        return self.filter(status=Document.Status.READY)

    def posted(self) -> DocumentQuerySet:
        return self.filter(status=Document.Status.POSTED)


class Document(models.Model):
    """A document with our number, and BC's once it is posted there.

    The status says how far the document has come in the business; how its delivery to BC fares is the
    outbox's to tell.
    """

    class Status(models.TextChoices):
        READY = "ready", "on its way to BC"
        POSTED = "posted", "posted in BC"
        RECORDED = "recorded", "recorded, nothing to post"
        CANCELLED = "cancelled", "cancelled"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=50)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    bc_id = models.UUIDField("BC id", null=True, blank=True)
    bc_number = models.CharField("BC number", max_length=20, blank=True)
    received_from = models.CharField(max_length=200, help_text="The source that sent it, or BC")
    created_at = models.DateTimeField(auto_now_add=True)
    posted_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @property
    def is_posted(self) -> bool:
        return self.status == self.Status.POSTED


def number_once(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["company", "number"], name=f"{name}_number_once")

"""What Business Central offers, as it was read, and what Tieout misses of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from integration.bc import LABELS

LEVELS = [(level.value, label) for level, label in LABELS.items()]


class ContractReading(models.Model):
    """What BC's metadata said, from the first time to the last time it said exactly this."""

    level = models.PositiveSmallIntegerField(choices=LEVELS)
    expects_app = models.BooleanField("app address set", help_text="Whether BC_APP_URL was set")
    offered = models.JSONField(help_text="Entity sets, fields, navigations and actions, route by route")
    digest = models.CharField(max_length=64)
    changes = models.JSONField(default=list, help_text="What differs from the reading before")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_seen_at__gte=models.F("first_seen_at")),
                name="contract_reading_seen_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, since {self.first_seen_at:%Y-%m-%d %H:%M}"


class ContractFindingQuerySet(models.QuerySet[Any]):
    def open(self) -> ContractFindingQuerySet:
        return self.filter(resolved_at=None)

    def pausing(self) -> ContractFindingQuerySet:
        return self.open().filter(pauses=True)


class ContractFinding(models.Model):
    """One name that Tieout uses and BC lacks, or has in another form; kept after it was mended."""

    class Kind(models.TextChoices):
        NO_APP = "no_app", _("the app is missing")
        MISSING = "missing", _("missing")
        TYPE = "type", _("another type")
        SHORTER = "shorter", _("shorter")
        NO_CHOICE = "no_choice", _("a choice is missing")

    feature = models.CharField(max_length=40, help_text="What of Tieout uses it")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    app = models.BooleanField(default=False, help_text="On the route of the Tieout app")
    entity_set = models.CharField(max_length=100, blank=True)
    part = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=100, blank=True)
    mapping = models.CharField(max_length=60, blank=True, help_text="The field mapping that writes it")
    successor = models.CharField(max_length=100, blank=True, help_text="What it is perhaps called now")
    pauses = models.BooleanField(help_text="Whether its feature waits until it is mended")
    sentence = models.TextField()
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ContractFindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feature", "kind", "app", "entity_set", "name"],
                condition=models.Q(resolved_at=None),
                name="contract_finding_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.path or 'the Tieout app'}: {self.get_kind_display()}"

    @property
    def path(self) -> str:
        return f"{self.entity_set}.{self.name}" if self.name else self.entity_set

"""Field mappings: which field becomes which, in versions that one person drafts and another approves."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class FieldMapping(models.Model):
    """The mapping of one form of record to another; what it does stands in its versions."""

    class Direction(models.TextChoices):
        PUSH = "push", _("to Business Central")
        INTAKE = "intake", _("from the CAFM")
        PULL = "pull", _("from Business Central")

    name = models.CharField(max_length=60, unique=True)
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.PUSH)
    profile = models.ForeignKey(
        "SourceProfile", null=True, blank=True, on_delete=models.PROTECT, related_name="mappings"
    )
    source = models.CharField(
        max_length=60, help_text="The form that is read, for example purchase_order.line"
    )
    target = models.CharField(
        max_length=60, help_text="What is written, for example BC's entity set purchaseOrderLines"
    )
    shipped = models.JSONField(
        null=True, blank=True, help_text="What was shipped last: the base of the next three-way merge"
    )
    goes_on = models.BooleanField(
        "goes on without what Business Central lacks",
        default=False,
        help_text="Rows whose target Business Central has no more are left out, instead of waiting",
    )
    note = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(direction="intake", profile__isnull=False)
                | (~models.Q(direction="intake") & models.Q(profile__isnull=True)),
                name="mapping_of_a_profile_comes_from_the_cafm",
            ),
            models.UniqueConstraint(
                fields=["profile", "source"],
                condition=models.Q(profile__isnull=False),
                name="mapping_once_a_profile_and_type",
            ),
        ]
        permissions = [
            ("draft_mapping", "Can draft field mappings"),
            ("review_mapping", "Can approve field mappings that another person drafted"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceProfile(models.Model):
    """A CAFM whose events have field names of its own; chosen by the event's source."""

    name = models.CharField(max_length=60, unique=True)
    sources = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Event sources it is for"
    )
    note = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.name


class AmongEditors(models.Func):
    """In SQL: whether the first is not one of the second, an array."""

    template = "(%(expressions)s))"
    arg_joiner = " <> ALL ("
    output_field = models.BooleanField()


class MappingVersionQuerySet(models.QuerySet["MappingVersion"]):
    def in_force(self, at: datetime | None = None) -> MappingVersionQuerySet:
        """Give what counts at a moment, the one that counts first."""
        effective = self.filter(
            state=MappingVersion.State.APPROVED,
            withdrawn_at=None,
            effective_from__lte=at or timezone.now(),
        )
        return effective.order_by("-number")

    def open(self) -> MappingVersionQuerySet:
        """Keep what is still worked on."""
        return self.filter(state__in=[MappingVersion.State.DRAFT, MappingVersion.State.REVIEW])


class MappingVersion(models.Model):
    """One version of a mapping. The database seals it once it is approved."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("waits for a second person")
        APPROVED = "approved", _("approved")
        DISCARDED = "discarded", _("discarded")

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("shipped with Tieout")
        MERGED = "merged", _("shipped, merged with changes made here")
        EDITED = "edited", _("edited here")
        IMPORTED = "imported", _("imported from a file")
        RESET = "reset", _("reset to what is shipped")
        DRIFT = "drift", _("proposed for a change of Business Central")

    mapping = models.ForeignKey(FieldMapping, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.EDITED)
    content = models.JSONField(help_text="Its rows, in their order, and its value maps")
    based_on = models.PositiveIntegerField(null=True, blank=True, help_text="The version it was drafted from")
    note = models.TextField(blank=True, help_text="What it changes, and why")
    editors = ArrayField(models.IntegerField(), default=list, blank=True, help_text="Who had a hand in it")
    revision = models.PositiveIntegerField(default=1, help_text="Rises with each saving of the draft")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)
    looked_at_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When its editor was last open")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.TextField(
        blank=True, help_text="Why it was approved although some records would fail"
    )
    effective_from = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = MappingVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mapping", "number"], name="mapping_version_number_once"),
            models.UniqueConstraint(
                fields=["mapping"],
                condition=models.Q(state__in=["draft", "review"]),
                name="mapping_one_draft_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True)
                | models.Q(AmongEditors(models.F("reviewed_by"), models.F("editors"))),
                name="nobody_approves_their_own_mapping",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="mapping_version_reviewed_who_and_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(effective_from__isnull=False, reviewed_by__isnull=False)
                | models.Q(effective_from__isnull=False, editors=[]),
                name="mapping_version_counts_when_a_second_person_agreed",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, state="approved"),
                name="mapping_version_withdrawn_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mapping} version {self.number}"


class UnmappedValue(models.Model):
    """A value that a value map does not have: its record moved on, and somebody is asked to map it."""

    mapping = models.ForeignKey(FieldMapping, on_delete=models.CASCADE, related_name="unmapped")
    value_map = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mapping", "value_map", "value"], name="unmapped_value_once")
        ]

    def __str__(self) -> str:
        return f"{self.value} of {self.value_map}"

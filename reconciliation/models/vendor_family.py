"""Vendors that belong together: Business Central's vendor list does not tell a pay-to vendor."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models import Company


class VendorFamily(models.Model):
    """A vendor that bills or is paid for another, which stands for the family; two people have to say so."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        IN_FORCE = "in_force", "in force"
        ENDING = "ending", "in force, to be ended"

    COUNTING = (State.IN_FORCE, State.ENDING)

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="vendor_families")
    vendor_number = models.CharField("vendor", max_length=20)
    head = models.CharField(
        "belongs to", max_length=20, help_text="The vendor that stands for the family, such as the one paid"
    )

    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    end_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "vendor families"
        constraints = [
            models.UniqueConstraint(fields=["company", "vendor_number"], name="vendor_in_one_family"),
            models.CheckConstraint(
                condition=~models.Q(vendor_number=models.F("head")),
                name="vendor_family_of_two",
                violation_error_message="A vendor belongs to its own family without being told so.",
            ),
            # Rows of before there were two persons name nobody.
            models.CheckConstraint(
                condition=models.Q(state="proposed")
                | models.Q(proposed_by=None)
                | (models.Q(approved_by__isnull=False) & ~models.Q(approved_by=models.F("proposed_by"))),
                name="vendor_family_counts_when_a_second_person_agreed",
            ),
        ]
        permissions = [("approve_vendorfamily", "Can approve what others propose for vendor families")]
        indexes = [models.Index(fields=["company", "head"], name="vendor_family_by_head")]

    def __str__(self) -> str:
        return f"{self.vendor_number} belongs to {self.head}"

    def clean(self) -> None:
        """A family has one head: it belongs to nobody, and nobody of the family has its own."""
        others = VendorFamily.objects.filter(company=self.company_id).exclude(pk=self.pk)
        if above := others.filter(vendor_number=self.head).first():
            raise ValidationError({"head": f"{above}: name {above.head} here."})
        if below := others.filter(head=self.vendor_number).first():
            raise ValidationError({"vendor_number": f"{below}: put that vendor under {self.head} first."})

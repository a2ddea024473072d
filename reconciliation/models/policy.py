"""What the controller sets: match levels, tolerances, and who may release up to which amount."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models import Company

from .document import Money, Quantity


class MatchLevel(models.Model):
    """How deeply an invoice is matched; the most specific row wins, the empty scope is the company's."""

    class Level(models.TextChoices):
        NONE = "none", "no line check"
        TWO_WAY = "two_way", "against the order"
        THREE_WAY = "three_way", "also against what was received"
        FOUR_WAY = "four_way", "also against what was accepted"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="match_levels")
    vendor_number = models.CharField("vendor", max_length=20, blank=True)
    item_number = models.CharField("item", max_length=20, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.FOUR_WAY)

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "vendor_number", "item_number"], name="match_level_once"
            ),
        ]

    def __str__(self) -> str:
        scope = f"{self.vendor_number or 'any vendor'}, {self.item_number or 'any item'}"
        return f"{scope}: {self.get_level_display()}"


class Tolerance(models.Model):
    """Limits of one check. Empty is no limit; zero is a limit of zero; reached exactly is inside."""

    class Check(models.TextChoices):
        PRICE = "price", "unit price"
        LINE_TOTAL = "line_total", "line total, all invoices"
        QUANTITY_ORDERED = "quantity_ordered", "quantity against ordered"
        QUANTITY_RECEIVED = "quantity_received", "quantity against received"
        QUANTITY_ACCEPTED = "quantity_accepted", "quantity against accepted"
        ACCEPTED_AMOUNT = "accepted_amount", "service amount against confirmed"
        UNIT_RATIO = "unit_ratio", "price units per unit"
        CHARGE = "charge", "charges"
        TAX = "tax", "tax"
        TOTAL = "total", "totals"
        RATE = "rate", "exchange rate"
        EARLY = "early", "too early"
        LARGE_AMOUNT = "large_amount", "large amount"

    class Below(models.TextChoices):
        IGNORE = "ignore", "ignore"
        WARN = "warn", "warn"
        BLOCK = "block", "block"

    class Combine(models.TextChoices):
        ALL = "all", "every limit must hold"
        ANY = "any", "one limit that holds is enough"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tolerances")
    check_name = models.CharField("check", max_length=20, choices=Check.choices)
    vendor_number = models.CharField("vendor", max_length=20, blank=True)
    item_number = models.CharField("item", max_length=20, blank=True)
    code = models.CharField(max_length=20, blank=True, help_text="A charge code, or the name of a total")
    upper_percent = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    upper_amount = Money(null=True, blank=True)
    upper_quantity = Quantity(null=True, blank=True)
    lower_percent = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    lower_amount = Money(null=True, blank=True)
    lower_quantity = Quantity(null=True, blank=True)
    below = models.CharField(max_length=6, choices=Below.choices, default=Below.WARN)
    combine = models.CharField(max_length=3, choices=Combine.choices, default=Combine.ALL)

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "check_name", "vendor_number", "item_number", "code"],
                name="tolerance_once",
            ),
            models.CheckConstraint(
                condition=(models.Q(upper_percent__isnull=True) | models.Q(upper_percent__gte=0))
                & (models.Q(upper_amount__isnull=True) | models.Q(upper_amount__gte=0))
                & (models.Q(lower_percent__isnull=True) | models.Q(lower_percent__gte=0))
                & (models.Q(lower_amount__isnull=True) | models.Q(lower_amount__gte=0)),
                name="tolerance_limits_not_negative",
            ),
        ]

    def __str__(self) -> str:
        scope = " ".join(filter(None, [self.vendor_number, self.item_number, self.code])) or "company"
        return f"{self.get_check_name_display()} ({scope})"


class MatchOptions(models.Model):
    """The company's choices that are not limits."""

    class BeforeReceipt(models.TextChoices):
        BLOCK = "block", "block"
        WARN = "warn", "warn"

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="match_options")
    near_duplicate_days = models.PositiveSmallIntegerField(default=30)
    invoice_before_receipt = models.CharField(
        max_length=5, choices=BeforeReceipt.choices, default=BeforeReceipt.BLOCK
    )
    invoice_before_order = models.CharField(
        max_length=5,
        choices=BeforeReceipt.choices,
        default=BeforeReceipt.WARN,
        help_text="What an invoice does that is older than its order",
    )
    sample_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=0,
        help_text="So many of 100 clean invoices are held for a look",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "match options"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sample_percent__gte=0, sample_percent__lte=100),
                name="match_options_sample_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"Options of {self.company}"


class ReleaseLimit(models.Model):
    """The largest difference, in ledger currency, that a member of a group may release without approval."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="release_limits")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    amount = Money()

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "group"], name="release_limit_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="release_limit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.amount}"

"""Mirrors of what Business Central owns: the lists from which the CAFM and the matching engine choose.

Rows are keyed by BC's own id, because numbers and codes can be renamed there. Nothing vanishes:
a record deleted in BC stays here with `deleted_at` set.
"""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Company(models.Model):
    """A company in Business Central; every other row belongs to one."""

    bc_id = models.UUIDField("BC id", unique=True, null=True, blank=True)
    name = models.CharField(max_length=30, unique=True)
    display_name = models.CharField(max_length=100, blank=True)
    ledger_currency = models.CharField(max_length=10)

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.display_name or self.name


class MirrorQuerySet(models.QuerySet[Any]):
    def of(self, company: Company) -> MirrorQuerySet:
        return self.filter(company=company)

    def present(self) -> MirrorQuerySet:
        """Leave out what BC has deleted."""
        return self.filter(deleted_at=None)


class Mirror(models.Model):
    """A row that only the sync may write."""

    # No index of its own: each mirror has two that begin with the company, and each index has its price.
    # Checked once a statement by a trigger (migration 0011): a foreign key looks each of 50,000 rows up.
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    bc_id = models.UUIDField("BC id", default=uuid.uuid4)
    row_hash = models.BinaryField(max_length=16, editable=False)
    bc_modified_at = models.DateTimeField("changed in BC", null=True)
    changed_at = models.DateTimeField("changed here", auto_now=True)
    deleted_at = models.DateTimeField("deleted in BC", null=True)
    filtered_at = models.DateTimeField("left out by a filter", null=True)

    objects = MirrorQuerySet.as_manager()

    class Meta:
        abstract = True


@cache
def own_fields(model: type[Mirror]) -> list[models.Field[Any, Any]]:
    """Give the fields that hold BC's data, without those that every mirror has."""
    common = {field.name for field in Mirror._meta.local_fields} | {"id"}
    return [field for field in model._meta.local_fields if field.name not in common]


def mirror_constraints(name: str, *key: str) -> tuple[list[models.BaseConstraint], list[models.Index]]:
    """Give each mirror its unique BC id, and indexes on the name people know it by and on what changed last.

    The number is not unique: BC may swap two numbers, and both rows pass through here one after the other.
    """
    return (
        [models.UniqueConstraint(fields=["company", "bc_id"], name=f"{name}_bc_id_once")],
        [
            models.Index(fields=["company", *key], name=f"{name}_by_key"),
            models.Index(fields=["company", "changed_at", "id"], name=f"{name}_by_change"),
        ],
    )


class Item(Mirror):
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100, blank=True)
    type = models.CharField(max_length=20, blank=True)
    base_unit = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=20, blank=True)
    unit_cost = models.DecimalField(max_digits=24, decimal_places=5, default=0)
    blocked = models.BooleanField(default=False)

    class Meta:
        constraints, indexes = mirror_constraints("item", "number")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ItemCategory(Mirror):
    """A group of items; the API tells no tree of them."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "item categories"
        constraints, indexes = mirror_constraints("item_category", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemVariant(Mirror):
    """One execution of an item, such as a colour; it has no stock keeping of its own here."""

    item_number = models.CharField(max_length=20)
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints, indexes = mirror_constraints("item_variant", "item_number", "code")

    def __str__(self) -> str:
        return f"{self.item_number} {self.code} {self.name}"


class Vendor(Mirror):
    class Blocked(models.TextChoices):
        NO = "", "not blocked"
        PAYMENT = "payment", "blocked for payment"
        ALL = "all", "blocked for everything"

    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=10, blank=True)
    payment_terms = models.CharField(max_length=10, blank=True)
    blocked = models.CharField(max_length=10, blank=True, choices=Blocked.choices, default=Blocked.NO)

    class Meta:
        constraints, indexes = mirror_constraints("vendor", "number")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Unit(Mirror):
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=50, blank=True)
    international_code = models.CharField("UN/ECE code", max_length=10, blank=True)

    class Meta:
        verbose_name = "unit of measure"
        verbose_name_plural = "units of measure"
        constraints, indexes = mirror_constraints("unit", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemUnit(Mirror):
    """How many base units one of this unit holds, for one item."""

    item_number = models.CharField(max_length=20)
    unit = models.CharField(max_length=10)
    per_base = models.DecimalField("base units in one", max_digits=24, decimal_places=5)
    rounding_precision = models.DecimalField(max_digits=24, decimal_places=5, default=0)

    class Meta:
        verbose_name = "item unit"
        constraints, indexes = mirror_constraints("item_unit", "item_number", "unit")
        constraints = [
            *constraints,
            models.CheckConstraint(condition=models.Q(per_base__gt=0), name="item_unit_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.item_number}: 1 {self.unit} = {self.per_base.normalize():f}"


class Account(Mirror):
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100, blank=True)
    category = models.CharField(max_length=40, blank=True)
    type = models.CharField(max_length=20, blank=True)
    direct_posting = models.BooleanField(default=False)
    blocked = models.BooleanField(default=False)

    class Meta:
        verbose_name = "G/L account"
        constraints, indexes = mirror_constraints("account", "number")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def is_postable(self) -> bool:
        return self.type == "Posting" and self.direct_posting and not self.blocked


class Currency(Mirror):
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=60, blank=True)
    decimal_places = models.CharField("decimal places, least:most", max_length=5, blank=True)
    rounding_precision = models.DecimalField(max_digits=24, decimal_places=5, default=0)

    class Meta:
        verbose_name_plural = "currencies"
        constraints, indexes = mirror_constraints("currency", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ExchangeRate(Mirror):
    """Ledger amount = amount ÷ exchange_amount × relational_amount, from starting_date on."""

    currency = models.CharField(max_length=10)
    starting_date = models.DateField()
    exchange_amount = models.DecimalField(max_digits=24, decimal_places=8)
    relational_amount = models.DecimalField(max_digits=24, decimal_places=8)
    relational_currency = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints, indexes = mirror_constraints("rate", "currency", "starting_date")

    def __str__(self) -> str:
        return f"{self.currency} from {self.starting_date}: {self.exchange_amount} = {self.relational_amount}"


class Location(Mirror):
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints, indexes = mirror_constraints("location", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PaymentTerms(Mirror):
    """When an invoice is due; BC writes the time as a formula, for example 30D or CM+14D."""

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=100, blank=True)
    due_date_formula = models.CharField(max_length=32, blank=True)
    discount_date_formula = models.CharField(max_length=32, blank=True)
    discount_percent = models.DecimalField(max_digits=24, decimal_places=5, default=0)

    class Meta:
        verbose_name = "payment terms"
        verbose_name_plural = "payment terms"
        constraints, indexes = mirror_constraints("payment_terms", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Dimension(Mirror):
    """What amounts are told apart by, such as the department."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints, indexes = mirror_constraints("dimension", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DimensionValue(Mirror):
    """One value of a dimension; whether it is blocked is not in BC's API."""

    dimension = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints, indexes = mirror_constraints("dimension_value", "dimension", "code")

    def __str__(self) -> str:
        return f"{self.dimension} {self.code} {self.name}"


class FixedAsset(Mirror):
    """The ledger's side of an asset; the CAFM owns the asset and finds it by number or serial number."""

    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100, blank=True)
    class_code = models.CharField("class", max_length=10, blank=True)
    subclass_code = models.CharField("subclass", max_length=10, blank=True)
    location = models.CharField(max_length=10, blank=True)
    serial_number = models.CharField(max_length=50, blank=True)
    under_maintenance = models.BooleanField(default=False)
    blocked = models.BooleanField(default=False)

    class Meta:
        constraints, indexes = mirror_constraints("fixed_asset", "number")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ExactDecoder(json.JSONDecoder):
    """Read numbers with a fraction as Decimal, so that a change shows the amount that was stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"parse_float": Decimal} | options)


class Change(models.Model):
    """One change of one row, written by a database trigger so that SQL and bulk writes are caught too."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    # Not checked by the database: a pull writes 50,000 of these at once.
    company = models.ForeignKey(
        Company,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Of the row that changed; none for what belongs to all companies, such as people",
    )
    actor = models.CharField(max_length=150)
    origin = models.CharField(
        max_length=120, blank=True, db_default="", help_text="The address and the request it came by"
    )
    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    action = models.CharField(max_length=6)
    old = models.JSONField(null=True, decoder=ExactDecoder)
    new = models.JSONField(null=True, decoder=ExactDecoder)

    class Meta:
        indexes = [
            models.Index(fields=["table", "row", "id"], name="change_of_row"),
            BrinIndex(fields=["at"], name="change_by_moment"),  # they come in the order of their time
        ]
        permissions = [("verify_change", "Can verify and export the book of changes")]

    def __str__(self) -> str:
        return f"{self.action} {self.table} {self.row} by {self.actor}"


class Seal(models.Model):
    """A row's place in its company's chain: the hash of what stands in it, and of all that stands before it.

    The seal of a row that is forgotten stays, so that the chain holds.
    """

    chain = models.BigIntegerField(help_text="The company; 0 for what belongs to all of them")
    position = models.BigIntegerField()
    book = models.CharField(max_length=30)
    row = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="seal_has_its_place"),
            models.UniqueConstraint(fields=["book", "row"], name="row_is_sealed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.row} at {self.chain}:{self.position}"


class ChainHead(models.Model):
    """How far a company's chain goes, and the hash of all of it."""

    chain = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.chain}:{self.position}"


class Sealed(models.Model):
    """How far a book is sealed, and who was still writing in it when its next end was looked up."""

    book = models.CharField(max_length=30, primary_key=True)
    until = models.BigIntegerField(default=0, help_text="All rows up to this one have their seal")
    end = models.BigIntegerField(default=0, help_text="The row that is sealed next to last")
    writers = models.JSONField(default=list, help_text="Transactions that may yet bring rows before that end")

    def __str__(self) -> str:
        return f"{self.book} up to {self.until}"


class RetentionTerm(models.Model):
    """For how long a kind is kept; the database's function that forgets reads it here."""

    kind = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=60)
    tables = models.CharField(
        max_length=63, blank=True, help_text="Of changes: the tables they are of, in SQL's words (LIKE)"
    )
    days = models.PositiveIntegerField()
    least_days = models.PositiveIntegerField(help_text="Nobody may set less")
    whole_years = models.BooleanField(help_text="It runs from the end of the year")
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__gte=models.F("least_days")), name="retention_is_not_below_its_least"
            ),
            models.CheckConstraint(
                condition=models.Q(tables="") | models.Q(least_days__gte=365),
                name="retention_of_changes_is_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.days} days"


class AuditCheck(models.Model):
    """What it came to when the chains were verified, by the clock or because somebody asked."""

    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    faults = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list, help_text="The first faults, in words")

    class Meta:
        indexes = [models.Index(fields=["finished_at"], name="audit_check_by_end")]

    def __str__(self) -> str:
        return f"asked by {self.asked_by}: {self.faults} faults"

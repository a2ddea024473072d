"""The company's policy: match levels, tolerances, options and release limits, and what a new one starts with.

Every check has a company rule: where a row is missing, the default of this table counts, so that "not
configured" cannot happen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction

from masterdata.models import Company

from .matching import facts
from .matching.exact import trimmed
from .models import MatchLevel, MatchOptions, ReleaseLimit, SupplierInvoice, Tolerance
from .roles import AP_APPROVER, AP_CLERK

Check = Tolerance.Check


@dataclass(frozen=True)
class Default:
    """The company rule of a check that a new company starts with; `code` names one total or charge."""

    check: str
    code: str = ""
    upper_percent: Decimal | None = None
    upper_amount: Decimal | None = None
    lower_percent: Decimal | None = None

    def as_row(self, company: Company) -> Tolerance:
        return Tolerance(
            company=company,
            check_name=self.check,
            code=self.code,
            upper_percent=self.upper_percent,
            upper_amount=self.upper_amount,
            lower_percent=self.lower_percent,
        )


NOTHING = Decimal(0)
TWO_PERCENT, TEN_PERCENT = Decimal(2), Decimal(10)

# A line without figures has no limit: the difference is recorded and holds nothing back. Orders carry no tax
# and no discount of their own, so the totals that hang on them are recorded only.
DEFAULTS = [
    Default(Check.PRICE, upper_percent=TWO_PERCENT, upper_amount=Decimal(50), lower_percent=Decimal(25)),
    Default(Check.LINE_TOTAL, upper_percent=TWO_PERCENT, upper_amount=Decimal(50)),
    Default(Check.QUANTITY_ORDERED, upper_percent=NOTHING),
    Default(Check.QUANTITY_RECEIVED, upper_percent=NOTHING),
    Default(Check.QUANTITY_ACCEPTED, upper_percent=NOTHING),
    Default(Check.ACCEPTED_AMOUNT, upper_amount=NOTHING),
    Default(Check.UNIT_RATIO, upper_percent=TWO_PERCENT),
    Default(Check.CHARGE, upper_percent=TEN_PERCENT, upper_amount=Decimal(25)),
    Default(Check.TAX),
    Default(Check.TOTAL, upper_percent=TWO_PERCENT, upper_amount=Decimal(50)),
    Default(Check.TOTAL, code="charges", upper_percent=TEN_PERCENT, upper_amount=Decimal(25)),
    Default(Check.TOTAL, code="discount"),
    Default(Check.TOTAL, code="tax"),
    Default(Check.TOTAL, code="rounding", upper_amount=Decimal("0.05")),
    Default(Check.TOTAL, code="invoice"),
    Default(Check.RATE, upper_percent=TEN_PERCENT),
    Default(Check.EARLY),
    Default(Check.LARGE_AMOUNT),
]
RELEASE_LIMITS = {AP_CLERK: Decimal(500), AP_APPROVER: Decimal(10_000)}


@transaction.atomic
def install_defaults(company: Company) -> int:
    """Give a company the levels, tolerances, options and limits it lacks; returns how many were added.

    What is there already stays as it is, so that this may run at every start.
    """
    made = [
        MatchLevel.objects.get_or_create(
            company=company, vendor_number="", item_number="", defaults={"level": MatchLevel.Level.FOUR_WAY}
        )[1],
        MatchOptions.objects.get_or_create(company=company)[1],
    ]
    here = set(
        Tolerance.objects.filter(company=company, vendor_number="", item_number="").values_list(
            "check_name", "code"
        )
    )
    for default in DEFAULTS:
        if (default.check, default.code) not in here:
            default.as_row(company).save()
            made.append(True)
    for role, amount in RELEASE_LIMITS.items():
        group, _created = Group.objects.get_or_create(name=role)
        made.append(
            ReleaseLimit.objects.get_or_create(company=company, group=group, defaults={"amount": amount})[1]
        )
    return sum(made)


@transaction.atomic
def judge_again(company: Company) -> int:
    """Mark the invoices that are still open as due for matching: a limit or a master record changed."""
    still_open = [SupplierInvoice.Status.RECEIVED, SupplierInvoice.Status.BLOCKED]
    due = SupplierInvoice.objects.filter(company=company, status__in=still_open)
    ids = list(due.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return SupplierInvoice.objects.filter(pk__in=ids).update(match_due=True)


def policy_of(company: Company) -> facts.Policy:
    """Read a company's policy as the engine takes it."""
    rows = list(Tolerance.objects.filter(company=company))
    stated = {(row.check_name, row.code) for row in rows if not row.vendor_number and not row.item_number}
    checks = {check for check, code in stated if not code}
    rows += [default.as_row(company) for default in DEFAULTS if default.check not in checks]
    options = MatchOptions.objects.filter(company=company).first() or MatchOptions(company=company)
    levels = list(MatchLevel.objects.filter(company=company))
    if not any(not row.vendor_number and not row.item_number for row in levels):
        levels.append(MatchLevel(company=company))
    return facts.Policy(
        levels=tuple(_level(row) for row in sorted(levels, key=_scope)),
        rules=tuple(
            _rule(row) for row in sorted(rows, key=lambda row: (row.check_name, row.code, _scope(row)))
        ),
        options=facts.Options(
            near_duplicate_days=options.near_duplicate_days,
            invoice_before_receipt=options.invoice_before_receipt,
        ),
    )


def narrowed(policy: facts.Policy, vendors: Collection[str], items: Collection[str]) -> facts.Policy:
    """Leave out the rows of other vendors and items, so that a stored question stays small."""
    return facts.Policy(
        levels=tuple(row for row in policy.levels if _concerns(row, vendors, items)),
        rules=tuple(row for row in policy.rules if _concerns(row, vendors, items)),
        options=policy.options,
    )


def _concerns(
    row: facts.LevelRule | facts.ToleranceRule, vendors: Collection[str], items: Collection[str]
) -> bool:
    return (row.vendor is None or row.vendor in vendors) and (row.item is None or row.item in items)


def _scope(row: MatchLevel | Tolerance) -> tuple[str, str]:
    return row.vendor_number, row.item_number


def _level(row: MatchLevel) -> facts.LevelRule:
    return facts.LevelRule(row.level, row.vendor_number or None, row.item_number or None)


def _rule(row: Tolerance) -> facts.ToleranceRule:
    return facts.ToleranceRule(
        check=row.check_name,
        vendor=row.vendor_number or None,
        item=row.item_number or None,
        code=row.code or None,
        upper=_limits(row.upper_percent, row.upper_amount, row.upper_quantity),
        lower=_limits(row.lower_percent, row.lower_amount, row.lower_quantity),
        below=row.below,
        combine=row.combine,
    )


def _limits(percent: Decimal | None, amount: Decimal | None, quantity: Decimal | None) -> facts.Limits:
    return facts.Limits(*(None if limit is None else trimmed(limit) for limit in (percent, amount, quantity)))

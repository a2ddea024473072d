"""What a company starts with, and what counts for a check that nobody has set.

Every check has a company rule: where a row is missing, the default of this table counts, so that "not
configured" cannot happen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from masterdata.models import Company
from reconciliation.matching import facts, policy_document
from reconciliation.models import MatchLevel, MatchOptions, PolicyVersion, ReleaseLimit, Tolerance
from reconciliation.roles import AP_APPROVER, AP_CLERK

from .draft import draft_of

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

    def as_rule(self) -> facts.ToleranceRule:
        return facts.ToleranceRule(
            check=self.check,
            code=self.code or None,
            upper=facts.Limits(self.upper_percent, self.upper_amount),
            lower=facts.Limits(self.lower_percent),
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

    What is there already stays as it is, so that this may run at every start. A company without any version
    gets the rows as its first one, for it must be judged by something from its first day.
    """
    made = [
        MatchLevel.objects.get_or_create(
            company=company, vendor_number="", item_number="", defaults={"level": MatchLevel.Level.FOUR_WAY}
        )[1],
        MatchOptions.objects.get_or_create(company=company)[1],
        *_add_tolerances(company),
    ]
    for role, amount in RELEASE_LIMITS.items():
        group, _created = Group.objects.get_or_create(name=role)
        made.append(
            ReleaseLimit.objects.get_or_create(company=company, group=group, defaults={"amount": amount})[1]
        )
    _publish_first(company)
    return sum(made)


def _add_tolerances(company: Company) -> list[bool]:
    here = set(
        Tolerance.objects.filter(company=company, vendor_number="", item_number="").values_list(
            "check_name", "code"
        )
    )
    missing = [default for default in DEFAULTS if (default.check, default.code) not in here]
    bulk_create_with_history([default.as_row(company) for default in missing], Tolerance)
    return [True] * len(missing)


def _publish_first(company: Company) -> None:
    Company.objects.select_for_update().get(pk=company.pk)
    if PolicyVersion.objects.of(company).exists():
        return
    PolicyVersion.objects.create(
        company=company,
        number=1,
        state=PolicyVersion.State.APPROVED,
        content=policy_document(draft_of(company)),
        reason="The rules that Tieout is shipped with",
        in_force_from=timezone.now(),
    )


def complete(policy: facts.Policy) -> facts.Policy:
    """Fill in the company rule of each check that says nothing, and the company's level."""
    stated = {rule.check for rule in policy.rules if not (rule.vendor or rule.item or rule.code)}
    missing = tuple(default.as_rule() for default in DEFAULTS if default.check not in stated)
    has_level = any(not (row.vendor or row.item) for row in policy.levels)
    level = () if has_level else (facts.LevelRule(facts.Level.FOUR_WAY),)
    return replace(policy, rules=policy.rules + missing, levels=policy.levels + level)

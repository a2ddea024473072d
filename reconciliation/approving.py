"""Who has to agree to a proposed release, who may do so now, and who may not decide it at all.

The same rules stand in the database, as triggers, so that no way around this module lets an invoice through.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from masterdata.models import Company

from .models import Absence, ApprovalTier, ExceptionCase, ReleaseLimit, Resolution, Signature

# Rules and limits count as just changed for so long.
JUST = datetime.timedelta(days=7)
# Where a company has no tiers, anyone who may approve does, once.
ANYONE = 0


@dataclass(frozen=True)
class Step:
    """A tier of one proposal, and who has signed it."""

    position: int
    title: str
    group_id: int | None
    signature: Signature | None = None


@dataclass(frozen=True)
class Right:
    """For whom somebody may sign a step: themselves, or a colleague who is away."""

    on_behalf_of: User | None = None


def release_limit(company: Company, user: User) -> Decimal:
    """Give the most that this person may release alone; a limit that they have just set is none."""
    own = ReleaseLimit.history.filter(
        id=OuterRef("pk"), history_user=user, history_date__gt=timezone.now() - JUST
    )
    rows = ReleaseLimit.objects.filter(company=company, group__user=user).exclude(Exists(own))
    return rows.aggregate(most=Max("amount"))["most"] or Decimal(0)


def judged_by_own_rules(case: ExceptionCase, user: User) -> str:
    """Say why somebody may not decide: they have just proposed or approved the rules it was judged by."""
    rules = case.decision.policy_version
    if rules is None or rules.in_force_from is None or rules.in_force_from < timezone.now() - JUST:
        return ""
    if user.pk not in (rules.proposed_by_id, rules.decided_by_id):
        return ""
    return _(
        "You have just changed the rules that this invoice was judged by ({version}). "
        "Someone else decides it."
    ).format(version=rules)


def steps(resolution: Resolution, amount: Decimal | None) -> list[Step]:
    """Give the tiers that a proposal over this amount needs, in their order."""
    signed = {row.position: row for row in resolution.signatures.select_related("by", "on_behalf_of")}
    tiers = ApprovalTier.objects.filter(company=resolution.case.company).select_related("group")
    needed = [tier for tier in tiers.order_by("position") if amount is None or amount > tier.above]
    if not needed:
        return [Step(ANYONE, _("someone who approves releases"), None, signed.get(ANYONE))]
    return [Step(tier.position, tier.group.name, tier.group_id, signed.get(tier.position)) for tier in needed]


def open_step(every: list[Step]) -> Step | None:
    """Give the step whose turn it is."""
    return next((step for step in every if step.signature is None), None)


def right_to_sign(step: Step, user: User, *, proposer_id: int) -> Right | None:
    """Tell for whom this person may sign a step; nobody signs for whoever proposed it."""
    if step.group_id is None or user.groups.filter(pk=step.group_id).exists():
        return Right()
    absent = Absence.objects.filter(
        deputy=user,
        first_day__lte=timezone.localdate(),
        last_day__gte=timezone.localdate(),
        person__is_active=True,
        person__groups=step.group_id,
    ).exclude(person=proposer_id)
    found = absent.select_related("person").order_by("pk").first()
    return Right(found.person) if found else None


def stands_in_for(user: User) -> User:
    """Give who gets a case that is meant for this person: themselves, or who stands in today."""
    today = timezone.localdate()
    away = Absence.objects.filter(person=user, first_day__lte=today, last_day__gte=today)
    found = away.filter(deputy__is_active=True).select_related("deputy").order_by("pk").first()
    return found.deputy if found else user

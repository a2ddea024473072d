"""Who has a case before them now, and who has seen it."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from reconciliation.models import CaseVisit, ExceptionCase
from reconciliation.roles import TALK

# A page says every half minute that it is still open.
HERE = datetime.timedelta(seconds=75)


def visit(case: ExceptionCase, person: User) -> None:
    """Note that somebody who works on cases has this one before them; who only audits leaves no trace."""
    if not person.has_perm(TALK):
        return
    now = timezone.now()
    CaseVisit.objects.bulk_create(
        [CaseVisit(case=case, person=person, first_at=now, last_at=now)],
        update_conflicts=True,
        unique_fields=["case", "person"],
        update_fields=["last_at"],
    )


def visits(case: ExceptionCase, *, but: User) -> list[CaseVisit]:
    """Give who has seen the case, the latest first, without who asks."""
    return list(case.visits.exclude(person=but).select_related("person").order_by("-last_at"))


def is_here(visit: CaseVisit) -> bool:
    return timezone.now() - visit.last_at < HERE

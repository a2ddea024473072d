"""How the same trouble with the same vendor ended before: the last few cases, with who and what."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from reconciliation.actions import ACTIONS
from reconciliation.models import ExceptionCase, Resolution

from . import figures

LATEST = 5
# What was asked or put aside on the way ended nothing.
ENDINGS = [Resolution.Kind.RELEASE, Resolution.Kind.OVERRIDE, Resolution.Kind.REJECT, Resolution.Kind.NOTE]


@dataclass(frozen=True)
class Before:
    """A closed case: which invoice, how it ended, by whom and why."""

    key: int
    invoice: str
    difference: str
    ended: str
    who: str
    why: str
    when: str


def before(case: ExceptionCase, viewer: User) -> list[Before]:
    """Give the last closed cases of this vendor with the same reason on top, the newest first."""
    same = ExceptionCase.objects.of(case.company).filter(
        vendor_number=case.vendor_number, code=case.code, closed_at__isnull=False
    )
    closed = list(same.exclude(pk=case.pk).order_by("-closed_at", "-pk")[:LATEST])
    last = _last_words(closed)
    return [_told(each, last.get(each.pk), viewer) for each in closed]


def _last_words(closed: list[ExceptionCase]) -> dict[int, Resolution]:
    """Give the decision that ended each; one query for all."""
    rows = Resolution.objects.filter(case__in=closed, state=Resolution.State.DONE, kind__in=ENDINGS)
    latest = rows.order_by("case_id", "-pk").distinct("case_id").select_related("by", "decided_by")
    return {row.case_id: row for row in latest}


def _told(each: ExceptionCase, last: Resolution | None, viewer: User) -> Before:
    is_ours = last is not None and each.status != ExceptionCase.Status.CLEARED
    title = str(ACTIONS[last.action].title) if is_ours and last and last.action in ACTIONS else ""
    day = timezone.localtime(each.closed_at).date() if each.closed_at else timezone.localdate()
    return Before(
        key=each.pk,
        invoice=each.invoice_number,
        difference=figures.money(each.difference, each.currency),
        ended=title or each.get_status_display().capitalize(),
        who=figures.person(last.decided_by or last.by, viewer) if is_ours and last else "",
        why=last.reason if is_ours and last else each.cleared_by,
        when=figures.short_day(day, timezone.localdate()),
    )

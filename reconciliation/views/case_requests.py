"""What was asked because of a case, of whom, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation.actions import one_tap
from reconciliation.models import CaseRequest, ExceptionCase, Resolution

from . import figures

State = CaseRequest.State


@dataclass(frozen=True)
class Asked:
    """A request as the page shows it."""

    key: int
    title: str
    when: str
    who: str
    text: str
    answer: str
    link: str
    tone: str


def asked(case: ExceptionCase, viewer: User) -> list[Asked]:
    """Give what was asked, the newest first; what was undone or declined was never asked."""
    rows = case.requests.exclude(state=State.WITHDRAWN).exclude(resolution__state=Resolution.State.DECLINED)
    return [
        Asked(
            key=row.pk,
            title=f"{row.get_kind_display().capitalize()} ({row.get_whom_display()})",
            when=figures.moment(row.asked_at),
            who=figures.person(row.asked_by, viewer),
            text=row.text,
            answer=_answer(row),
            link=_link(row),
            tone="good" if row.state == State.ANSWERED else "calm",
        )
        for row in rows.select_related("asked_by").order_by("-pk")
    ]


def _link(row: CaseRequest) -> str:
    """Give the link that answers it, while it does."""
    if row.state != State.OPEN or row.expires_at is None or row.expires_at < timezone.now():
        return ""
    return f"{settings.TIEOUT_URL}{reverse('one-tap', args=[one_tap.key_of(row)])}"


def _answer(row: CaseRequest) -> str:
    if row.state != State.ANSWERED or row.answered_at is None:
        return _("no answer yet")
    told = ": ".join(filter(None, [row.answer, row.answer_note]))
    return _("{name} answered {when}: {told}").format(
        name=row.answered_by, when=figures.moment(row.answered_at), told=told
    )

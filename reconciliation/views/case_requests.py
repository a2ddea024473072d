"""What was asked because of a case, of whom, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation.actions import one_tap
from reconciliation.models import CaseNotice, CaseRequest, ExceptionCase, Resolution
from reconciliation.roles import CONFIRM

from . import figures

State = CaseRequest.State
Mail = CaseNotice.State


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
    mail: str
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
            link=_link(row, viewer),
            mail=_mail(row) or _without_mail(row, viewer),
            tone="good" if row.state == State.ANSWERED else "calm",
        )
        for row in rows.select_related("asked_by").prefetch_related("notices").order_by("-pk")
    ]


def _link(row: CaseRequest, viewer: User) -> str:
    """Give the link that answers it to who may confirm deliveries: what goes by mail is for its reader alone.

    Never to who asked. The link knows nobody: whoever holds it answers under any name.
    """
    if not _waits_for_a_link(row) or row.asked_by_id == viewer.pk or not viewer.has_perm(CONFIRM):
        return ""
    return f"{settings.TIEOUT_URL}{reverse('one-tap', args=[one_tap.key_of(row)])}"


def _waits_for_a_link(row: CaseRequest) -> bool:
    """Tell whether a link answers it that somebody has to pass on, as no mail does."""
    is_live = row.expires_at is not None and row.expires_at >= timezone.now()
    return not row.email and row.state == State.OPEN and is_live


def _without_mail(row: CaseRequest, viewer: User) -> str:
    """Say where the link of a question without an address is."""
    if not _waits_for_a_link(row) or _link(row, viewer):
        return ""
    return _("No address was given: a colleague who confirms deliveries finds the link here.")


def _mail(row: CaseRequest) -> str:
    """Say whether the question has gone to its reader."""
    sent = {
        Mail.QUEUED: _("Goes to {address} by mail in a minute."),
        Mail.SENT: _("Went to {address} by mail, {when}."),
        Mail.FAILED: _("The mail to {address} could not be sent: {problem}"),
    }
    for notice in row.notices.all():
        told = sent.get(Mail(notice.state), "")
        if notice.state == Mail.QUEUED and notice.error:
            told = _("The mail to {address} is tried again: {problem}")
        when = figures.moment(notice.ended_at) if notice.ended_at else ""
        return told.format(address=notice.address, when=when, problem=notice.error)
    return ""


def _answer(row: CaseRequest) -> str:
    if row.state != State.ANSWERED or row.answered_at is None:
        return _("no answer yet")
    told = ": ".join(filter(None, [row.answer, row.answer_note]))
    return _("{name} answered {when}: {told}").format(
        name=row.answered_by, when=figures.moment(row.answered_at), told=told
    )

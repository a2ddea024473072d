"""Who is told of what about a case: here at once, and by mail where they have not looked by then."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from reconciliation.models import CaseNotice, CaseRequest, Comment, ExceptionCase, Watcher
from reconciliation.people import called
from reconciliation.roles import SEE_CASES

Kind = CaseNotice.Kind
State = CaseNotice.State
# An @ that begins a word: what stands before it in an address is none. Who came by Entra ID may have an
# address for a name.
MENTION = re.compile(r"(?<![\w.@+-])@([\w.+-]+(?:@[\w.+-]+)?)")
# Whoever has the case before them need not be written to; and what is undone was never said.
PAUSE = datetime.timedelta(seconds=60)


def mentioned(text: str) -> tuple[list[User], list[str]]:
    """Give the people whom a text names with an @, and the names that nobody here has."""
    names = {name.rstrip(".-+") for name in MENTION.findall(text)} - {""}
    here = User.objects.filter(username__in=names, is_active=True) if names else User.objects.none()
    people = [user for user in here.order_by("pk") if user.has_perm(SEE_CASES)]
    return people, sorted(names - {user.username for user in people})


def watch(case: ExceptionCase, people: Iterable[User]) -> None:
    """Let these people be told what is said from now on; who is told already stays so."""
    Watcher.objects.bulk_create([Watcher(case=case, person=each) for each in people], ignore_conflicts=True)


def tell_of_comment(comment: Comment, *, named: Collection[User] = ()) -> None:
    """Tell whom it names, whose case it is and who follows it; never who said it."""
    case = comment.case
    followers = User.objects.filter(pk__in=case.watchers.values("person"), is_active=True)
    kind = Kind.SAID if comment.by_id else Kind.ANSWERED
    told = {each.pk: kind for each in followers}
    if case.owner_id:
        told[case.owner_id] = kind
    told |= {each.pk: Kind.MENTIONED for each in named}
    told.pop(comment.by_id or 0, None)
    _tell(case, told, by_name=called(comment.by) if comment.by else comment.said_by, comment=comment)


def tell_of_gift(case: ExceptionCase, *, to: User, by: User) -> None:
    """Tell somebody that a case is theirs now."""
    if to.pk != by.pk:
        _tell(case, {to.pk: Kind.GIVEN}, by_name=called(by))


def send_question(request: CaseRequest) -> None:
    """Send a question to somebody without a seat, once it can no longer be undone."""
    wait = max(PAUSE, datetime.timedelta(seconds=settings.UNDO_SECONDS))
    CaseNotice.objects.create(
        case=request.case,
        kind=Kind.ASKED,
        address=request.email,
        request=request,
        by_name=called(request.asked_by),
        next_attempt_at=timezone.now() + wait,
    )


def seen(case: ExceptionCase, person: User) -> None:
    """Count what somebody was told about a case as read: they have it before them."""
    CaseNotice.objects.filter(case=case, person=person, seen_at=None).update(seen_at=timezone.now())


def _tell(
    case: ExceptionCase, told: dict[int, CaseNotice.Kind], *, by_name: str, comment: Comment | None = None
) -> None:
    due = timezone.now() + PAUSE
    CaseNotice.objects.bulk_create(
        CaseNotice(
            case=case,
            kind=kind,
            person_id=person,
            comment=comment,
            by_name=by_name[:300],
            next_attempt_at=due,
        )
        for person, kind in sorted(told.items())
    )

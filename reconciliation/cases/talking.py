"""Who has a case, who follows it, and what is said about it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reconciliation import approving
from reconciliation.models import Comment, ExceptionCase
from reconciliation.people import called
from reconciliation.roles import RESOLVE, SEE_CASES, TALK

from . import noticing
from .changing import allow, fresh, save, still_open
from .errors import NotAllowed, ReasonMissing
from .typed import check_length


@transaction.atomic
def take(case: ExceptionCase, *, by: User) -> ExceptionCase:
    """Make it one's own."""
    case = fresh(case)
    allow(by, RESOLVE)
    still_open(case)
    if case.owner_id != by.pk:
        case.owner = by
        save(case, by, ["owner"])
    return case


@transaction.atomic
def hand_over(case: ExceptionCase, *, by: User, to: User) -> ExceptionCase:
    """Give the case to a colleague, or to who stands in; its owner may, and whoever resolves cases."""
    case, to = fresh(case), approving.stands_in_for(to)
    if case.owner_id != by.pk:
        allow(by, RESOLVE)
    still_open(case)
    if not (to.is_active and to.has_perm(SEE_CASES) and to.has_perm(TALK)):
        raise NotAllowed(_("{name} may not work on exceptions. Choose someone else.").format(name=called(to)))
    if case.owner_id != to.pk:
        case.owner = to
        save(case, by, ["owner"])
        noticing.tell_of_gift(case, to=to, by=by)
    return case


@transaction.atomic
def comment(case: ExceptionCase, *, by: User, text: str) -> Comment:
    """Say something about the case; it stays for ever, and whom it names or who follows is told."""
    allow(by, TALK)
    text = text.strip()
    if not text:
        raise ReasonMissing(_("Write something first."))
    check_length(text)
    said = Comment.objects.create(case=case, by=by, text=text)
    named, _unknown = noticing.mentioned(text)
    noticing.watch(case, [by, *named])
    noticing.tell_of_comment(said, named=named)
    return said


@transaction.atomic
def answered(case: ExceptionCase, *, said_by: str, text: str, asked_by: User) -> Comment:
    """Write down what somebody without a seat has answered, in their own name; who asked is told."""
    said = Comment.objects.create(case=case, said_by=said_by[:300], text=text)
    noticing.watch(case, [asked_by])
    noticing.tell_of_comment(said)
    return said


@transaction.atomic
def watch(case: ExceptionCase, *, by: User) -> None:
    """Follow a case: be told what is said about it."""
    allow(by, TALK)
    noticing.watch(case, [by])


@transaction.atomic
def unwatch(case: ExceptionCase, *, by: User) -> None:
    """Follow a case no longer; who is named is still told."""
    allow(by, TALK)
    case.watchers.filter(person=by).delete()

"""Who has a case, and what is said about it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reconciliation import approving
from reconciliation.models import Comment, ExceptionCase
from reconciliation.roles import RESOLVE, SEE_CASES, TALK

from .changing import allow, fresh, save, still_open
from .errors import NotAllowed, ReasonMissing
from .telling import called
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
    return case


@transaction.atomic
def comment(case: ExceptionCase, *, by: User, text: str) -> Comment:
    """Say something about the case; it stays for ever."""
    allow(by, TALK)
    text = text.strip()
    if not text:
        raise ReasonMissing(_("Write something first."))
    check_length(text)
    return Comment.objects.create(case=case, by=by, text=text)

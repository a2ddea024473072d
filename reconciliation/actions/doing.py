"""Do one action of the table: every door (page, HTTP, bulk) comes through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, Undoable

from . import undoing
from .action import Action, Level, Limit, Situation, Status
from .form import Form
from .table import ACTIONS


class NotOffered(cases.CaseError):
    """The case is none for this action; the message says why."""


@dataclass(frozen=True)
class Done:
    """What was done, in a sentence, and how it can be undone."""

    action: Action
    sentence: str
    undoable: Undoable | None = None


@transaction.atomic
def do(name: str, case: ExceptionCase, *, by: User, sent: Mapping[str, str | list[str]]) -> Done:
    """Do what the table's row says, or leave everything as it was.

    Raises KeyError for an action that is not in the table, else the errors of cases and NotOffered.
    """
    action, form = ACTIONS[name], Form(sent)
    if not action.may(by, case):
        raise cases.NotAllowed(roles.refusal(by, action.permission))
    case = cases.fresh(case)
    if form.seen is not None and form.seen != cases.version(case):
        raise cases.StaleCase(cases.what_happened(case))
    situation = situation_of(case, by)
    if refusal := refusal_of(action, situation):
        raise refusal
    before = undoing.snapshot(case)
    sentence = action.does(case, by, form)
    undoable = (
        undoing.remember(before, action, by) if action.can_be_undone and settings.UNDO_SECONDS else None
    )
    return Done(action, sentence, undoable)


def situation_of(case: ExceptionCase, user: User) -> Situation:
    findings = list(case.findings.order_by("position"))
    return Situation(case, user, findings, cases.proposal(case))


def refusal_of(action: Action, situation: Situation) -> cases.CaseError | None:
    """Give why this case cannot be dealt with so, to a person who may in general; None where it can."""
    case = situation.case
    if Status(case.status) not in action.states:
        return cases.WrongStatus(_("Nothing was changed. {why}").format(why=_why_not_now(case)))
    if action.four_eyes and situation.is_own_proposal:
        return cases.NotAllowed(_("This is your own proposal. Someone else has to decide it."))
    if not action.fits(situation):
        return NotOffered(
            _("Nothing was changed. None of the reasons that hold this invoice is one for that.")
        )
    if sentence := refused(action, situation):
        return NotOffered(sentence)
    return None


def refused(action: Action, situation: Situation) -> str:
    """Say why the action is shown and cannot be done: by Business Central's level, or by what is the case."""
    if action.four_eyes and situation.is_own_proposal:
        return _("This is your own proposal; someone else decides it.")
    if action.level == Level.APP and not settings.BC_APP_URL:
        return _("Business Central needs the Tieout app for this; it is not installed there.")
    return action.refuses(situation)


def goes_to_approver(action: Action, situation: Situation) -> bool:
    """Tell whether the person may only propose this: it lets through more than they may alone."""
    if action.limit != Limit.RELEASE:
        return False
    amount = situation.stake if action.codes is None else situation.stake_of(action.codes)
    return amount is None or amount > situation.limit


def _why_not_now(case: ExceptionCase) -> str:
    if case.status == ExceptionCase.Status.PROPOSED:
        return _("A proposal waits for approval. Withdraw it, or have it declined.")
    return cases.what_happened(case)

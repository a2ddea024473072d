"""What can be done with a case, numbered for the keyboard; what cannot be done says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from reconciliation import roles
from reconciliation.actions import ACTIONS, CODES, Action, Ask, Situation, draft, goes_to_approver, refused
from reconciliation.models import ExceptionCase

from . import figures

# So many are shown at once, beside what is suggested; the others unfold.
USUAL = 6
MOST_NUMBERS = 9


@dataclass(frozen=True)
class Offer:
    """An action that fits the case: what it says and asks, or why it cannot be done."""

    name: str
    title: str
    note: str = ""
    button: str = ""
    label: str = ""
    disabled: str = ""
    number: int = 0
    is_suggested: bool = False
    is_open: bool = False
    is_usual: bool = True
    wants_reason: bool = True
    needs_reason: bool = True
    asks: tuple[str, ...] = ()
    letter: str = ""
    codes: list[tuple[str, str]] = field(default_factory=list)


def offers(situation: Situation, tried: str = "") -> list[Offer]:
    """Give what this person can do with the case now, the suggested first; `tried` is shown unfolded."""
    if not situation.case.is_open:
        return []
    fitting = [action for action in ACTIONS.values() if _is_offered(action, situation)]
    offered = [_offer(action, situation) for action in fitting]
    return list(_numbered(sorted(offered, key=_rank), tried))


def may_hand_over(shown: ExceptionCase, user: User) -> bool:
    """Tell whether this person may give the case away: who resolves cases, and whose case it is."""
    return shown.is_open and ACTIONS["hand-over"].may(user, shown)


def colleagues(shown: ExceptionCase) -> list[dict[str, str]]:
    """Give the people who may work on cases, but the owner."""
    app, codename = roles.TALK.split(".")
    held = Q(groups__permissions__codename=codename, groups__permissions__content_type__app_label=app)
    people = User.objects.filter(held, is_active=True).distinct().order_by("username")
    return [
        {"username": user.username, "name": figures.person(user)}
        for user in people
        if user.pk != shown.owner_id
    ]


def _is_offered(action: Action, situation: Situation) -> bool:
    may = action.may(situation.user, situation.case)
    return (
        action.is_shown and action.fits(situation) and (may or action.is_told) and action.shown_if(situation)
    )


def _offer(action: Action, situation: Situation) -> Offer:
    disabled = refused(action, situation)
    if not disabled and not action.may(situation.user, situation.case):
        disabled = roles.refusal(situation.user, action.permission)
    button = _("Send for approval") if goes_to_approver(action, situation) else action.button
    return Offer(
        action.name,
        action.titled(situation) or str(action.title),
        note="" if disabled else action.note(situation),
        button=str(button),
        label=str(action.label),
        disabled=disabled,
        is_suggested=not disabled and action.suggested(situation),
        wants_reason=action.reason != Ask.NOT,
        needs_reason=action.reason == Ask.MUST,
        asks=action.asks,
        letter=draft(action.letter, situation, action.codes) if action.letter and not disabled else "",
        codes=[(code, str(CODES[code])) for code in action.reason_codes],
    )


def _rank(offer: Offer) -> bool:
    """Put what is suggested first; the others stay in the order of the table."""
    return not offer.is_suggested


def _numbered(offered: Iterable[Offer], tried: str) -> Iterable[Offer]:
    for number, offer in enumerate(offered, start=1):
        yield replace(
            offer,
            number=number if number <= MOST_NUMBERS else 0,
            is_open=offer.name == tried,
            is_usual=number <= USUAL or offer.is_suggested,
        )

"""What an action declares: who may, up to what, when it is offered, what it asks, how it is undone."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.models import User
from django.utils.functional import Promise

from reconciliation import approving, cases
from reconciliation.models import CaseRequest, ExceptionCase, Finding, Resolution

from . import case_lines
from .case_lines import Line
from .form import Form

Text = str | Promise
Status = ExceptionCase.Status
UNDECIDED = frozenset({Status.OPEN, Status.WAITING})
STILL_OPEN = frozenset(ExceptionCase.OPEN_STATUSES)
ANY_STATUS = frozenset(Status)


class Limit(enum.Enum):
    """Up to what amount somebody may decide alone."""

    NONE = "no money is let through"
    RELEASE = "the limit of the person's roles; over it a second person decides"
    SMALL = "a small difference, whoever writes it off"


class Ask(enum.Enum):
    """Whether a reason is asked for."""

    NOT = "no"
    MAY = "may be given"
    MUST = "has to be given"


class Level(enum.Enum):
    """What Business Central offers us: its own API, or the Tieout app besides."""

    STANDARD = "standard"
    APP = "app"


@dataclass
class Situation:
    """A case as a person stands before it; what costs a question is asked once, when it is needed."""

    case: ExceptionCase
    user: User
    findings: Collection[Finding]
    proposal: Resolution | None = None

    @cached_property
    def holding(self) -> list[Finding]:
        return cases.blocking(self.findings)

    @cached_property
    def codes(self) -> set[str]:
        return {finding.code for finding in self.holding}

    @cached_property
    def warned(self) -> set[str]:
        return {finding.code for finding in self.findings if finding.effect == "warn"}

    @property
    def is_own_proposal(self) -> bool:
        return self.proposal is not None and self.proposal.by_id == self.user.pk

    @cached_property
    def limit(self) -> Decimal:
        return approving.release_limit(self.case.company, self.user)

    @cached_property
    def stake(self) -> Decimal | None:
        """What a release of everything lets through, in ledger currency."""
        return cases.ledger_at_stake(self.case, self.holding)

    @cached_property
    def lines(self) -> list[Line]:
        """The billed lines that belong to an order."""
        return [line for line in case_lines.lines(self.case) if line.is_linked]

    def stake_of(self, codes: Collection[str]) -> Decimal | None:
        named = [finding for finding in self.holding if finding.code in codes]
        return cases.ledger_at_stake(self.case, named)


Sentence = Callable[[Situation], str]


def _nothing(situation: Situation) -> str:
    return ""


@dataclass(frozen=True)
class Action:
    """One row of the table. `does` changes the case and answers with the sentence that says so."""

    name: str
    title: Text
    does: Callable[[ExceptionCase, User, Form], str]
    permission: str
    states: frozenset[Status] = UNDECIDED
    codes: frozenset[str] | None = None  # offered where one of these holds the invoice; None is always
    of_warnings: bool = False  # or where one of them warns only
    limit: Limit = Limit.NONE
    reason: Ask = Ask.MUST
    reason_codes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()  # further fields of the form
    letter: CaseRequest.Kind | None = None  # what is drafted for it
    keeps: Text = ""  # the evidence that stays with the case
    can_be_undone: bool = True
    has_to_be_confirmed: bool = False  # where nothing can be undone
    stays: bool = False  # the person goes on with the same case
    in_bulk: bool = False
    owner_may: bool = False  # whose case it is may, without the permission
    level: Level = Level.STANDARD
    four_eyes: bool = False  # never by who made the proposal
    is_shown: bool = True  # in the list of actions; the others have a place of their own on the page
    is_told: bool = False  # shown also to who may not, with the reason
    button: Text = ""
    label: Text = ""
    titled: Sentence = _nothing
    note: Sentence = _nothing
    refuses: Sentence = _nothing  # why it cannot be done, for this case and person
    shown_if: Callable[[Situation], bool] = field(default=lambda situation: True)
    suggested: Callable[[Situation], bool] = field(default=lambda situation: False)

    def may(self, user: User, case: ExceptionCase) -> bool:
        """Tell whether this person may, whatever the amount."""
        return user.has_perm(self.permission) or (self.owner_may and case.owner_id == user.pk)

    def fits(self, situation: Situation) -> bool:
        """Tell whether the case is one for this action."""
        if Status(situation.case.status) not in self.states:
            return False
        named = situation.codes | situation.warned if self.of_warnings else situation.codes
        return self.codes is None or bool(self.codes & named)

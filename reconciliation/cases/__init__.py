"""What people do with an exception case: take, wait, release, approve, reject, talk.

Each verb locks the case, checks who may and whether it still stands as the person saw it, then tells its
story.
Opening, updating and clearing cases is the matching's side (reconcile.py).
"""

from __future__ import annotations

from .attaching import FileRefused, attach
from .changing import fresh, locked, put_back, version
from .deciding import came_back, dismiss, finish_by_hand, note, reject, release, reopen, wait
from .errors import CaseError, FixOnly, NotAllowed, ReasonMissing, StaleCase, WrongDate, WrongStatus
from .forgetting import forget_old
from .noticing import mentioned, seen, send_question
from .presence import is_here, visit, visits
from .signing import approve, decline, proposal, withdraw
from .stakes import FIX_ONLY, at_stake, blocking, check_releasable, ledger_at_stake, within_limit
from .talking import answered, comment, hand_over, take, unwatch, watch
from .telling import has_come_back, what_happened
from .typed import LONGEST_TEXT, LONGEST_WAIT

__all__ = [
    "FIX_ONLY",
    "LONGEST_TEXT",
    "LONGEST_WAIT",
    "CaseError",
    "FileRefused",
    "FixOnly",
    "NotAllowed",
    "ReasonMissing",
    "StaleCase",
    "WrongDate",
    "WrongStatus",
    "answered",
    "approve",
    "at_stake",
    "attach",
    "blocking",
    "came_back",
    "check_releasable",
    "comment",
    "decline",
    "dismiss",
    "finish_by_hand",
    "forget_old",
    "fresh",
    "hand_over",
    "has_come_back",
    "is_here",
    "ledger_at_stake",
    "locked",
    "mentioned",
    "note",
    "proposal",
    "put_back",
    "reject",
    "release",
    "reopen",
    "seen",
    "send_question",
    "take",
    "unwatch",
    "version",
    "visit",
    "visits",
    "wait",
    "watch",
    "what_happened",
    "withdraw",
    "within_limit",
]

"""Let a version of a mapping count, or an earlier one again, and settle what that means for what waits."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from integration import outbox
from integration.contract import checking
from integration.mapping import content as contents
from integration.mapping import drafts, trial, trying
from integration.models import FieldMapping, MappingVersion
from masterdata.models import Company


@transaction.atomic
def hand_in(draft: MappingVersion, *, by: User, note: str) -> MappingVersion:
    """Hand a draft in whose rows can all work; raises NotPossible with the first that cannot."""
    found = trial.problems(draft.mapping, contents.read(draft.content))
    if found:
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        raise drafts.NotPossible(f"{found[0].target}: {found[0].sentence}{more}")
    return drafts.submit(draft, by=by, note=note)


def approve(
    draft: MappingVersion,
    *,
    by: User,
    seen: int,
    company: Company | None,
    effective_from: datetime | None = None,
    override_reason: str = "",
) -> MappingVersion:
    """Try a draft on the last records, let it count, and end the pauses that it mends."""
    tried = trying.against_last(draft.mapping, draft, company) if company else trying.Trial(0)
    approved = drafts.approve(
        draft,
        by=by,
        seen=seen,
        effective_from=effective_from,
        failing=len(tried.failing),
        override_reason=override_reason,
    )
    settle()
    return approved


def roll_back(mapping: FieldMapping, to: MappingVersion, *, by: User, reason: str) -> MappingVersion:
    """Let an earlier version count again."""
    found = drafts.roll_back(mapping, to, by=by, reason=reason)
    settle()
    return found


def settle() -> None:
    """Judge the contract with what counts now, and look again at what waits."""
    checking.rejudge()
    outbox.recheck_waiting()

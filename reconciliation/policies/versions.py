"""Publishing: one person proposes the draft, a second one decides, and from its day on it counts."""

from __future__ import annotations

import datetime
import logging

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from masterdata.models import Company
from reconciliation.matching import policy_document, policy_from
from reconciliation.models import PolicyVersion

from .differences import differences
from .draft import draft_of

logger = logging.getLogger(__name__)
State = PolicyVersion.State


class PolicyRefused(Exception):  # noqa: N818 - it reads as what happened
    """The rules cannot be published like this; the sentence says why and what to do."""


@transaction.atomic
def propose(company: Company, *, by: User, reason: str, wanted_from: datetime.date | None) -> PolicyVersion:
    """Lay the draft before a second person; `wanted_from` is the day it shall count, None is at once."""
    Company.objects.select_for_update().get(pk=company.pk)
    versions = PolicyVersion.objects.of(company)
    waiting = versions.filter(state=State.PROPOSED).first()
    if waiting:
        raise PolicyRefused(
            _("Version {number} already waits for a second person. Have it decided or withdraw it.").format(
                number=waiting.number
            )
        )
    if not reason.strip():
        raise PolicyRefused(_("Say why the rules shall change: whoever approves them reads it."))
    if wanted_from and wanted_from < timezone.localdate():
        raise PolicyRefused(_("The rules cannot count from a day that is over. Choose today or later."))
    draft = draft_of(company)
    latest = versions.approved().last()
    if latest and not differences(policy_from(latest.content), draft, company.ledger_currency):
        raise PolicyRefused(
            _("The draft says the same as version {number}. Change a limit first.").format(
                number=latest.number
            )
        )
    return versions.create(
        company=company,
        number=(versions.aggregate(Max("number"))["number__max"] or 0) + 1,
        content=policy_document(draft),
        reason=reason.strip(),
        wanted_from=wanted_from,
        proposed_by=by,
    )


@transaction.atomic
def approve(version: PolicyVersion, *, by: User, note: str = "") -> PolicyVersion:
    """Let a proposal count from its day on, or from now where that day has come."""
    version = _open_to_decide(version, by)
    version.in_force_from = _moment(version.wanted_from)
    later = (
        PolicyVersion.objects.of(version.company).approved().filter(in_force_from__gte=version.in_force_from)
    )
    if upcoming := later.last():
        raise PolicyRefused(
            _("Version {number} counts from a later day and would end this one. Withdraw it first.").format(
                number=upcoming.number
            )
        )
    return _decided(version, State.APPROVED, by, note)


@transaction.atomic
def decline(version: PolicyVersion, *, by: User, note: str) -> PolicyVersion:
    """Send a proposal back; the draft stays as it is, to be mended."""
    version = _open_to_decide(version, by)
    if not note.strip():
        raise PolicyRefused(_("Say why, so that whoever proposed it knows what to change."))
    return _decided(version, State.DECLINED, by, note)


@transaction.atomic
def withdraw(version: PolicyVersion, *, by: User) -> PolicyVersion:
    """Take back one's own proposal, or a version whose day has not come."""
    version = PolicyVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    is_ahead = version.state == State.APPROVED and not version.counts_at(timezone.now())
    is_own = version.state == State.PROPOSED and version.proposed_by_id == by.pk
    if not (is_ahead or is_own):
        raise PolicyRefused(
            _("Only your own proposal, or a version that does not count yet, can be withdrawn.")
        )
    version.state = State.WITHDRAWN
    version.save(update_fields=["state"])
    logger.info("Withdrew policy version %s of company %s", version.number, version.company_id)
    return version


def _open_to_decide(version: PolicyVersion, by: User) -> PolicyVersion:
    version = PolicyVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.state != State.PROPOSED:
        raise PolicyRefused(
            _("Version {number} is {state} already.").format(
                number=version.number, state=version.get_state_display()
            )
        )
    if version.proposed_by_id == by.pk:
        raise PolicyRefused(_("You proposed these rules yourself; a second person decides."))
    return version


def _decided(version: PolicyVersion, state: str, by: User, note: str) -> PolicyVersion:
    version.state = state
    version.decided_by = by
    version.decided_at = timezone.now()
    version.decision_note = note.strip()
    version.save(update_fields=["state", "in_force_from", "decided_by", "decided_at", "decision_note"])
    logger.info("Policy version %s of company %s is %s", version.number, version.company_id, state)
    return version


def _moment(day: datetime.date | None) -> datetime.datetime:
    now = timezone.now()
    if day is None:
        return now
    return max(now, timezone.make_aware(datetime.datetime.combine(day, datetime.time.min)))

"""Mail to people about single cases: where they are named, what is said, what is theirs, what they are asked.

Whoever has looked by then gets none; what was undone was never asked. First owners get one mail about all the
exceptions that have become theirs.
"""

from __future__ import annotations

import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from integration import backoff
from reconciliation import first_owner_mail
from reconciliation.actions import one_tap
from reconciliation.models import CaseNotice, CaseRequest
from reconciliation.people import called

from .channels import CannotTell, mail

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 60
MOST_AT_ONCE = 100
MOST_BY_RULE = 500  # in one mail to one person, or a few
LEASE = timedelta(seconds=120)
TURN_SECONDS = 20.0
Kind = CaseNotice.Kind
State = CaseNotice.State
HEADLINES = {
    Kind.MENTIONED: "{name} named you on {invoice}",
    Kind.SAID: "{name} wrote about {invoice}",
    Kind.ANSWERED: "{name} answered about {invoice}",
    Kind.GIVEN: "{name} gave you {invoice}",
    Kind.ASKED: "A question about invoice {invoice}",
}


def send_case_mail(*, now: datetime) -> int:
    """Send what is due, one mail a person; returns how many notices were told."""
    ends, sent = time.monotonic() + TURN_SECONDS, 0
    for told in _mails([*_claim(_by_people(now), MOST_AT_ONCE), *_claim(_by_rule(now), MOST_BY_RULE)]):
        if time.monotonic() > ends:
            break  # their lease ends, and the next turn takes them again
        sent += _send(told)
    return sent


def _by_people(now: datetime) -> QuerySet[CaseNotice]:
    return CaseNotice.objects.by_people().filter(state=State.QUEUED, next_attempt_at__lte=now)


def _by_rule(now: datetime) -> QuerySet[CaseNotice]:
    """Find what is due, and with it what its readers would be told in the next minutes: it is one mail."""
    queued = CaseNotice.objects.by_rule().filter(state=State.QUEUED)
    due = Q(next_attempt_at__lte=now)
    return queued.filter(due | Q(attempts=0), person__in=queued.filter(due).values("person"))


@transaction.atomic
def _claim(wanted: QuerySet[CaseNotice], most: int) -> list[CaseNotice]:
    rows = wanted.select_related("case", "person", "comment", "request__case", "request__asked_by")
    rows = rows.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True, of=("self",))
    claimed = list(rows[:most])
    for each in claimed:
        each.attempts += 1
        each.next_attempt_at = timezone.now() + LEASE
        each.save(update_fields=["attempts", "next_attempt_at"])
    return claimed


def _mails(claimed: Iterable[CaseNotice]) -> list[list[CaseNotice]]:
    """Lay together what goes in one mail, and end what nobody needs to be told any more."""
    groups: dict[str, list[CaseNotice]] = defaultdict(list)
    for notice in claimed:
        if _is_needed(notice):
            groups[_envelope(notice)].append(notice)
        else:
            _end([notice], State.NOT_NEEDED)
    return list(groups.values())


def _envelope(notice: CaseNotice) -> str:
    """Each question is a mail of its own: its link is for one reader and one answer."""
    if notice.is_by_rule:
        return f"to the owner {notice.person_id}"
    return f"{_address(notice)} {notice.pk if notice.kind == Kind.ASKED else ''}"


def _is_needed(notice: CaseNotice) -> bool:
    if notice.request is not None:
        return notice.request.state == CaseRequest.State.OPEN and notice.case.is_open
    if notice.seen_at is not None or notice.person is None or not notice.person.is_active:
        return False
    if notice.kind == Kind.GIVEN and notice.case.owner_id != notice.person_id:
        return False
    if notice.is_by_rule and not notice.case.is_open:
        return False
    return bool(notice.person.email)


def _address(notice: CaseNotice) -> str:
    return notice.person.email if notice.person else notice.address


def _send(told: list[CaseNotice]) -> int:
    title, body = _written(told)
    try:
        mail(title, body, (_address(told[0]),), key=str(told[0].key))
    except CannotTell as problem:
        _failed(told, problem.sentence)
        return 0
    return _end(told, State.SENT)


def _written(told: list[CaseNotice]) -> tuple[str, str]:
    owner = told[0].person
    if owner and told[0].is_by_rule:
        return first_owner_mail.new_cases([each.case for each in told], to=owner)
    title = _headline(told[0]) if len(told) == 1 else f"{len(told)} things about exceptions for you"
    return title, "\n\n".join(_question(each.request) if each.request else _text(each) for each in told)


def _headline(notice: CaseNotice) -> str:
    headline = HEADLINES[Kind(notice.kind)].format(name=notice.by_name, invoice=notice.case.invoice_number)
    return headline[:200]


def _text(notice: CaseNotice) -> str:
    vendor = notice.case.vendor_name or notice.case.vendor_number
    said = [notice.comment.text] if notice.comment else []
    return "\n".join(
        [f"{_headline(notice)} ({vendor})", *said, _link(reverse("case", args=[notice.case_id]))]
    )


def _question(request: CaseRequest) -> str:
    """Write the question with the link that answers it; whoever forwards it forwards the answering."""
    asked_by = called(request.asked_by)
    return "\n\n".join(
        [
            one_tap.asked_in_words(request),
            request.text,
            f"Answer here, without signing in, within seven days:\n"
            f"{_link(reverse('one-tap', args=[one_tap.key_of(request)]))}",
            f"Asked by {asked_by}. The link answers this one question, once. Do not forward it.",
        ]
    )


def _link(path: str) -> str:
    return f"{settings.TIEOUT_URL}{path}"


def _failed(told: list[CaseNotice], sentence: str) -> None:
    """Try again later, each time after a longer pause; give up in the end."""
    logger.error("Mail about %s could not be sent: %s", told[0].case_id, sentence)
    for each in told:
        if each.attempts >= MOST_ATTEMPTS:
            _end([each], State.FAILED, error=sentence)
            continue
        pause = backoff.delay(each.attempts, random=lambda: random.uniform(0.5, 1))  # noqa: S311 - no secret
        again = timezone.now() + timedelta(seconds=pause)
        _ours(each).update(next_attempt_at=again, error=sentence)


def _end(told: list[CaseNotice], state: CaseNotice.State, *, error: str = "") -> int:
    ended: dict[str, Any] = {"state": state, "ended_at": timezone.now(), "error": error}
    return sum(_ours(each).update(**ended) for each in told)


def _ours(each: CaseNotice) -> QuerySet[CaseNotice]:
    """Find the row while no other worker has it: each claim counts the attempts up."""
    return CaseNotice.objects.filter(pk=each.pk, state=State.QUEUED, attempts=each.attempts)

"""What happened to a message: from the CAFM's event to Business Central's answer, by whom and when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.models import Attempt, InboxEvent, Message

Outcome = Attempt.Outcome

TITLES = {
    Outcome.POSTED: gettext_lazy("Posted in Business Central"),
    Outcome.ADOPTED: gettext_lazy("Found in Business Central and adopted"),
    Outcome.NOT_FOUND: gettext_lazy("Looked for in Business Central: not there"),
    Outcome.NOT_SENT: gettext_lazy("Business Central was not reached"),
    Outcome.REFUSED: gettext_lazy("Refused by Business Central"),
    Outcome.TEMPORARY: gettext_lazy("Refused for the moment"),
    Outcome.UNKNOWN: gettext_lazy("Sent, and the answer was lost"),
    Outcome.LOST_LEASE: gettext_lazy("A worker came back too late"),
    Outcome.OVERTAKEN: gettext_lazy("Overtaken before it was sent"),
    Outcome.BUG: gettext_lazy("Tieout itself failed"),
}


@dataclass(frozen=True)
class Moment:
    """A line of the timeline; `kind` colours its dot: person, machine or done."""

    at: datetime.datetime
    kind: str
    title: str
    who: str = ""
    text: str = ""


def numbered(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Number the attempts through, the newest first: a retry begins to count anew, a reader does not.

    What a person did is no attempt and has no number.
    """
    before = highest = 0
    for attempt in reversed(attempts):
        if attempt.outcome == Outcome.BY_HAND:
            before, attempt.number = highest, 0
        else:
            attempt.number += before
            highest = max(highest, attempt.number)
    return list(attempts)


def timeline(message: Message, event: InboxEvent | None, attempts: Iterable[Attempt]) -> list[Moment]:
    """Tell the story of a message, the newest first."""
    story = [
        Moment(message.created_at, "machine", _("Put in line for Business Central")),
        *(_told(attempt) for attempt in attempts),
    ]
    if event is not None:
        story.append(
            Moment(event.received_at, "machine", _("Received from the CAFM"), event.source, event.event_id)
        )
    return sorted(story, key=lambda moment: moment.at, reverse=True)


def _told(attempt: Attempt) -> Moment:
    outcome = Outcome(attempt.outcome)
    if outcome is Outcome.BY_HAND:
        act, _colon, reason = attempt.sentence.partition(": ")
        return Moment(attempt.ended_at, "person", act, attempt.worker, reason)
    kind = "done" if outcome in {Outcome.POSTED, Outcome.ADOPTED} else "machine"
    who = _("attempt {n}").format(n=attempt.number)
    return Moment(attempt.ended_at, kind, str(TITLES[outcome]), who)

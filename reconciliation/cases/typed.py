"""What people type for a decision: a reason, a day, and how long a text may be."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .errors import ReasonMissing, TooLong, WrongDate

LONGEST_TEXT = 2000
LONGEST_WAIT = datetime.timedelta(days=365)


def stated(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(
            _("Say why. The reason stays with the case and is read by the approver and the auditor.")
        )
    check_length(reason)
    return reason


def check_day(until: datetime.date | None) -> None:
    if until is None or until <= timezone.localdate():
        raise WrongDate(_("Choose a day after today to wait until."))
    if until > timezone.localdate() + LONGEST_WAIT:
        raise WrongDate(
            _("A case waits for a year at most. Choose a day until {last}.").format(
                last=date_format(timezone.localdate() + LONGEST_WAIT, "j M Y")
            )
        )


def check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise TooLong(
            _("Nothing was saved: the text has {length} characters, and {most} are kept. Shorten it.").format(
                length=f"{len(text):,}", most=f"{LONGEST_TEXT:,}"
            )
        )

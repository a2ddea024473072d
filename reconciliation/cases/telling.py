"""Say what became of a case, to the one who comes second."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reconciliation.models import ExceptionCase, Resolution
from reconciliation.people import called

Status = ExceptionCase.Status
Kind = Resolution.Kind
State = Resolution.State


def what_happened(case: ExceptionCase) -> str:
    """Say who changed the case meanwhile, to the one who comes second."""
    if case.status == Status.CLEARED and case.closed_at:
        cause = case.cleared_by or _("the facts came right")
        return _("This case cleared itself {time}: {cause}.").format(
            time=_clock(case.closed_at), cause=cause.rstrip(".")
        )
    last = case.resolutions.select_related("by", "decided_by").order_by("-pk").first()
    if has_come_back(case, last):
        return _("Business Central did not post the invoice after its release, and the case is open again.")
    if last is not None and last.state == State.UNDONE:
        return _("{name} took the last decision back. Look at the case again before you decide.").format(
            name=called(last.by)
        )
    if last is not None and last.state == State.DONE and last.kind in (Kind.OVERRIDE, Kind.NOTE):
        return _("{name} acted on this case {time}: {reason}. Look at it again before you decide.").format(
            name=called(last.by), time=_clock(last.at), reason=last.reason.rstrip(".")
        )
    if last is None or (case.status == Status.OPEN and last.kind != Kind.REOPEN and last.state == State.DONE):
        return _("The figures of this case have changed. Look at them again before you decide.")
    if last.decided_by and last.decided_at:
        told = {
            State.DONE: _("{name} approved this release {time}."),
            State.DECLINED: _("{name} declined this release {time}."),
        }[State(last.state)]
        return told.format(name=called(last.decided_by), time=_clock(last.decided_at))
    told = {
        Kind.RELEASE: _("{name} released this case {time}."),
        Kind.OVERRIDE: _("{name} accepted some of the reasons {time}."),
        Kind.NOTE: _("{name} acted on this case {time}."),
        Kind.REJECT: _("{name} rejected this invoice {time}."),
        Kind.WAIT: _("{name} put this case aside {time}."),
        Kind.REOPEN: _("{name} opened this case again {time}."),
    }[Kind(last.kind)]
    if last.state == State.PROPOSED:
        told = _("{name} sent this release for approval {time}.")
    elif last.state == State.DECLINED:
        told = _("{name} withdrew the proposal made {time}.")
    return told.format(name=called(last.by), time=_clock(last.at))


def has_come_back(case: ExceptionCase, last: Resolution | None) -> bool:
    """Tell whether the case is open although its last decision let the invoice through."""
    return (
        last is not None
        and case.status == Status.OPEN
        and (last.kind, last.state) == (Kind.RELEASE, State.DONE)
    )


def _clock(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    on = (
        "" if local.date() == timezone.localdate() else _("on {day} ").format(day=date_format(local, "j M Y"))
    )
    return on + _("at {time}").format(time=date_format(local, "H:i"))

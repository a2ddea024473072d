"""Verbs that let an invoice through, refuse it or put it aside, as the actions call them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reconciliation import cases
from reconciliation.models import ExceptionCase, Resolution

from .form import Form

Does = Callable[[ExceptionCase, User, Form], str]


def release(case: ExceptionCase, by: User, form: Form) -> str:
    resolution = cases.release(case, by=by, **_why(form))
    if resolution.state == Resolution.State.PROPOSED:
        return _("{invoice}: sent for approval.").format(invoice=case.invoice_number)
    return _("{invoice} released. It is on its way to Business Central.").format(invoice=case.invoice_number)


def override(case: ExceptionCase, by: User, form: Form) -> str:
    """Accept one of the reasons once."""
    code = form.text("finding")
    return _said_of_part(case, cases.release(case, by=by, codes=[code], action="override", **_why(form)))


def accept(action: str, codes: Collection[str] | None) -> Does:
    """Make the verb that accepts what these reasons say, or all of them."""

    def does(case: ExceptionCase, by: User, form: Form) -> str:
        return _said_of_part(case, cases.release(case, by=by, codes=codes, action=action, **_why(form)))

    return does


def escalate(case: ExceptionCase, by: User, form: Form) -> str:
    cases.release(case, by=by, action="escalate", ask_approver=True, **_why(form))
    return _("{invoice}: sent for approval.").format(invoice=case.invoice_number)


def hold(case: ExceptionCase, by: User, form: Form) -> str:
    day = form.day("until")
    cases.wait(case, by=by, until=day, action="hold", **_why(form))
    return _("{invoice} is held until {day}.").format(invoice=case.invoice_number, day=_day(day))


def confirm_duplicate(case: ExceptionCase, by: User, form: Form) -> str:
    cases.reject(case, by=by, action="confirm-duplicate", **_why(form))
    return _("{invoice} rejected as a duplicate. It will not be posted.").format(invoice=case.invoice_number)


def dismiss_duplicate(case: ExceptionCase, by: User, form: Form) -> str:
    cases.dismiss(case, by=by, code="NEAR_DUPLICATE", action="dismiss-duplicate", **_why(form))
    return _("{invoice}: noted that it is no duplicate.").format(invoice=case.invoice_number)


def nothing(case: ExceptionCase, by: User, form: Form) -> str:
    """Stand for what is always refused, with the reason why."""
    raise cases.WrongStatus(_("Nothing was changed."))


def _said_of_part(case: ExceptionCase, resolution: Resolution) -> str:
    if resolution.state == Resolution.State.PROPOSED:
        return _("{invoice}: sent for approval.").format(invoice=case.invoice_number)
    if resolution.kind == Resolution.Kind.OVERRIDE:
        return _("{invoice}: accepted, and judged again.").format(invoice=case.invoice_number)
    return _("{invoice} released. It is on its way to Business Central.").format(invoice=case.invoice_number)


def reject(case: ExceptionCase, by: User, form: Form) -> str:
    cases.reject(case, by=by, **_why(form))
    return _("{invoice} rejected. It will not be posted.").format(invoice=case.invoice_number)


def wait(case: ExceptionCase, by: User, form: Form) -> str:
    day = form.day("until")
    cases.wait(case, by=by, until=day, **_why(form))
    return _("{invoice} waits until {day}, or clears itself before.").format(
        invoice=case.invoice_number, day=_day(day)
    )


def reopen(case: ExceptionCase, by: User, form: Form) -> str:
    cases.reopen(case, by=by, **_why(form))
    return _("{invoice} is open again.").format(invoice=case.invoice_number)


def approve(case: ExceptionCase, by: User, form: Form) -> str:
    resolution = cases.approve(_proposal(case), by=by, note=form.reason, seen=form.seen)
    if resolution.state == Resolution.State.PROPOSED:
        return _("{invoice}: signed. It needs one more signature.").format(invoice=case.invoice_number)
    return _("{invoice} approved. It is on its way to Business Central.").format(invoice=case.invoice_number)


def decline(case: ExceptionCase, by: User, form: Form) -> str:
    cases.decline(_proposal(case), by=by, note=form.reason, seen=form.seen)
    return _("{invoice}: release declined, the case is open again.").format(invoice=case.invoice_number)


def withdraw(case: ExceptionCase, by: User, form: Form) -> str:
    cases.withdraw(_proposal(case), by=by, seen=form.seen)
    return _("{invoice}: proposal withdrawn.").format(invoice=case.invoice_number)


def _proposal(case: ExceptionCase) -> Resolution:
    """Give the latest release that was proposed; the verb tells whether it still waits."""
    kinds = [Resolution.Kind.RELEASE, Resolution.Kind.OVERRIDE]
    proposal = case.resolutions.filter(kind__in=kinds).order_by("-pk").first()
    if proposal is None:
        raise cases.WrongStatus(_("Nothing waits for approval here."))
    return proposal


def _why(form: Form) -> dict[str, Any]:
    return {"reason": form.reason, "reason_code": form.code, "seen": form.seen}


def _day(day: Any) -> str:
    if day is None:
        return ""
    return date_format(day, "j M" if day.year == timezone.localdate().year else "j M Y")

"""What a person can send about a case: each form is one verb, and the sentence that answers it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from reconciliation import cases, linking
from reconciliation.models import ExceptionCase, Resolution

from . import figures

LONGEST = 10  # digits of a line number
QUANTITY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)


def _release(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    resolution = cases.release(chosen, by=by, reason=_text(form, "reason"), seen=form.get("seen"))
    if resolution.state == Resolution.State.PROPOSED:
        return _("{invoice}: sent for approval.").format(invoice=chosen.invoice_number)
    return _("{invoice} released. It is on its way to Business Central.").format(
        invoice=chosen.invoice_number
    )


def _reject(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.reject(chosen, by=by, reason=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice} rejected. It will not be posted.").format(invoice=chosen.invoice_number)


def _wait(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    day = _day(form.get("until", ""))
    cases.wait(chosen, by=by, until=day, reason=_text(form, "reason"), seen=form.get("seen"))
    shown = figures.short_day(day, timezone.localdate()) if day else ""
    return _("{invoice} waits until {day}, or clears itself before.").format(
        invoice=chosen.invoice_number, day=shown
    )


def _reopen(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.reopen(chosen, by=by, reason=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice} is open again.").format(invoice=chosen.invoice_number)


def _take(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.take(chosen, by=by)
    return _("{invoice} is yours now.").format(invoice=chosen.invoice_number)


def _hand_over(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    to = User.objects.filter(username=_text(form, "to"), is_active=True).first()
    if to is None:
        raise cases.ReasonMissing(_("Choose the person who gets the case."))
    cases.hand_over(chosen, by=by, to=to)
    return _("{invoice} is with {name} now.").format(invoice=chosen.invoice_number, name=figures.person(to))


def _approve(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.approve(_proposal(chosen), by=by, note=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice} approved. It is on its way to Business Central.").format(
        invoice=chosen.invoice_number
    )


def _decline(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.decline(_proposal(chosen), by=by, note=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice}: release declined, the case is open again.").format(invoice=chosen.invoice_number)


def _withdraw(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.withdraw(_proposal(chosen), by=by, seen=form.get("seen"))
    return _("{invoice}: proposal withdrawn.").format(invoice=chosen.invoice_number)


def _comment(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.comment(chosen, by=by, text=_text(form, "text"))
    return _("Comment added.")


def _link(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    link = linking.confirm(
        chosen,
        by=by,
        line=_whole(form, "line"),
        order=_text(form, "order"),
        order_line=_whole(form, "order_line"),
        seen=form.get("seen"),
    )
    return _("Line {line} is {order} line {order_line} now. {invoice} was judged again.").format(
        line=link.line, order=link.order_number, order_line=link.order_line, invoice=chosen.invoice_number
    )


def _unlink(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    link = linking.undo(chosen, by=by, line=_whole(form, "line"), seen=form.get("seen"))
    return _("The link of line {line} is undone. {invoice} was judged again.").format(
        line=link.line, invoice=chosen.invoice_number
    )


def _split(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    told = zip(form.getlist("order"), form.getlist("order_line"), form.getlist("quantity"), strict=False)
    parts = [
        linking.Part(order, int(line), _quantity(quantity))
        for order, line, quantity in told
        if quantity.strip() and line.isascii() and line.isdigit() and len(line) < LONGEST
    ]
    line = _whole(form, "line")
    linking.split(chosen, by=by, line=line, parts=parts, seen=form.get("seen"))
    return _("Line {line} is split over {count} order lines. {invoice} was judged again.").format(
        line=line, count=len(parts), invoice=chosen.invoice_number
    )


VERBS: dict[str, Callable[[ExceptionCase, User, QueryDict], str]] = {
    "release": _release,
    "reject": _reject,
    "wait": _wait,
    "reopen": _reopen,
    "take": _take,
    "hand-over": _hand_over,
    "approve": _approve,
    "decline": _decline,
    "withdraw": _withdraw,
    "comment": _comment,
    "link": _link,
    "unlink": _unlink,
    "split": _split,
}
# After these the person goes on with the same case.
STAYS = {"take", "comment", "reopen", "withdraw", "link", "unlink", "split"}


def _proposal(chosen: ExceptionCase) -> Resolution:
    """Give the latest release that was proposed; the verb tells whether it still waits."""
    proposal = chosen.resolutions.filter(kind=Resolution.Kind.RELEASE).order_by("-pk").first()
    if proposal is None:
        raise cases.WrongStatus(_("Nothing waits for approval here."))
    return proposal


def _text(form: QueryDict, name: str) -> str:
    """Give what was written; PostgreSQL keeps no NUL, and a browser sends two characters for a line's end."""
    return form.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()


def _whole(form: QueryDict, name: str) -> int:
    """Give a number of a line; what is none names no line."""
    text = _text(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST else 0


def _quantity(text: str) -> Decimal:
    """Read a quantity as people write it; raises WrongParts."""
    plain = text.strip().replace(",", ".")
    if not QUANTITY.fullmatch(plain):
        raise linking.WrongParts(_("“{text}” is no quantity. Write it like 12.5.").format(text=text[:20]))
    return Decimal(plain)


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None

"""Verbs that say whose a case is, what is said about it, and which order line a billed line means."""

from __future__ import annotations

import re
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from reconciliation import cases, linking
from reconciliation.models import ExceptionCase
from reconciliation.people import called

from .form import Form

LONGEST = 10  # digits of a line number
QUANTITY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)


def take(case: ExceptionCase, by: User, form: Form) -> str:
    cases.take(case, by=by)
    return _("{invoice} is yours now.").format(invoice=case.invoice_number)


def hand_over(case: ExceptionCase, by: User, form: Form) -> str:
    to = User.objects.filter(username=form.text("to"), is_active=True).first()
    if to is None:
        raise cases.ReasonMissing(_("Choose the person who gets the case."))
    owner = cases.hand_over(case, by=by, to=to).owner
    if owner == to:
        return _("{invoice} is with {name} now.").format(invoice=case.invoice_number, name=called(to))
    return _("{name} is away: {invoice} is with {deputy} now.").format(
        name=called(to), invoice=case.invoice_number, deputy=called(owner)
    )


def comment(case: ExceptionCase, by: User, form: Form) -> str:
    text = form.text("text")
    cases.comment(case, by=by, text=text)
    _people, unknown = cases.mentioned(text)
    if not unknown:
        return _("Comment added.")
    names = ", ".join(f"@{name}" for name in unknown)
    return _(
        "Comment added. Nobody who may see exceptions is called {names}, so nobody was told there."
    ).format(names=names)


def watch(case: ExceptionCase, by: User, form: Form) -> str:
    cases.watch(case, by=by)
    return _("You are told what is said about {invoice}.").format(invoice=case.invoice_number)


def unwatch(case: ExceptionCase, by: User, form: Form) -> str:
    cases.unwatch(case, by=by)
    return _("You are told no more of {invoice}, unless somebody names you.").format(
        invoice=case.invoice_number
    )


def link(case: ExceptionCase, by: User, form: Form) -> str:
    made = linking.confirm(
        case,
        by=by,
        line=form.whole("line"),
        order=form.text("order"),
        order_line=form.whole("order_line"),
        seen=form.seen,
    )
    return _("Line {line} is {order} line {order_line} now. {invoice} was judged again.").format(
        line=made.line, order=made.order_number, order_line=made.order_line, invoice=case.invoice_number
    )


def split(case: ExceptionCase, by: User, form: Form) -> str:
    told = zip(form.listed("order"), form.listed("order_line"), form.listed("quantity"), strict=False)
    parts = [
        linking.Part(order, int(line), _quantity(quantity))
        for order, line, quantity in told
        if quantity and line.isascii() and line.isdigit() and len(line) < LONGEST
    ]
    line = form.whole("line")
    linking.split(case, by=by, line=line, parts=parts, seen=form.seen)
    return _("Line {line} is split over {count} order lines. {invoice} was judged again.").format(
        line=line, count=len(parts), invoice=case.invoice_number
    )


def unlink(case: ExceptionCase, by: User, form: Form) -> str:
    taken_back = linking.undo(case, by=by, line=form.whole("line"), seen=form.seen)
    return _("The link of line {line} is undone. {invoice} was judged again.").format(
        line=taken_back.line, invoice=case.invoice_number
    )


def _quantity(text: str) -> Decimal:
    """Read a quantity as people write it; raises WrongParts."""
    plain = text.replace(",", ".")
    if not QUANTITY.fullmatch(plain):
        raise linking.WrongParts(_("“{text}” is no quantity. Write it like 12.5.").format(text=text[:20]))
    return Decimal(plain)

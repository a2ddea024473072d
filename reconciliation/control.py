"""What is kept of the control totals: days written anew when they are taken, and signed off by people."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from masterdata.models import Company
from reconciliation.models import ControlDay, ControlDifference, ControlTotal, SignOff
from reconciliation.totals import Cause, Day, Difference, Kind, KindOfDay, Total, sentence

Side = ControlTotal.Side
FIRST = (Kind.RECEIPT, Kind.ORDER, Kind.INVOICE)  # what the morning begins with


class NotNow(Exception):  # noqa: N818 - nothing is wrong with the day
    """The day cannot be signed, withdrawn or written; the text says why and what to do."""


@transaction.atomic
def keep(
    company: Company, day: Day, *, now: datetime.datetime, ends_at: datetime.datetime | None = None
) -> ControlDay:
    """Write down what was found of a day, in place of what was before; raises NotNow once it is signed.

    `ends_at` says when the day is over by the company's own clock; without it the installation's counts.
    """
    kept, _is_new = ControlDay.objects.get_or_create(company=company, date=day.on, defaults={"taken_at": now})
    row: ControlDay = ControlDay.objects.select_for_update().get(pk=kept.pk)
    if standing(row) is not None:
        raise NotNow(f"{day.on} is signed off. Withdraw the signature first, then take the day again.")
    row.taken_at, row.unread, row.ends_at = now, day.unread, ends_at
    row.save(update_fields=["taken_at", "unread", "ends_at"])
    row.totals.all().delete()
    row.differences.all().delete()
    ControlTotal.objects.bulk_create(total for kind in day.kinds for total in _totals(row, kind))
    ControlDifference.objects.bulk_create(_difference(row, each) for each in day.differences)
    return row


@transaction.atomic
def sign_off(day: ControlDay, *, by: User, note: str, seen: str) -> SignOff:
    """Sign a day as it was seen; raises NotNow when it is another by now, or differs without a note."""
    day = ControlDay.objects.select_for_update().get(pk=day.pk)
    if standing(day) is not None:
        raise NotNow(f"{day.date} is signed off already.")
    if not day.is_over(timezone.now()):
        raise NotNow(f"{day.date} is not over. Sign it off tomorrow.")
    if not day.is_over(day.taken_at):
        raise NotNow(f"{day.date} was taken before it was over. Take it again, then sign it off.")
    if day.unread:
        raise NotNow("Business Central was not read for this day. Take it again, then sign it off.")
    if fingerprint(day) != seen:
        raise NotNow("The day was taken again since you opened it. Look at its figures, then sign it off.")
    differences, note = day.differences.count(), note.strip()
    if differences and not note:
        raise NotNow(f"{differences} differences are open. Say in the note why you sign off all the same.")
    return SignOff.objects.create(day=day, by=by, note=note, differences=differences, sha256=seen)


@transaction.atomic
def withdraw(day: ControlDay, *, by: User, why: str) -> SignOff:
    """Take a signature back, so that the day can be taken again; raises NotNow without one, or a reason."""
    ControlDay.objects.select_for_update().get(pk=day.pk)
    signed = standing(day)
    if signed is None:
        raise NotNow(f"{day.date} is not signed off.")
    if not why.strip():
        raise NotNow("Say why the signature is withdrawn.")
    signed.withdrawn_by, signed.withdrawn_at, signed.withdrawn_why = by, timezone.now(), why.strip()
    signed.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why"])
    return signed


def standing(day: ControlDay) -> SignOff | None:
    """Give the signature that stands for a day."""
    return SignOff.objects.filter(day=day, withdrawn_at=None).select_related("by").first()


def figures(day: ControlDay) -> dict[str, Any]:
    """Give all that a signature stands for, in an order that is always the same."""
    return {
        "company": day.company.name,
        "date": day.date.isoformat(),
        "totals": [
            [each.kind, each.side, each.count, _text(each.quantity), each.amounts, each.rows]
            for each in day.totals.order_by("kind", "side")
        ],
        "differences": [
            [each.kind, each.cause, each.number, each.sentence, each.owner]
            for each in day.differences.order_by("kind", "number", "cause", "pk")
        ],
    }


def fingerprint(day: ControlDay) -> str:
    """Name the figures of a day: another figure, another name."""
    told = json.dumps(figures(day), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def morning(day: ControlDay, zone: datetime.tzinfo) -> list[str]:
    """Say a day in a sentence a kind, receipts first; kinds of which nothing came are left out."""
    totals = {each.kind: each for each in day.totals.filter(side=Side.PORTAL)}
    found: dict[str, list[Difference]] = {}
    for row in day.differences.order_by("pk"):
        found.setdefault(row.kind, []).append(as_difference(row))
    kinds = [*FIRST, *(kind for kind in Kind if kind not in FIRST)]
    return [
        sentence(
            kind,
            totals[kind].done,
            totals[kind].count or 0,
            found.get(kind, []),
            day=day.date,
            zone=zone,
        )
        for kind in kinds
        if kind in totals and (totals[kind].count or found.get(kind))
    ]


def as_difference(row: ControlDifference) -> Difference:
    return Difference(
        Cause(row.cause),
        Kind(row.kind),
        row.number,
        row.sentence,
        row.to_do,
        row.owner,
        since=row.since,
        address=row.address,
    )


def _totals(day: ControlDay, kind: KindOfDay) -> Iterator[ControlTotal]:
    yield _total(day, kind, Side.CAFM, kind.cafm)
    yield _total(day, kind, Side.PORTAL, kind.portal, done=kind.done)
    yield _total(day, kind, Side.BC, kind.bc, note="" if kind.bc is not None else kind.note)


def _total(day: ControlDay, kind: KindOfDay, side: str, total: Total | None, **more: Any) -> ControlTotal:
    row = ControlTotal(day=day, kind=kind.kind.value, side=side, **more)
    if total is not None:
        row.count, row.quantity = total.count, total.quantity
        row.amounts = {currency: _text(amount) for currency, amount in sorted(total.amounts.items())}
        row.rows = [
            [number, said, _text(of.quantity), _text(of.amount), of.currency]
            for number, said, of in total.rows
        ]
    return row


def _difference(day: ControlDay, each: Difference) -> ControlDifference:
    return ControlDifference(
        day=day,
        kind=each.kind.value,
        cause=each.cause.value,
        number=each.number[:50],
        sentence=each.sentence,
        to_do=each.to_do,
        owner=each.owner[:150],
        cafm=each.cafm[:100],
        portal=each.portal[:100],
        bc=each.bc[:100],
        since=each.since,
        address=each.address,
    )


def _text(number: Any) -> str | None:
    """Write a number without the zeros that a column adds, so that it is written alike each time."""
    return None if number is None else f"{number.normalize():f}"

"""The morning mail: how a company's yesterday ended, in a few sentences, once a day by its own clock."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from integration.escalation.audiences import members
from integration.escalation.channels import CannotTell, tell
from integration.models import Channel, DriftCheck, Morning, MorningMail, zone_of
from integration.totals import take_and_keep
from masterdata.models import Company
from reconciliation import control
from reconciliation.models import ControlDay

logger = logging.getLogger(__name__)

LATEST = timedelta(hours=6)  # who switches it on in the evening is told tomorrow
FRESH = timedelta(minutes=15)
LEASE = timedelta(minutes=5)
AGAIN = timedelta(minutes=5)
MOST_ATTEMPTS = 60
State = Morning.State


def turn(*, now: datetime.datetime) -> int:
    """Write the mails whose time has come and send what is due; returns how many were sent."""
    for rule in MorningMail.objects.filter(enabled=True).select_related("company", "channel"):
        local = now.astimezone(rule.zone)
        due = datetime.datetime.combine(local.date(), rule.at, tzinfo=rule.zone)
        if due <= local < due + LATEST:
            Morning.objects.get_or_create(
                company=rule.company,
                date=local.date(),
                defaults={"channel": rule.channel, "next_attempt_at": now},
            )
    return sum(_send(row, now) for row in iter(lambda: _claim(now), None))


def words(company: Company, on: datetime.date, *, now: datetime.datetime) -> tuple[str, str]:
    """Give title and text of a day; it is taken again unless that was done just now, or it is signed."""
    day = _fresh(company, on, now)
    differences = day.differences.count()
    told = f"{differences} differences" if differences != 1 else "1 difference"
    title = f"{company} on {on}: {told if differences else 'everything agrees'}"
    return title, "\n".join(_lines(day, zone_of(company)))


def drift(company: Company) -> str:
    """Say whether the mirrored lists agree with Business Central, as they were last compared."""
    checks = list(DriftCheck.objects.latest_of(company))
    if not checks:
        return ""
    names = [f"{each.staying} of {each.entity.replace('-', ' ')}" for each in checks if each.staying]
    if names:
        return f"Master data that differs from Business Central and stays so: {', '.join(names)}."
    broken = [each.entity.replace("-", " ") for each in checks if each.error]
    if broken:
        return f"Master data was not compared to its end: {', '.join(broken)}."
    return "Master data agrees with Business Central."


def _fresh(company: Company, on: datetime.date, now: datetime.datetime) -> ControlDay:
    kept: ControlDay | None = ControlDay.objects.of(company).filter(date=on).first()
    if kept is not None and (now - kept.taken_at < FRESH or control.standing(kept) is not None):
        return kept
    return take_and_keep(company, on)


def _lines(day: ControlDay, zone: datetime.tzinfo) -> Iterator[str]:
    yield from control.morning(day, zone) or ["Nothing came yesterday."]
    if day.unread:
        yield f"Business Central was not read: {day.unread}"
    if said := drift(day.company):
        yield said
    if settings.TIEOUT_URL:
        yield ""
        yield f"The day: {settings.TIEOUT_URL}{day.get_absolute_url()}"


@transaction.atomic
def _claim(now: datetime.datetime) -> Morning | None:
    rows = Morning.objects.filter(state=State.QUEUED, next_attempt_at__lte=now)
    rows = rows.select_related("company", "channel").order_by("pk")
    row = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if row is not None:
        row.attempts += 1
        row.next_attempt_at = now + LEASE
        row.save(update_fields=["attempts", "next_attempt_at"])
    return row


def _send(row: Morning, now: datetime.datetime) -> int:
    if not row.body:
        row.title, row.body = words(row.company, row.date - timedelta(days=1), now=now)
        row.save(update_fields=["title", "body"])
    to = members(row.channel) if row.channel.kind == Channel.Kind.EMAIL else ()
    ours = Morning.objects.filter(pk=row.pk, state=State.QUEUED, attempts=row.attempts)
    try:
        tell(row.channel, row.title, row.body, key=str(row.key), to=to)
    except CannotTell as problem:
        logger.warning("The morning mail of %s was not sent: %s", row, problem.sentence)
        given_up = row.attempts >= MOST_ATTEMPTS
        ours.update(
            error=problem.sentence,
            next_attempt_at=now + AGAIN,
            state=State.FAILED if given_up else State.QUEUED,
            ended_at=now if given_up else None,
        )
        return 0
    return ours.update(state=State.SENT, ended_at=now, told=", ".join(to)[:500], error="")

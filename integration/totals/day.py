"""Take the control totals of a day: every kind, on the three sides, with what differs."""

from __future__ import annotations

import datetime
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from integration import connections
from integration.bc import Client, Lane
from integration.delivery.single import check_company
from integration.errors import IntegrationError
from masterdata.models import Company
from reconciliation.totals import (
    Day,
    Fate,
    InBC,
    Kind,
    KindOfDay,
    Ours,
    Told,
    compare,
    of_bc,
    of_cafm,
    of_portal,
    silence,
)

from . import cafm, in_bc, portal

logger = logging.getLogger(__name__)

THERE = {Fate.POSTED, Fate.NOTHING}


def take(company: Company, day: datetime.date) -> Day:
    """Gather and compare all kinds of a day that anybody says anything of."""
    client, unread = _client(company)
    told = cafm.told(company, day)
    kinds = []
    for kind in Kind:
        ours = portal.ours(company, kind, day)
        rows: list[InBC] | None = None
        note = in_bc.not_shown(kind)
        if client is not None and not note:
            try:
                rows = in_bc.documents(client, company, kind, day, ours)
            except IntegrationError as error:
                note = unread = error.sentence
                logger.warning("The totals of %s were taken without Business Central: %s", day, note)
        kinds.append(_kind(company, kind, day, told.get(kind), ours, rows, note or unread))
    taken = [each for each in kinds if not each.is_empty]
    if not told and cafm.uses_to_tell(company, day):
        taken = _silent(company, day, taken)
    return Day(day, tuple(taken), unread)


def _client(company: Company) -> tuple[Client | None, str]:
    """Give the client of this company, or say why BC cannot be asked."""
    if not connections.is_connected():
        return None, "Business Central is not connected."
    try:
        client = connections.client(lane=Lane.BULK)
        check_company(client, company)
    except IntegrationError as error:
        return None, error.sentence
    return client, ""


def _kind(
    company: Company,
    kind: Kind,
    day: datetime.date,
    told: Told | None,
    ours: list[Ours],
    rows: list[InBC] | None,
    note: str,
) -> KindOfDay:
    here = Counter(each.number for each in ours if each.from_cafm)
    strangers = Counter(told.numbers if told else ()) - here
    days_here = portal.days_here(company, kind, strangers, but=day) if strangers else {}
    return KindOfDay(
        kind=kind,
        cafm=of_cafm(told),
        portal=of_portal(ours),
        bc=of_bc(rows, day),
        done=sum(each.fate in THERE for each in ours),
        differences=tuple(compare(kind, day, told=told, ours=ours, in_bc=rows, days_here=days_here)),
        note=note,
    )


def _silent(company: Company, day: datetime.date, taken: Sequence[KindOfDay]) -> list[KindOfDay]:
    """Add that the CAFM was silent, once, where most of the day's documents are."""
    if not taken:
        return list(taken)
    most = max(taken, key=lambda each: each.portal.count)
    told = silence(most.kind, [each for kind in taken for each in portal.ours(company, kind.kind, day)])
    return [replace(each, differences=(told, *each.differences)) if each is most else each for each in taken]

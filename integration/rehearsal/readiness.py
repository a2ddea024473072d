"""Go or no-go: what has to be so before a company goes live, each point with its answer and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from integration import connections, contract
from integration.models import ContractReading, DriftCheck, HeldRecord, Message, Rehearsal, RehearsedDocument
from masterdata.models import Company
from reconciliation.models import PolicyVersion

Fate = RehearsedDocument.Fate
FRESH = timedelta(days=1)


@dataclass(frozen=True)
class Check:
    """One point of the list."""

    what: str
    is_met: bool
    told: str
    decides: bool = True
    """Whether going live waits for it; the other points are for people to weigh."""


def may_go(checked: list[Check]) -> bool:
    """Whether every point that decides is met."""
    return all(each.is_met for each in checked if each.decides)


def checks(company: Company) -> list[Check]:
    """Ask all points of the list; reads only what is here."""
    return [
        _connection(),
        _contract(),
        _drift(company),
        _held(company),
        _rules(company),
        _stuck_now(company),
        *_rehearsed(company),
    ]


def _connection() -> Check:
    met = connections.is_connected()
    return Check("Business Central is connected", met, "" if met else "Set the BC_* variables.")


def _contract() -> Check:
    what = "Business Central has all that is used of it"
    if not ContractReading.objects.exists():
        return Check(what, False, "Nobody has looked yet: manage.py check_contract.")
    paused = contract.paused()
    return Check(what, not paused, " ".join(paused[:3]))


def _drift(company: Company) -> Check:
    compared = list(DriftCheck.objects.latest_of(company))
    behind = [each.entity for each in compared if each.staying or each.error]
    told = f"These lists differ from Business Central: {', '.join(behind)}. See Drift." if behind else ""
    told = told if compared else "No list was compared yet. See Drift."
    return Check("The mirrored lists are those of Business Central", bool(compared) and not behind, told)


def _held(company: Company) -> Check:
    held = HeldRecord.objects.filter(company=company).count()
    told = f"{held} records wait for others. See Held records." if held else ""
    return Check("No master record is held back", not held, told, decides=False)


def _rules(company: Company) -> Check:
    met = PolicyVersion.objects.of(company).in_force(timezone.now()) is not None
    told = "" if met else "Publish the matching rules under Matching rules."
    return Check("Matching rules are in force", met, told)


def _rehearsed(company: Company) -> Iterator[Check]:
    latest = Rehearsal.objects.filter(company=company).order_by("-pk").first()
    done = latest is not None and latest.state == Rehearsal.State.DONE
    fresh = done and latest is not None and latest.started_at > timezone.now() - FRESH
    told = "" if fresh else "Rehearse the newest export: manage.py rehearse FILE."
    yield Check("An export was rehearsed within a day", bool(fresh), told)
    if latest is None:
        return
    counted = {fate: latest.documents.filter(fate=fate).count() for fate in RehearsedDocument.NEED_SOMEONE}
    stuck = counted[Fate.FAILS] + counted[Fate.REFUSED]
    told = f"{stuck} of the last rehearsal. Their causes and owners stand below." if stuck else ""
    yield Check("No document would be refused or stuck", done and not stuck, told)
    waits = counted[Fate.WAITS]
    yield Check(
        "No document would wait", done and not waits, f"{waits} would." if waits else "", decides=False
    )
    blocked = counted[Fate.BLOCKED]
    told = f"{blocked} would. Accounts payable has to be able to look at so many." if blocked else ""
    yield Check("No invoice would be held back", done and not blocked, told, decides=False)


def _stuck_now(company: Company) -> Check:
    stuck = Message.objects.of(company).stuck().count()
    told = f"{stuck} are. See Dead letters." if stuck else ""
    return Check("Nothing is stuck now", not stuck, told)

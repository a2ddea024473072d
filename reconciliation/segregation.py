"""Which duties are to be kept apart, who could do both, and who did both on the same matter."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from masterdata.models import Change
from reconciliation import roles
from reconciliation.actions import ACTIONS
from reconciliation.actions.action import Text
from reconciliation.models import ApprovalTier, DutyConflict, Resolution, Signature
from reconciliation.people import called

logger = logging.getLogger(__name__)

MOST_EXAMPLES = 5
CONFIRMING = [name for name, action in ACTIONS.items() if action.permission == roles.CONFIRM]
RELEASES = (Resolution.Kind.RELEASE, Resolution.Kind.OVERRIDE)
# A vendor that is put into a family passes the check of vendors, so a family lets through as a limit does.
LIMITS = [
    f"reconciliation_{name}"
    for name in ("tolerance", "matchlevel", "matchoptions", "releaselimit", "vendorfamily")
]
SETTING = (
    roles.PROPOSE_RULES,
    roles.APPROVE_RULES,
    *(f"reconciliation.change_{name}" for name in ("tolerance", "vendorfamily", "approvaltier")),
)
RELEASING = (roles.RESOLVE, roles.APPROVE)


@dataclass(frozen=True)
class Rule:
    """Two duties that one person must not have, by rights and by the deeds that show their use."""

    title: Text
    rights: tuple[tuple[str, ...], tuple[str, ...]]
    deeds: tuple[str, str] | None = None


RULES: dict[str, Rule] = {
    "limits": Rule(
        gettext_lazy("sets the limits and releases within them"),
        (SETTING, RELEASING),
        ("limits", "release"),
    ),
    "delivery": Rule(
        gettext_lazy("confirms deliveries or prices and releases the invoice"),
        ((roles.CONFIRM,), RELEASING),
        ("confirm", "release"),
    ),
    "integration": Rule(
        gettext_lazy("changes what is sent to Business Central and releases invoices"),
        ((roles.DRAFT_MAPPINGS, roles.REVIEW_MAPPINGS, roles.REPLAY), RELEASING),
        ("mapping", "release"),
    ),
    "grants": Rule(
        gettext_lazy("gives people their rights and releases invoices"),
        (("auth.change_user", "auth.change_group"), RELEASING),
        ("grant", "release"),
    ),
    "audit": Rule(
        gettext_lazy("audits and takes part"),
        ((roles.VERIFY,), (*RELEASING, roles.CONFIRM, roles.PROPOSE_RULES, roles.REPLAY)),
    ),
}


@dataclass(frozen=True)
class Deed:
    """What somebody did, and on what: a case and its vendor, a company, or (None) all of them."""

    person: int
    at: datetime
    words: str
    company: int | None = None
    vendor: str = ""
    case: int | None = None

    def is_on_the_same_matter(self, other: Deed) -> bool:
        if self.case and other.case:
            return self.case == other.case or (self.company, self.vendor) == (other.company, other.vendor)
        return self.company is None or other.company is None or self.company == other.company


@transaction.atomic
def report(*, now: datetime) -> list[DutyConflict]:
    """Find who could do both of two duties or did, keep it, and mark what is over."""
    deeds = {name: _by_person(find()) for name, find in DEEDS.items()}
    standing = {(each.person_id, each.kind): each for each in DutyConflict.objects.standing()}
    found = []
    for person in User.objects.order_by("pk"):
        held = person.get_all_permissions() if person.is_active else set()
        for kind, rule in RULES.items():
            examples = _uses(rule, person, deeds)
            holds = all(held & set(rights) for rights in rule.rights)
            if holds or examples:
                conflict = standing.pop((person.pk, kind), None)
                found.append(_keep(conflict, person, kind, holds, examples, now))
    for over in standing.values():
        over.gone_at = now
        over.save(update_fields=["gone_at"])
    for each in found:
        logger.warning("%s %s (%s times on the same matter)", each.person, RULES[each.kind].title, each.uses)
    return found


def sentence(conflict: DutyConflict) -> str:
    """Say what one person should not have, or should not have done."""
    rule = RULES.get(conflict.kind)
    told = f"{called(conflict.person)} {rule.title if rule else conflict.kind}"
    if not conflict.uses:
        return _("{told}: the rights are there, both were not used on the same matter.").format(told=told)
    return _("{told}: done on the same matter {n} times, for example: {example}").format(
        told=told, n=conflict.uses, example=conflict.examples[0]
    )


def _keep(
    conflict: DutyConflict | None,
    person: User,
    kind: str,
    holds: bool,
    examples: Collection[str],
    now: datetime,
) -> DutyConflict:
    kept = conflict or DutyConflict(person=person, kind=kind, found_at=now)
    kept.holds, kept.uses, kept.examples = holds, len(examples), list(examples)[:MOST_EXAMPLES]
    kept.save()
    return kept


def _uses(rule: Rule, person: User, deeds: dict[str, dict[int, list[Deed]]]) -> list[str]:
    """Give each pair of deeds on the same matter, the latest first."""
    if rule.deeds is None:
        return []
    ones, others = (deeds[name].get(person.pk, []) for name in rule.deeds)
    pairs = [(one, other) for one, other in product(ones, others) if one.is_on_the_same_matter(other)]
    pairs.sort(key=lambda pair: max(pair[0].at, pair[1].at), reverse=True)
    return [f"{one.words} ({one.at:%Y-%m-%d}), {other.words} ({other.at:%Y-%m-%d})" for one, other in pairs]


def _by_person(deeds: Iterable[Deed]) -> dict[int, list[Deed]]:
    found: dict[int, list[Deed]] = defaultdict(list)
    for deed in deeds:
        found[deed.person].append(deed)
    return found


def _released() -> Iterator[Deed]:
    done = Resolution.objects.filter(kind__in=RELEASES, state=Resolution.State.DONE).select_related("case")
    for row in done:
        yield _on_case(row, row.by_id, row.at, _("released {invoice}"))
        if row.decided_by_id and row.decided_at:
            yield _on_case(row, row.decided_by_id, row.decided_at, _("approved the release of {invoice}"))
    for signature in Signature.objects.select_related("resolution__case"):
        yield _on_case(signature.resolution, signature.by_id, signature.at, _("signed for {invoice}"))


def _confirmed() -> Iterator[Deed]:
    told = Resolution.objects.filter(action__in=CONFIRMING, state=Resolution.State.DONE).select_related(
        "case"
    )
    for row in told:
        yield _on_case(row, row.by_id, row.at, _("confirmed for {invoice}"))


def _on_case(row: Resolution, person: int, at: datetime, words: str) -> Deed:
    case = row.case
    told = words.format(invoice=f"{case.invoice_number} of {case.vendor_name or case.vendor_number}")
    return Deed(person, at, told, case.company_id, case.vendor_number, case.pk)


def _set_limits() -> Iterator[Deed]:
    words = _("changed a limit")
    yield from _changes(LIMITS, words)
    # The database writes down no change of a tier, so its history has to tell.
    for row in ApprovalTier.history.exclude(history_user=None):
        yield Deed(row.history_user_id, row.history_date, words, row.company_id)


def _changed_mappings() -> Iterator[Deed]:
    return _changes(["integration_mappingversion", "integration_fieldmapping"], _("changed a field mapping"))


def _granted() -> Iterator[Deed]:
    return _changes(["auth_user_groups", "auth_user_user_permissions"], _("changed somebody's rights"))


def _changes(tables: list[str], words: str) -> Iterator[Deed]:
    """Give the changes that people made in some tables, as the book tells them."""
    people = dict(User.objects.values_list("username", "pk"))
    changes = Change.objects.filter(table__in=tables, actor__in=people)
    for change in changes.iterator():
        yield Deed(people[change.actor], change.at, words, change.company_id)


DEEDS = {
    "release": _released,
    "confirm": _confirmed,
    "limits": _set_limits,
    "mapping": _changed_mappings,
    "grant": _granted,
}

"""The roles of the desk: one table says what each may do, and `apply_roles` makes the groups agree with it.

Five duties are kept apart: entering, approving, setting limits, running the integration, auditing.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

AP_CLERK = gettext_noop("AP clerk")
AP_APPROVER = gettext_noop("AP approver")
BUYER = gettext_noop("Buyer")
INTEGRATION_ADMIN = gettext_noop("Integration admin")
FINANCE_CONTROLLER = gettext_noop("Finance controller")
AUDITOR = gettext_noop("Auditor")

RESOLVE = "reconciliation.resolve_case"
APPROVE = "reconciliation.approve_case"
CONFIRM = "reconciliation.confirm_delivery"
TALK = "reconciliation.add_comment"
SEE_CASES = "reconciliation.view_exceptioncase"
SEE_MESSAGES = "integration.view_message"
SEE_RUNS = "integration.view_syncrun"
SEE_UNITS = "masterdata.view_itemunit"
SEE_RULES = "reconciliation.view_policyversion"
PROPOSE_RULES = "reconciliation.propose_policy"
APPROVE_RULES = "reconciliation.approve_policy"
REPLAY = "integration.replay_message"
SEE_INCIDENTS = "integration.view_incident"
ACKNOWLEDGE = "integration.acknowledge_incident"
SEE_MAPPINGS = "integration.view_fieldmapping"
DRAFT_MAPPINGS = "integration.draft_mapping"
REVIEW_MAPPINGS = "integration.review_mapping"
SEE_REHEARSALS = "integration.view_rehearsal"
SWITCH_FLOWS = "integration.change_flowswitch"
SEE_TOTALS = "reconciliation.view_controlday"
SIGN_OFF = "reconciliation.sign_off_day"
RETAKE = "reconciliation.retake_day"
PULL = "django_celery_beat.change_periodictask"
SEE_CHANGES = "masterdata.view_change"
VERIFY = "masterdata.verify_change"
KEEP = "masterdata.change_retentionterm"

_MASTERS = [
    f"masterdata.view_{name}"
    for name in (
        "account",
        "company",
        "currency",
        "dimension",
        "dimensionvalue",
        "exchangerate",
        "fixedasset",
        "item",
        "itemcategory",
        "itemunit",
        "itemvariant",
        "location",
        "paymentterms",
        "unit",
        "vendor",
    )
]
_DOCUMENTS = [
    f"reconciliation.view_{name}"
    for name in (
        "purchaserequest*",
        "daytotal",
        "control*",
        "signoff",
        "purchaseorder*",
        "ordercharge",
        "orderchange",
        "goodsreceipt*",
        "receiptreversal",
        "goodsreturn*",
        "serviceconfirmation*",
        "inventorymovement*",
        "assetnotice",
        "supplierinvoice",
        "invoiceline",
        "invoicecharge",
    )
]
_CASES = [SEE_CASES] + [
    f"reconciliation.view_{name}"
    for name in (
        "finding",
        "resolution",
        "caserequest",
        "signature",
        "absence",
        "comment",
        "matchdecision",
        "historicalexceptioncase",
        "policyversion",
    )
]
_POLICY = (
    "tolerance",
    "matchlevel",
    "matchoptions",
    "releaselimit",
    "approvaltier",
    "firstowner",
    "vendorfamily",
)

# A star stands for any letters. A role is the sum of its rows; nothing is taken away elsewhere.
ROLES: dict[str, list[str]] = {
    AP_CLERK: [*_MASTERS, *_DOCUMENTS, *_CASES, TALK, RESOLVE],
    AP_APPROVER: [*_MASTERS, *_DOCUMENTS, *_CASES, TALK, RESOLVE, APPROVE],
    BUYER: [*_MASTERS, *_DOCUMENTS, *_CASES, TALK, CONFIRM],
    INTEGRATION_ADMIN: [
        *_MASTERS,
        *_DOCUMENTS,
        "integration.view_*",
        "integration.replay_message",
        RETAKE,
        "integration.acknowledge_incident",
        "integration.add_channel",
        "integration.change_channel",
        "integration.add_escalationrule",
        "integration.change_escalationrule",
        "integration.add_expectation",
        "integration.change_expectation",
        "integration.add_morningmail",
        "integration.change_morningmail",
        DRAFT_MAPPINGS,
        REVIEW_MAPPINGS,
        SWITCH_FLOWS,
        "integration.*_mirrorfilter",
        "integration.add_apikey",
        "integration.change_apikey",
        "integration.add_webhook",
        "integration.change_webhook",
        "django_celery_beat.view_*",
        "django_celery_beat.change_periodictask",
    ],
    FINANCE_CONTROLLER: [
        *_MASTERS,
        *_DOCUMENTS,
        *_CASES,
        TALK,
        *(f"reconciliation.*_{name}" for name in _POLICY),
        *(f"reconciliation.view_historical{name}" for name in _POLICY),
        PROPOSE_RULES,
        APPROVE_RULES,
        SIGN_OFF,
        RETAKE,
        "integration.view_message",
        "integration.view_incident",
        "integration.acknowledge_incident",
        SEE_MAPPINGS,
        SEE_REHEARSALS,
        "masterdata.view_change",
        KEEP,
    ],
    AUDITOR: [
        "masterdata.view_*",
        VERIFY,
        "reconciliation.view_*",
        "integration.view_*",
        "django_celery_beat.view_*",
    ],
}

# What a person is told when a page is not theirs: "You may not …".
DUTIES = {
    RESOLVE: _("resolve exceptions"),
    APPROVE: _("approve releases"),
    CONFIRM: _("confirm deliveries, services and prices"),
    TALK: _("comment on exceptions"),
    SEE_CASES: _("see exceptions"),
    SEE_RUNS: _("see the pulls and who owns what"),
    SEE_UNITS: _("see items and their units"),
    SEE_MESSAGES: _("see messages"),
    SEE_RULES: _("see the matching rules"),
    PROPOSE_RULES: _("propose matching rules"),
    APPROVE_RULES: _("approve matching rules"),
    REPLAY: _("retry, cancel or finish messages"),
    SEE_INCIDENTS: _("see what people are told of"),
    ACKNOWLEDGE: _("take on what people are told of"),
    SEE_MAPPINGS: _("see field mappings"),
    SWITCH_FLOWS: _("open and close flows"),
    SEE_REHEARSALS: _("see rehearsals of the cutover"),
    DRAFT_MAPPINGS: _("draft field mappings"),
    REVIEW_MAPPINGS: _("approve field mappings"),
    SEE_TOTALS: _("see the control totals"),
    SIGN_OFF: _("sign off the totals of a day"),
    RETAKE: _("take the totals of a day again"),
    PULL: _("pull from Business Central"),
    SEE_CHANGES: _("see changes"),
    KEEP: _("set how long things are kept"),
    VERIFY: _("verify and export the book of changes"),
}


class UnknownPermission(Exception):  # noqa: N818 - it names what is unknown
    """A row of the table names a permission that no model has."""


@transaction.atomic
def apply_roles() -> dict[str, int]:
    """Create the groups and give each exactly the permissions of its row; returns how many each has."""
    known = _known()
    counts = {}
    for role, patterns in ROLES.items():
        wanted = {known[name] for name in _expand(patterns, known)}
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(wanted)
        counts[role] = len(wanted)
    return counts


def give(user: User, names: Iterable[str]) -> None:
    """Let a person have exactly these roles of ours; other groups stay."""
    wanted = set(names)
    others = user.groups.exclude(name__in=ROLES)
    user.groups.set([*others, *Group.objects.filter(name__in=wanted)])


def differences() -> list[str]:
    """Tell where the groups in the database hold other permissions than the table says."""
    known = set(_known())
    held: dict[str, set[str]] = {name: set() for name in Group.objects.values_list("name", flat=True)}
    for role, app, codename in Group.objects.filter(permissions__isnull=False).values_list(
        "name", "permissions__content_type__app_label", "permissions__codename"
    ):
        held[role].add(f"{app}.{codename}")
    told = []
    for role, patterns in ROLES.items():
        wanted, has = _expand(patterns, known), held.get(role, set())
        told += [f"{role} may {name}, and should not" for name in sorted(has - wanted)]
        told += [f"{role} may not {name}, and should" for name in sorted(wanted - has)]
    return told


def _known() -> dict[str, int]:
    rows = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    return {f"{app}.{codename}": pk for pk, app, codename in rows}


def roles_with(permission: str) -> list[str]:
    """Tell which roles hold a permission, for "ask a …"."""
    return [
        role
        for role, patterns in ROLES.items()
        if any(fnmatch.fnmatchcase(permission, pattern) for pattern in patterns)
    ]


def refusal(user: AbstractBaseUser | AnonymousUser, permission: str, duty: str = "") -> str:
    """Say what this person may not do, and whom to ask."""
    duty = duty or str(DUTIES[permission])
    mine = roles_of(user)
    what = (
        _("As {roles} you may not {duty}.").format(roles=_listed(mine, str(_("and"))), duty=duty)
        if mine
        else _("You have no role yet, so you may not {duty}.").format(duty=duty)
    )
    others = roles_with(permission)
    whom = (
        _("Ask someone who is {roles}.").format(roles=_listed(others, str(_("or"))))
        if others
        else _("Ask the person who runs Tieout for you.")
    )
    return f"{what} {whom}"


def _listed(words: list[str], joined_by: str) -> str:
    return f" {joined_by} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def roles_of(user: AbstractBaseUser | AnonymousUser) -> list[str]:
    """Name a person's roles, as the user menu shows them."""
    if not user.is_authenticated:
        return []
    known: list[str] | None = getattr(user, "role_names", None)  # comes along with who signs in
    if known is not None:
        return known
    return sorted(Group.objects.filter(user=user.pk).values_list("name", flat=True))


def _expand(patterns: Iterable[str], known: Collection[str]) -> set[str]:
    expanded: set[str] = set()
    for pattern in patterns:
        matches = fnmatch.filter(known, pattern) if "*" in pattern else {pattern}.intersection(known)
        if not matches:
            raise UnknownPermission(f"The roles name {pattern}, which is no permission. Run migrate first.")
        expanded.update(matches)
    return expanded

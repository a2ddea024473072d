"""Duties that are to be kept apart: who has both is reported each night, and so is who used both."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from integration import escalation
from integration.models import Incident
from masterdata.audit import acting_as
from reconciliation import cases, roles, segregation
from reconciliation.models import ApprovalTier, DutyConflict, Tolerance, VendorFamily
from tests import factories

from .reading import words

pytestmark = pytest.mark.django_db


def with_roles(*names: str):
    user = factories.person(names[0], username="vera")
    user.groups.add(*Group.objects.filter(name__in=names))
    return user


def found() -> list[tuple[str, bool, int]]:
    segregation.report(now=timezone.now())
    return sorted((each.kind, each.holds, each.uses) for each in DutyConflict.objects.standing())


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_role_alone_is_a_conflict(role) -> None:
    factories.person(role)

    assert found() == []


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (roles.AP_CLERK, roles.FINANCE_CONTROLLER, "limits"),
        (roles.AP_APPROVER, roles.FINANCE_CONTROLLER, "limits"),
        (roles.BUYER, roles.AP_CLERK, "delivery"),
        (roles.INTEGRATION_ADMIN, roles.AP_APPROVER, "integration"),
        (roles.AUDITOR, roles.BUYER, "audit"),
    ],
)
def test_two_roles_that_do_not_go_together_are_reported(first, second, kind) -> None:
    with_roles(first, second)

    assert found() == [(kind, True, 0)]


def test_who_released_within_limits_that_they_set_is_reported_with_what_they_did(desk, signed_in) -> None:
    vera = with_roles(roles.AP_CLERK, roles.FINANCE_CONTROLLER)
    case = factories.price_over_order(desk)
    with acting_as("vera"):
        tolerance = Tolerance.objects.filter(company=desk.company).first()
        tolerance.upper_percent = 7
        tolerance.save()
    cases.release(case, by=vera, reason="The lift has to run")

    assert found() == [("limits", True, 1)]
    page = words(signed_in(roles.AUDITOR).get("/rights/conflicts/"))
    assert "Sets the limits and releases within them" in page
    assert "released R-200 of" in page
    escalation.watch(now=timezone.now())
    assert "sets the limits and releases within them" in Incident.objects.get(subject="rights").sentence


def test_a_use_is_reported_though_the_right_is_gone_and_a_conflict_that_is_over_says_until_when(desk) -> None:
    vera = with_roles(roles.AP_CLERK, roles.FINANCE_CONTROLLER)
    assert found() == [("limits", True, 0)]

    vera.groups.set(Group.objects.filter(name=roles.AP_CLERK))
    assert found() == []
    assert DutyConflict.objects.get().gone_at is not None

    with acting_as("vera"):
        Tolerance.objects.filter(company=desk.company).update(upper_percent=8)
    cases.release(factories.price_over_order(desk), by=vera, reason="The lift has to run")
    ((kind, holds, uses),) = found()
    assert (kind, holds, uses > 0) == ("limits", False, True)


@pytest.mark.parametrize("kind", ["family", "tier"])
def test_who_made_a_family_or_moved_a_tier_and_released_is_reported(desk, kind) -> None:
    vera = with_roles(roles.AP_CLERK)
    case = factories.price_over_order(desk)
    with acting_as("vera"):
        if kind == "family":
            VendorFamily.objects.create(
                company=desk.company, vendor_number="V10", head="V20", state="in_force"
            )
        else:
            group = Group.objects.get(name=roles.AP_APPROVER)
            tier = ApprovalTier(company=desk.company, position=9, group=group, above=1_000_000)
            tier._history_user = vera  # as the middleware of the history says
            tier.save()
    cases.release(case, by=vera, reason="The lift has to run")

    assert found() == [("limits", False, 1)]


@pytest.mark.parametrize("right", ["change_vendorfamily", "change_approvaltier"])
def test_the_right_to_families_or_tiers_goes_with_no_release(right) -> None:
    with_roles(roles.AP_CLERK).user_permissions.add(Permission.objects.get(codename=right))

    assert found() == [("limits", True, 0)]


def test_deeds_of_two_people_are_no_conflict(desk) -> None:
    clerk, _frida = factories.person(), factories.person(roles.FINANCE_CONTROLLER)
    with acting_as("frida"):
        Tolerance.objects.filter(company=desk.company).update(upper_percent=8)
    cases.release(factories.price_over_order(desk), by=clerk, reason="The lift has to run")

    assert found() == []

"""Approvals: tiers one after the other, deputies, four eyes; and the database refuses who goes around it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from reconciliation import actions, approving, cases, policies, reconcile, roles
from reconciliation.models import Absence, ApprovalTier, ReleaseLimit, Resolution, Signature, Tolerance
from reconciliation.people import called
from tests import factories
from tests.desk.reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

HEADS = "Head of accounts payable"


@pytest.fixture
def clerk(db) -> User:
    return factories.person(roles.AP_CLERK)


@pytest.fixture
def approver(db) -> User:
    return factories.person(roles.AP_APPROVER)


@pytest.fixture
def head(desk) -> User:
    """Someone who has to agree as well to what lets more than 3,000 through."""
    heads = Group.objects.create(name=HEADS)
    user = factories.person(roles.AP_APPROVER, username="hanna")
    user.groups.add(heads)
    approvers = Group.objects.get(name=roles.AP_APPROVER)
    ApprovalTier.objects.create(company=desk.company, position=1, group=approvers, above=0)
    ApprovalTier.objects.create(company=desk.company, position=2, group=heads, above=3000)
    return user


def proposed(desk, by: User, price: str = "500.00", number: str = "R-100") -> Resolution:
    """Propose to let ten pieces at this price through, of which nothing has come."""
    case = factories.billed_before_receipt(desk, number, price=price)
    proposal = cases.release(case, by=by, reason="The lift has to run")
    assert proposal.state == "proposed"
    return proposal


def status_of(case: ExceptionCase) -> tuple[str, str]:
    case.refresh_from_db()
    case.invoice.refresh_from_db()
    return case.status, case.invoice.status


def away(person: User, deputy: User, days: int = 0) -> Absence:
    day = timezone.localdate() + datetime.timedelta(days=days)
    return Absence.objects.create(person=person, deputy=deputy, first_day=day, last_day=day)


def refused_by_the_database(name: str, sql: str, *values: object) -> None:
    """Run SQL as somebody would who goes around the code, and expect the constraint of this name."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert caught.value.__cause__.diag.constraint_name == name


def test_a_large_release_needs_both_tiers_one_after_the_other(desk, clerk, approver, head):
    proposal = proposed(desk, clerk)

    cases.approve(proposal, by=approver)
    assert status_of(proposal.case) == ("proposed", "blocked")
    with pytest.raises(cases.NotAllowed, match="You have signed this already"):
        cases.approve(proposal, by=approver)
    cases.approve(proposal, by=head, note="Checked on site")

    assert status_of(proposal.case) == ("released", "ready")
    assert list(proposal.signatures.order_by("position").values_list("position", "by__username")) == [
        (1, "anton"),
        (2, "hanna"),
    ]


def test_a_smaller_release_needs_the_first_tier_only(desk, clerk, approver, head):
    proposal = proposed(desk, clerk, price="100.00")

    cases.approve(proposal, by=approver)

    assert status_of(proposal.case) == ("released", "ready")


def test_a_tier_is_not_signed_by_who_is_not_in_it(desk, clerk, approver, head):
    other = factories.person(roles.AP_APPROVER, username="olga")
    proposal = proposed(desk, clerk)
    cases.approve(proposal, by=approver)

    with pytest.raises(cases.NotAllowed, match=f"It is the turn of {HEADS}"):
        cases.approve(proposal, by=other)

    assert status_of(proposal.case) == ("proposed", "blocked")


def test_a_deputy_signs_for_who_is_away_and_only_then(desk, clerk, approver, head):
    deputy = factories.person(roles.AP_APPROVER, username="dora")
    proposal = proposed(desk, clerk)
    cases.approve(proposal, by=approver)
    planned = away(head, deputy, days=1)
    with pytest.raises(cases.NotAllowed):
        cases.approve(proposal, by=deputy)
    planned.delete()

    away(head, deputy)
    cases.approve(proposal, by=deputy)

    assert status_of(proposal.case) == ("released", "ready")
    assert proposal.signatures.get(position=2).on_behalf_of == head


def test_nobody_signs_for_whoever_proposed_it(desk, approver, head):
    ReleaseLimit.objects.update(amount=0)
    deputy = factories.person(roles.AP_APPROVER, username="dora")
    proposal = proposed(desk, head)
    away(head, deputy)
    cases.approve(proposal, by=approver)

    with pytest.raises(cases.NotAllowed):
        cases.approve(proposal, by=deputy)


def test_nobody_releases_under_rules_they_have_just_changed(desk, approver):
    colleague = factories.person(roles.AP_APPROVER, username="olga")
    Tolerance.objects.filter(company=desk.company, check_name="early").update(upper_amount=7)
    version = policies.propose(desk.company, by=colleague, reason="Wider", wanted_from=None)
    policies.approve(version, by=approver)
    case = factories.price_over_order(desk)
    assert case.decision.policy_version == version

    proposal = cases.release(case, by=approver, reason="Small")
    assert proposal.state == "proposed", "within the limit, and yet not alone"
    with pytest.raises(cases.NotAllowed, match="You have just changed the rules"):
        cases.approve(proposal, by=colleague)


def test_a_limit_that_one_has_just_set_is_none(desk, clerk):
    limit = ReleaseLimit.objects.get(company=desk.company, group__name=roles.AP_CLERK)
    assert approving.release_limit(desk.company, clerk) == limit.amount

    limit.amount, limit._history_user = 10_000, clerk
    limit.save()

    assert approving.release_limit(desk.company, clerk) == 0


INSERT = """
INSERT INTO reconciliation_resolution
  (case_id, action, kind, state, by_id, at, reason, reason_code, decision_note, overrides, decided_by_id,
   decided_at)
VALUES (%s, '', 'release', 'done', %s, now(), 'x', '', '', %s::jsonb, %s, CASE WHEN %s THEN now() END)
"""
COVERED = '[{"code": "NO_RECEIPT", "line": 1, "subject": null, "quantity": "10", "amount": "%s"}]'


def test_sql_cannot_release_over_the_limit_alone(desk, clerk):
    case = factories.billed_before_receipt(desk, price="500.00")

    refused_by_the_database(
        "release_within_the_limit", INSERT, case.pk, clerk.pk, COVERED % 5000, None, False
    )
    refused_by_the_database(
        "release_within_the_limit",
        INSERT,
        case.pk,
        clerk.pk,
        COVERED.replace('"%s"', "null"),
        None,
        False,
    )


def test_sql_cannot_name_an_approver_who_has_not_signed(desk, clerk, approver):
    case = factories.billed_before_receipt(desk, price="500.00")

    refused_by_the_database(
        "release_has_its_signatures", INSERT, case.pk, clerk.pk, COVERED % 5000, approver.pk, True
    )


def test_sql_cannot_decide_a_proposal_without_every_signature(desk, clerk, approver, head):
    proposal = proposed(desk, clerk)
    cases.approve(proposal, by=approver)

    refused_by_the_database(
        "release_has_its_signatures",
        "UPDATE reconciliation_resolution SET state = 'done', decided_by_id = %s, decided_at = now() "
        "WHERE id = %s",
        approver.pk,
        proposal.pk,
    )


SIGN = """
INSERT INTO reconciliation_signature (resolution_id, position, by_id, on_behalf_of_id, at, note)
VALUES (%s, %s, %s, %s, now(), '')
"""


def test_sql_cannot_sign_for_oneself_a_strange_tier_or_a_colleague_who_is_there(desk, clerk, approver, head):
    proposal = proposed(desk, clerk)
    other = factories.person(roles.AP_CLERK, username="olga")

    refused_by_the_database("nobody_signs_their_own_proposal", SIGN, proposal.pk, 1, clerk.pk, None)
    refused_by_the_database("nobody_signs_their_own_proposal", SIGN, proposal.pk, 1, approver.pk, clerk.pk)
    refused_by_the_database("tier_signed_by_its_group", SIGN, proposal.pk, 2, approver.pk, None)
    refused_by_the_database("tier_signed_by_its_group", SIGN, proposal.pk, 1, other.pk, None)
    refused_by_the_database("signed_for_who_is_away", SIGN, proposal.pk, 2, approver.pk, head.pk)
    assert Signature.objects.count() == 0


def test_sql_cannot_sign_without_the_right_to_approve_where_there_are_no_tiers(desk, clerk):
    proposal = proposed(desk, clerk)
    olga = factories.person(roles.AP_CLERK, username="olga")
    gone = factories.person(roles.AP_APPROVER, username="gone")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)

    refused_by_the_database("signed_by_who_may_approve", SIGN, proposal.pk, 0, olga.pk, None)
    refused_by_the_database("signed_by_who_may_approve", SIGN, proposal.pk, 0, gone.pk, None)
    assert Signature.objects.count() == 0


def test_sql_cannot_close_a_case_as_released_that_nobody_has_released(desk):
    case = factories.billed_before_receipt(desk)

    refused_by_the_database(
        "release_covers_what_holds",
        "UPDATE reconciliation_exceptioncase SET status = 'released', closed_at = now() WHERE id = %s",
        case.pk,
    )


def test_code_and_database_measure_alike_in_another_currency(desk, clerk):
    desk.order(currency="USD")
    desk.invoice(currency="USD")
    while reconcile.match_due():
        pass
    from reconciliation.models import ExceptionCase

    case = ExceptionCase.objects.get()
    ReleaseLimit.objects.filter(group__name=roles.AP_CLERK).update(amount=45)  # 50 USD × 90 ÷ 100
    assert cases.release(case, by=clerk, reason="Seen it").state == "done"
    ReleaseLimit.objects.filter(group__name=roles.AP_CLERK).update(amount="44.99")

    refused_by_the_database("release_within_the_limit", INSERT, case.pk, clerk.pk, COVERED % 50, None, False)


def test_the_page_names_the_limit_and_whose_turn_it_is(desk, clerk, approver, head, client):
    proposal = proposed(desk, clerk)
    cases.approve(proposal, by=approver)
    client.force_login(head)

    page = client.get(f"/exceptions/{proposal.case_id}/")

    assert "Clara Weiss may release 500.00 EUR alone." in words(page)
    assert [tier for tier, _ in page.context["signing"]] == [roles.AP_APPROVER, HEADS]
    assert page.context["signing"][0][1].startswith("Anton Berg, today")
    assert page.context["signing"][1][1] == ""


def test_what_is_given_to_someone_who_is_away_goes_to_who_stands_in(desk, approver, clerk):
    dora = factories.person(roles.AP_APPROVER, username="dora")
    today = timezone.localdate()
    Absence.objects.create(person=approver, deputy=dora, first_day=today, last_day=today)
    case = factories.billed_before_receipt(desk, "R-100")
    form = {"seen": cases.version(case), "to": approver.username}

    told = actions.do("hand-over", case, by=clerk, sent=form).sentence

    case.refresh_from_db()
    assert case.owner == dora
    assert told == f"{called(approver)} is away: R-100 is with {called(dora)} now."


def test_days_away_are_kept_with_a_colleague_of_the_same_role(desk, approver, clerk, client):
    factories.person(roles.AP_APPROVER, username="dora")
    client.force_login(approver)
    day = timezone.localdate().isoformat()
    form = {"first_day": day, "last_day": day}

    refused = [client.post("/away/", form | {"deputy": name}).status_code for name in ("clara", "anton", "")]
    kept = client.post("/away/", form | {"deputy": "dora"})

    assert (refused, kept.status_code) == ([422, 422, 422], 302)
    absence = Absence.objects.get()
    assert approving.stands_in_for(approver).username == "dora"
    client.force_login(clerk)
    assert client.post("/away/", {"end": absence.pk}).status_code == 404
    client.force_login(approver)
    assert client.post("/away/", {"end": absence.pk}).status_code == 302
    assert not Absence.objects.exists()

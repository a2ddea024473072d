"""Our subscriptions in Business Central: made, renewed, made again, ended; trouble stands in their row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration import hints

from .words import bc, now, subscription


def theirs() -> dict[str, dict]:
    return {row["subscriptionId"]: row for row in bc().subscriptions()}


def test_each_list_that_bc_tells_about_has_a_subscription(told) -> None:
    from integration.models import Subscription
    from integration.sync.entities import ENTITIES

    rows = {row.entity: row for row in Subscription.objects.all()}

    assert set(rows) == {name for name, each in ENTITIES.items() if not each.needs_app}
    assert {row.bc_subscription_id for row in rows.values()} == set(theirs())
    assert {row.problem for row in rows.values()} == {""}
    assert all(row.expires_at - now() > timedelta(days=2) for row in rows.values())


def test_looking_again_leaves_them_as_they_are(told) -> None:
    before = theirs()

    hints.keep(now=now())

    assert theirs() == before


def test_one_that_ends_soon_is_renewed(told) -> None:
    row, before = subscription(), theirs()

    hints.keep(now=row.expires_at - timedelta(hours=35))

    renewed = theirs()
    assert set(renewed) == set(before)
    assert (
        renewed[row.bc_subscription_id]["expirationDateTime"]
        > before[row.bc_subscription_id]["expirationDateTime"]
    )
    assert subscription().expires_at > row.expires_at


def test_one_that_bc_lost_is_made_again_with_another_secret(told) -> None:
    row = subscription()
    lost = theirs()[row.bc_subscription_id]
    bc().end_subscription(row.bc_subscription_id, etag=lost["@odata.etag"])

    hints.keep(now=now())

    again = subscription()
    assert again.bc_subscription_id in theirs()
    assert again.bc_subscription_id != row.bc_subscription_id
    assert theirs()[again.bc_subscription_id]["clientState"] != lost["clientState"]


def test_those_that_have_expired_are_made_again(told) -> None:
    told.control.settings(webhook_life_seconds=0)
    hints.keep(now=now() + timedelta(days=2))  # renews all, to a life of no time
    told.control.settings(webhook_life_seconds=259_200)

    hints.keep(now=now())

    assert len(theirs()) == len(set(theirs())) == 13
    assert subscription().bc_subscription_id in theirs()


@pytest.mark.parametrize("becomes", ["", "https://elsewhere.example/bc/hints"])
def test_those_that_are_not_wanted_any_more_are_ended(told, settings, becomes) -> None:
    from integration.models import Subscription

    old = set(theirs())
    settings.BC_NOTIFICATION_URL = becomes

    hints.keep(now=now())

    assert old & set(theirs()) == set()
    assert Subscription.objects.filter(expires_at__isnull=False).count() == 0


def test_a_stray_one_at_our_address_is_ended_and_those_of_others_stay(told, settings) -> None:
    row = subscription()
    row.delete()

    hints.keep(now=now())

    assert row.bc_subscription_id not in theirs()
    assert subscription().bc_subscription_id in theirs()


def refuse_to_end(told, subscription_id: str) -> None:
    told.control.set_faults(
        [{"fault": "lock_conflict", "method": "DELETE", "path": f"subscriptions('{subscription_id}')"}]
    )


def test_one_that_bc_refuses_to_end_is_told_in_its_row_and_the_others_are_ended(told, settings) -> None:
    from integration.models import Subscription

    row = subscription()
    settings.BC_NOTIFICATION_URL = ""
    refuse_to_end(told, row.bc_subscription_id)

    hints.keep(now=now())

    assert set(theirs()) == {row.bc_subscription_id}
    kept = Subscription.objects.get()
    assert (kept.entity, kept.expires_at) == ("vendors", row.expires_at)
    assert "someone else is changing" in kept.problem


def test_a_stray_one_that_bc_refuses_to_end_holds_up_no_other(told, caplog) -> None:
    row, before = subscription(), subscription("items")
    row.delete()
    refuse_to_end(told, row.bc_subscription_id)

    hints.keep(now=before.expires_at - timedelta(hours=35))

    assert subscription("items").expires_at > before.expires_at
    assert row.bc_subscription_id in caplog.text


def test_an_address_that_bc_cannot_reach_is_told_in_the_row(told, settings) -> None:
    settings.BC_NOTIFICATION_URL = "https://localhost:1/bc/hints"

    hints.keep(now=now())

    assert theirs() == {}
    assert subscription().problem != ""
    assert subscription().expires_at is None


def test_without_an_address_nothing_is_asked(db, sandbox, settings) -> None:
    from integration import tasks

    sandbox.control.forget_requests()

    tasks.keep_subscriptions()

    assert sandbox.control.requests()["total"] == 0


def test_the_secret_is_not_kept_here(told) -> None:
    from django.core import serializers

    from integration.models import Subscription

    states = {row["clientState"] for row in theirs().values()}
    kept = serializers.serialize("json", Subscription.objects.all())

    assert len(states) == 13
    assert [state for state in states if state in kept] == []


def test_an_administrator_sees_how_each_stands(told) -> None:
    from django.test import Client

    from reconciliation import roles
    from tests import factories
    from tests.desk.reading import words

    roles.apply_roles()
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    page = words(client.get("/admin/integration/subscription/"))

    assert "vendors told" in page
    assert "the hourly pull brings what was not told" in page


def test_that_it_is_not_configured_is_a_plain_state(db) -> None:
    from django.test import Client

    from reconciliation import roles
    from tests import factories
    from tests.desk.reading import words

    roles.apply_roles()
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    assert hints.NOT_CONFIGURED in words(client.get("/admin/integration/subscription/"))


def test_one_that_cannot_be_renewed_says_why_and_until_when_it_lives(told) -> None:
    row = subscription()
    told.control.set_faults([{"fault": "lock_conflict", "method": "PATCH", "path": "subscriptions"}])

    hints.keep(now=row.expires_at - timedelta(hours=35))

    kept = subscription()
    assert "someone else is changing" in kept.problem
    assert (kept.bc_subscription_id, kept.expires_at) == (row.bc_subscription_id, row.expires_at)

"""What people are told of, in a real browser: taken on by the keyboard, undone, and for everyone to use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from reconciliation import roles

from .accessibility import broken_rules, complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from integration.models import Incident
    from masterdata.models import Company

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SENTENCES = {
    "refused": "Unit BX unknown for item 70011",
    "standstill": "Business Central does not answer since 07:12:44. The connection was refused. Documents "
    "are still taken in and wait; nothing is lost. Tieout asks again at 07:20:01 and goes on by itself.",
    "run": "Pulling vendors fails: Business Central answered 500.",
}


@pytest.fixture
def told() -> dict[str, Incident]:
    """Three matters that people were told of, one of which came back, and a channel that fails."""
    from integration import escalation
    from integration.models import Channel, Incident
    from tests import factories

    escalation.install()
    company, now = factories.open_company(), timezone.now()
    made = {
        subject: _incident(company, subject, sentence, since=now - timedelta(hours=26), worth=worth)
        for (subject, sentence), worth in zip(SENTENCES.items(), (Decimal("14200"), None, None), strict=True)
    }
    made["refused"].former = _incident(company, "refused", SENTENCES["refused"], since=now, closed_at=now)
    made["refused"].save()
    Incident.objects.exclude(pk=made["refused"].former_id).update(opened_at=now - timedelta(hours=26))
    escalation.write_due(now=now)
    Channel.objects.filter(audience=roles.INTEGRATION_ADMIN).update(
        error="No mail server is set. Set EMAIL_HOST as .env.example says, and start again.",
        rests_until=now + timedelta(minutes=8),
    )
    return made


def _incident(company: Company, subject: str, sentence: str, **terms: Any) -> Incident:
    from integration.models import Incident

    terms = {
        "cause": subject,
        "count": 38 if subject == "refused" else 1,
        "opened_at": terms["since"],
    } | terms
    return Incident.objects.create(company=company, subject=subject, sentence=sentence, **terms)


def admin() -> User:
    from tests import factories

    return factories.person(roles.INTEGRATION_ADMIN)


def test_a_matter_is_taken_on_by_the_keyboard_and_given_back(
    told: dict[str, Incident], page: Page, sign_in: SignIn
) -> None:
    sign_in(admin(), "/notifications/")
    page.get_by_role("button", name="Take on: Unit BX unknown").focus()
    page.keyboard.press("Enter")
    page.get_by_text("You have taken on “Unit BX unknown for item 70011”.").wait_for()
    assert page.get_by_role("link", name="Taken on 1").is_visible()

    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("Nobody has it now; reminders go on.").wait_for()

    page.get_by_label("Note").fill("Asked for the unit")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Taken on 1").click()
    page.get_by_text("Asked for the unit").wait_for()


def test_the_list_and_a_matter_can_be_used_by_everyone(
    told: dict[str, Incident], page: Page, sign_in: SignIn
) -> None:
    sign_in(admin(), "/notifications/")
    listed = complaints_everywhere(page)
    page.goto(page.url.replace("/notifications/", f"/notifications/{told['refused'].pk}/"))
    page.get_by_role("heading", name="Who was told").wait_for()

    assert (listed, complaints_everywhere(page)) == ({}, {})


def test_channels_and_rules_can_be_used_by_everyone(
    told: dict[str, Incident], page: Page, sign_in: SignIn
) -> None:
    sign_in(admin(), "/admin/integration/channel/add/")
    start = page.url.partition("/admin/")[0]
    found = {"channel": broken_rules(page)}
    for path in ("channel/", "escalationrule/", "escalationrule/add/"):
        page.goto(f"{start}/admin/integration/{path}")
        found[path] = broken_rules(page)

    assert found == {path: [] for path in found}

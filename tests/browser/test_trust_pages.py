"""The pages of the auditor and of one own account, in a real browser: wide and narrow, light and dark."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from integration import tasks
from reconciliation import roles, segregation
from tests import factories

from .accessibility import complaints_everywhere
from .pictures import keep_pictures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_auditors_pages_owe_nobody_anything(page, sign_in, desk_address):
    company = factories.open_company()
    vera = factories.person(roles.AP_CLERK, username="vera")
    factories.person(roles.FINANCE_CONTROLLER)
    vera.groups.add(*factories.Group.objects.filter(name=roles.FINANCE_CONTROLLER))
    segregation.report(now=timezone.now())
    tasks.verify_audit()
    tasks.seal_audit()
    sign_in(factories.person(roles.AUDITOR), "/audit/")
    expect(page.get_by_role("heading", name="Audit", exact=True)).to_be_visible()
    expect(page.get_by_text(str(company), exact=True).first).to_be_visible()

    found = {"audit": complaints_everywhere(page)}
    keep_pictures(page, "audit")
    for name, path in (("rights", "/rights/"), ("conflicts", "/rights/conflicts/")):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{desk_address}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found[name] = complaints_everywhere(page)
        keep_pictures(page, name)

    assert found == {"audit": {}, "rights": {}, "conflicts": {}}


def test_ones_own_account_owes_nobody_anything_and_a_second_factor_is_set_up(page, desk_address):
    factories.open_company()
    factories.person(roles.AP_CLERK)
    page.goto(f"{desk_address}/sign-in/?next=/account/sessions/")
    page.get_by_label("User name").fill("clara")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    found = {"sessions": complaints_everywhere(page)}
    keep_pictures(page, "sessions")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{desk_address}/account/second-factor/totp/activate/")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="Activate Authenticator App")).to_be_visible()
    found["app"] = complaints_everywhere(page)
    keep_pictures(page, "second-factor-app")
    page.goto(f"{desk_address}/account/second-factor/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found["factors"] = complaints_everywhere(page)
    keep_pictures(page, "second-factor")

    assert found == {"sessions": {}, "app": {}, "factors": {}}

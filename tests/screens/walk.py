"""Every screen, who works on it, and the way there in the demo."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from config.local.demo import ROOT

Reach = Callable[[Page], None]

STRANGER = "stranger"
TIMES, PAUSE_MS = 40, 500


@dataclass(frozen=True)
class Screen:
    """One picture: `reach` leaves the page where it is to be taken."""

    name: str
    who: str
    reach: Reach
    dark: bool = False


def at(path: str) -> Reach:
    """Open an address."""
    return lambda page: void(page.goto(path))


def void(_result: object) -> None:
    """Take a result that nobody needs."""


def then(*ways: Reach) -> Reach:
    """Go one way after the other."""

    def reach(page: Page) -> None:
        for way in ways:
            way(page)

    return reach


def follow(selector: str) -> Reach:
    """Follow the first link of this kind."""
    return lambda page: page.locator(selector).first.click()


def press(name: str) -> Reach:
    """Press the button of this name."""
    return lambda page: page.get_by_role("button", name=name).first.click()


def heading(words: str) -> Reach:
    """Wait until the page says so in its heading."""
    return lambda page: page.get_by_role("heading", name=re.compile(words)).first.wait_for()


def case(number: str) -> Reach:
    """Look for an invoice and open its case."""
    return then(at(f"/exceptions/?tab=open&q={number}"), follow("a[data-open]"), heading(f"Invoice {number}"))


def tick_three(page: Page) -> None:
    for box in page.locator("input[name=case]").all()[:3]:
        box.check()


def unfold_action(title: str) -> Reach:
    """Open an action of the case, among the further ones where it is not one of the first."""

    def reach(page: Page) -> None:
        further = page.locator("details.more-actions:not([open]) > summary")
        if further.count():
            further.first.click()
        page.locator("details.action > summary").filter(has_text=title).first.click()

    return reach


def send_for_approval(page: Page) -> None:
    """Let the clerk propose a release that is beyond a clerk's limit, unless that was done before."""
    case("HLP-7756")(page)
    release = page.locator("details.action").filter(has=page.locator("form[action$='/release/']"))
    if release.count():
        page.keyboard.press("1")
        page.keyboard.press("1")
        expect(page.locator("[data-undo] p")).to_contain_text("HLP-7756")


def ask_the_buyer(page: Page) -> None:
    """Ask the buyer for the price, unless that was done before, and open the link that a buyer gets."""
    case("LS-88074")(page)
    link = page.get_by_role("link", name="the link to answer")
    if not link.count():
        unfold_action("Ask the buyer about the price")(page)
        page.locator("details.action[open] input[data-code]").first.check()
        page.locator("details.action[open] button.primary").click()
        expect(page.locator("[data-undo] p")).to_contain_text("LS-88074")
        case("LS-88074")(page)
    page.locator(".requests summary").first.click()
    link.first.click()
    heading(".")(page)


def wait_for(words: str) -> Reach:
    """Wait until the page says so; it loads itself again, or is loaded again here."""

    def reach(page: Page) -> None:
        for _ in range(TIMES):
            if page.get_by_text(words).count():
                return
            page.wait_for_timeout(PAUSE_MS)
            page.reload()
        expect(page.get_by_text(words).first).to_be_visible()

    return reach


def draft_a_mapping(page: Page) -> None:
    """Begin a draft of the order lines' mapping, or open the one that was begun."""
    page.goto("/mappings/")
    page.get_by_role("link", name="purchase order line", exact=False).first.click()
    heading(".")(page)
    begin = page.get_by_role("button", name="Begin a draft")
    if begin.count():
        begin.click()
    else:
        page.locator("main a[href$='/draft/']").first.click()
    page.wait_for_url("**/draft/**")


def open_first_row(path: str) -> Reach:
    """Open the first record of one of the admin's lists."""
    return then(at(path), follow("#result_list tbody th a, table tbody a[href*='/change/']"))


def broken(page: Page) -> None:
    """Show what is shown when a page cannot be made; the demo has none, so the page stands in for one."""
    page.goto("/sign-in/")
    head = page.locator("head").inner_html()
    text = (ROOT / "templates/desk/500.html").read_text()
    body = re.search(r"{% block content %}(.*){% endblock %}", text, re.DOTALL)
    assert body, "templates/desk/500.html has no content"
    page.set_content(
        f'<html lang="en" data-theme="light"><head>{head}</head><body><main class="door"><div class="panel">'
        f"{body[1]}</div></main></body></html>"
    )


SCREENS = (
    Screen("sign-in", STRANGER, at("/sign-in/"), dark=True),
    Screen("home", "clerk", at("/"), dark=True),
    Screen("home-integration", "integration", at("/")),
    Screen("worklist", "clerk", at("/exceptions/?tab=open"), dark=True),
    Screen("worklist-groups", "clerk", at("/exceptions/?tab=open&group=reason")),
    Screen("worklist-no-match", "clerk", at("/exceptions/?tab=open&q=nowhere")),
    Screen("worklist-closed", "clerk", at("/exceptions/?tab=closed")),
    Screen("case", "clerk", case("HLP-7731"), dark=True),
    Screen("case-quantity", "clerk", case("GLP-55240")),
    Screen("case-links", "clerk", case("OPS-2264")),
    Screen("case-action", "clerk", then(case("LS-88074"), unfold_action("Short-pay"))),
    Screen(
        "several", "clerk", then(at("/exceptions/?tab=open"), tick_three, press("Release …"), heading("."))
    ),
    Screen(
        "exports",
        "clerk",
        then(at("/exceptions/?tab=open"), press("Export"), heading("Exports"), wait_for("Download")),
    ),
    Screen("boards", "clerk", at("/boards/"), dark=True),
    Screen("calendar", "controller", at("/calendar/"), dark=True),
    Screen("overview", "integration", at("/overview/"), dark=True),
    Screen("proposed", "clerk", send_for_approval),
    Screen("approvals", "approver", at("/approvals/")),
    Screen("approve", "approver", case("HLP-7756")),
    Screen("one-tap", "clerk", ask_the_buyer),
    Screen("away", "clerk", at("/away/")),
    Screen("matching-rules", "controller", at("/matching-rules/")),
    Screen(
        "trial",
        "controller",
        then(
            at("/matching-rules/"),
            press("Try on history"),
            heading("on history"),
            wait_for("Would be released"),
        ),
        dark=True,
    ),
    Screen("dead-letters", "integration", at("/dead-letters/"), dark=True),
    Screen("dead-letter", "integration", then(at("/dead-letters/"), follow("main a[href*='/causes/']"))),
    Screen("stuck-messages", "integration", at("/dead-letters/messages/")),
    Screen(
        "message",
        "integration",
        then(at("/dead-letters/messages/"), follow("main a[href^='/messages/']")),
        dark=True,
    ),
    Screen(
        "message-edit",
        "integration",
        then(
            at("/dead-letters/messages/"), follow("main a[href^='/messages/']"), follow("a[href$='/edit/']")
        ),
    ),
    Screen(
        "replay",
        "integration",
        then(
            at("/dead-letters/"),
            follow("main a[href*='/causes/']"),
            follow("main a:has-text('Replay all')"),
            heading("."),
        ),
    ),
    Screen("messages", "integration", at("/admin/integration/message/")),
    Screen("mappings", "integration", at("/mappings/")),
    Screen("mapping", "integration", then(at("/mappings/"), follow("main td a[href^='/mappings/']"))),
    Screen("source-profiles", "integration", at("/mappings/profiles/")),
    Screen("mapping-document", "integration", at("/mappings/document/")),
    Screen("mapping-draft", "integration", draft_a_mapping, dark=True),
    Screen("notifications", "integration", at("/notifications/")),
    Screen(
        "incident", "integration", then(at("/notifications/"), follow("main td a[href^='/notifications/']"))
    ),
    Screen("sync-runs", "integration", at("/admin/integration/syncrun/"), dark=True),
    Screen("sync-run", "integration", open_first_row("/admin/integration/syncrun/")),
    Screen("ownership", "integration", at("/ownership/")),
    Screen("drift", "integration", at("/drift/")),
    Screen("contract", "integration", at("/admin/integration/contractfinding/")),
    Screen("units", "clerk", at("/units/")),
    Screen("vendor", "clerk", open_first_row("/admin/masterdata/vendor/")),
    Screen(
        "record", "clerk", then(open_first_row("/admin/masterdata/vendor/"), follow("a[href^='/records/']"))
    ),
    Screen("items", "clerk", at("/admin/masterdata/item/")),
    Screen("orders", "clerk", at("/admin/reconciliation/purchaseorder/")),
    Screen("invoices", "clerk", at("/admin/reconciliation/supplierinvoice/")),
    Screen("tolerances", "controller", at("/admin/reconciliation/tolerance/")),
    Screen("changes", "auditor", at("/admin/masterdata/change/")),
    Screen("admin", "controller", at("/admin/")),
    Screen("not-yours", "clerk", at("/approvals/")),
    Screen("not-there", "clerk", at("/exceptions/999999999/")),
    Screen("not-working", STRANGER, broken),
)

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
    """One picture: `reach` leaves the page where it is to be taken, at the address that is named `of`.

    Where `of` is empty the address has the screen's own name.
    """

    name: str
    who: str
    reach: Reach
    dark: bool = False
    of: str = ""

    @property
    def shows(self) -> str:
        return self.of or self.name


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
    """Ask the buyer for the price, unless that was done before."""
    case("LS-88074")(page)
    if not page.locator(".requests").count():
        unfold_action("Ask the buyer about the price")(page)
        page.locator("details.action[open] input[data-code]").first.check()
        page.locator("details.action[open] button.primary").click()
        expect(page.locator("[data-undo] p")).to_contain_text("LS-88074")
        case("LS-88074")(page)
    page.locator(".requests summary").first.click()


def answer_the_question(page: Page) -> None:
    """Open the link that somebody without a seat gets; who may confirm prices finds it with the case."""
    case("LS-88074")(page)
    page.locator(".requests summary").first.click()
    page.get_by_role("link", name="the link to answer").first.click()
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


def day_with_figures(page: Page) -> None:
    """Open the latest day on which something came and was compared."""
    page.goto("/calendar/")
    heading("Calendar")(page)
    page.locator("a.square:has(.counts)").last.click()
    page.wait_for_url("**/calendar/20*/")


def an_older_version(page: Page) -> None:
    """Open the oldest version of the order lines' mapping."""
    page.goto("/mappings/")
    page.get_by_role("link", name="purchase order line", exact=False).first.click()
    page.locator("main a[href*='/versions/']").last.click()
    page.wait_for_url("**/versions/**")


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


# Addresses that show no page of their own: they do something, hand out a file, or answer machines.
NO_SCREENS = {
    "account_inactive", "account_login", "account_logout", "act-on-mapping-draft", "bc-hints",
    "begin-mapping-draft", "board-file", "calendar-again", "calendar-evidence", "calendar-sign",
    "calendar-withdraw", "care-for-cause", "case-act", "case-attach", "case-file", "case-here",
    "case-original", "check-drift",
    "choose-company", "choose-language", "document-message", "export", "export-chain", "export-heads",
    "export-mapping", "fetch-export", "forget-filter", "give-back-incident", "healthz", "list-look",
    "look-for-message", "losses-board-file", "losses-file",
    "mapping-goes-on", "mapping-sheet", "message-act", "metrics", "mfa_deactivate_totp",
    "not-yet-file",
    "mfa_download_recovery_codes", "mfa_edit_webauthn", "mfa_generate_recovery_codes",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "open-balances-run", "open-balances-template",
    "openid_connect_callback", "openid_connect_login", "prepare-replay", "preview-mapping-draft",
    "propose-rules", "pull-now", "pull-record", "put-back-rules", "readyz", "repair-mapping",
    "replay-act", "roll-back-mapping", "rules-act", "run-progress", "running", "save-filter",
    "save-mapping-row", "save-source-profile", "save-value-map", "send-open-balances", "set-retention",
    "settle-doubled",
    "several-do", "several-undo", "sign-out", "start-replay", "start-trial", "stop-run", "switch-flows",
    "take-incident", "take-selected", "test-mapping-draft", "trial-act", "trial-export", "undo",
    "verify-audit",
    # Of signing in with a second factor or from Entra ID: tests/browser and tests/signing_in look at these.
    "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "mfa_list_webauthn", "mfa_reauthenticate",
    "mfa_view_recovery_codes", "socialaccount_login_cancelled", "socialaccount_login_error",
    "socialaccount_signup",
}  # fmt: skip
SCREENS = (
    Screen("sign-in", STRANGER, at("/sign-in/"), dark=True),
    Screen("home", "clerk", at("/"), dark=True),
    Screen("home-integration", "integration", at("/")),
    Screen("worklist", "clerk", at("/exceptions/?tab=open"), dark=True),
    Screen("worklist-groups", "clerk", at("/exceptions/?tab=open&group=reason")),
    Screen("worklist-no-match", "clerk", at("/exceptions/?tab=open&q=nowhere")),
    Screen("worklist-closed", "clerk", at("/exceptions/?tab=closed")),
    Screen("case", "clerk", case("HLP-7731"), dark=True),
    Screen("case-quantity", "clerk", case("NF-20988")),
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
    Screen("losses", "controller", at("/boards/lost/"), dark=True),
    Screen(
        "losses-rows", "controller", then(at("/boards/lost/"), follow("main td a[href*='/boards/lost/']"))
    ),
    Screen("not-yet", "controller", at("/boards/not-yet/received/"), dark=True),
    Screen("calendar", "controller", at("/calendar/"), dark=True),
    Screen("calendar-day", "controller", day_with_figures, dark=True),
    Screen("calendar-rows", "controller", then(day_with_figures, follow("main table a[href*='/calendar/']"))),
    Screen("overview", "integration", at("/overview/"), dark=True),
    Screen("cutover", "integration", at("/cutover/"), dark=True),
    Screen("open-balances", "integration", at("/cutover/open-balances/")),
    Screen(
        "rehearsal",
        "integration",
        then(at("/cutover/"), follow("main a[href^='/cutover/']:not([href*='open'])")),
    ),
    Screen("audit", "auditor", at("/audit/"), dark=True),
    Screen("retention", "controller", at("/retention/"), dark=True),
    Screen("rights", "auditor", at("/rights/"), dark=True),
    Screen("duty-conflicts", "auditor", at("/rights/conflicts/")),
    Screen("told", "buyer", at("/for-you/")),
    Screen("case-history", "clerk", then(case("HLP-7731"), follow("main a[href$='/history/']"))),
    Screen(
        "story",
        "clerk",
        then(case("HLP-7731"), follow("main a[href$='/history/']"), follow("main a[href^='/story/']")),
    ),
    Screen("second-factor", "clerk", at("/account/second-factor/"), of="mfa_index"),
    Screen(
        "confirm-access",
        "clerk",
        at("/account/second-factor/totp/activate/"),
        of="account_reauthenticate",
    ),
    Screen("sessions", "clerk", at("/account/sessions/"), of="usersessions_list"),
    Screen("password", "clerk", at("/account/password/"), of="account_change_password"),
    Screen("proposed", "clerk", send_for_approval),
    Screen("approvals", "approver", at("/approvals/")),
    Screen("approve", "approver", case("HLP-7756")),
    Screen("case-asked", "clerk", ask_the_buyer, of="case"),
    Screen("one-tap", "buyer", answer_the_question),
    Screen("away", "clerk", at("/away/")),
    Screen("matching-rules", "controller", at("/matching-rules/")),
    Screen("judging", "controller", at("/matching-rules/judging/?of=12")),
    Screen(
        "rules-version",
        "controller",
        then(at("/matching-rules/"), follow("main a[href^='/matching-rules/1']")),
    ),
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
    Screen(
        "dead-letter",
        "integration",
        then(at("/dead-letters/"), follow("main a[href*='/causes/']")),
        of="dead-letter-cause",
    ),
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
        of="edit-message",
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
    Screen("mapping-version", "integration", an_older_version),
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

"""What every page owes people who do not see it, or not well: axe's rules, and room on a small screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

NORM = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"type": "tag", "values": [*NORM, "best-practice"]}
# The only rules whose answer may change with the colours; the others are asked once, in the light.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SIZES = ((1440, 900), (390, 844), (320, 700))
# No style asks for a width between 320 and 390, so axe is asked at the narrower; what is cut off, at both.
AS_NARROW = 390
ASK = """
(asked) => axe.run(document, {runOnly: asked, resultTypes: ["violations"]}).then((found) => found.violations)
"""
# What axe does not look at: every table says what it is, and nothing is cut off at the side.
MORE = """
() => {
  const told = [];
  document.querySelectorAll("table").forEach((table) => {
    if (!table.caption) told.push(`a table without a caption: ${table.outerHTML.slice(0, 90)}`);
  });
  document.querySelectorAll("[style]").forEach((e) => told.push(`a style: ${e.outerHTML.slice(0, 90)}`));
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) told.push(`the page is ${over} px wider than the window`);
  return told;
}
"""


def complaints(page: Any, asked: dict[str, Any] = RULES) -> list[str]:
    """Look at the page as it stands."""
    told = [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()[:160]})"
        for rule in violations(page, asked)
        for node in rule["nodes"][:3]
    ]
    return told + _cut_off(page)


def broken_rules(page: Any) -> list[str]:
    """Give what breaks a rule of WCAG, not of style: the inner form of the admin's pages is the theme's."""
    found = violations(page, {"type": "tag", "values": NORM})
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def complaints_everywhere(page: Any) -> dict[str, list[str]]:
    """Look at the page wide and narrow, light and dark; gives what is wrong by where it is."""
    found = {}
    for scheme, asked in (("light", RULES), ("dark", OF_COLOURS)):
        turn(page, scheme)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            if told := _cut_off(page) if width == AS_NARROW else complaints(page, asked):
                found[f"{scheme} {width}"] = told
    return found


def violations(page: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask axe, which comes into each page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return list(page.evaluate(ASK, asked))


def _cut_off(page: Any) -> list[str]:
    return list(page.evaluate(MORE))


def turn(page: Any, scheme: str) -> None:
    """Let the system be light or dark, and wait until the page is."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_selector(f"html[data-theme={scheme}]", state="attached")

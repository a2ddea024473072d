"""docs/kinds.md, from the table of kinds."""

from __future__ import annotations

from pathlib import Path

from integration.contract.kinds import KINDS, Kind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kinds.md"
HEAD = """# The kinds of documents

What the CAFM tells, and what becomes of it in Business Central. This page is written from
`integration/contract/kinds.py` by `python -m tests.pages`; a test compares the two. The sender's `number` is
ours, and kept beside BC's on every document. How a message fares on its way:
[the states of a message](message-states.md).

The levels are *standard* (Business Central as it is), *analytics* (with Microsoft's Power BI Reports app,
which only reads) and *the Tieout app*. Which one a connection has stands under **Contract**.
"""


def text() -> str:
    """Give the page as it should be."""
    return HEAD + "".join(_section(kind) for kind in KINDS)


def _section(kind: Kind) -> str:
    lines = [
        ("States", "; ".join(kind.states) or "none: figures without a number"),
        ("Number in BC", kind.theirs),
        ("Needs", _needs(kind)),
        ("Below that", kind.below),
        ("Not carried", kind.not_carried),
    ]
    told = "".join(f"- **{name}**: {said}\n" for name, said in lines if said)
    return f"\n## {', '.join(f'`{event}`' for event in kind.events)}\n\n{told}"


def _needs(kind: Kind) -> str:
    if not kind.ways:
        return "nothing"
    ways = "; ".join(f"{each.title}: {each.needs}" for each in kind.features)
    return f"{ways}, from {kind.since} on" if kind.since else ways

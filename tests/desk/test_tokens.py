"""The desk's colours can be read, light and dark, whatever stands on what."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "templates" / "static" / "desk" / "tokens.css").read_text()
GROUNDS = ("bg", "panel", "hover", "accent-soft")
PAIRS = [
    *((text, ground) for text in ("ink", "soft", "accent", "bad") for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("bad", "warn", "good")),
    *(("ink", f"{tone}-soft") for tone in ("bad", "warn", "good")),
    ("accent-ink", "accent"),
]


def palette(scheme: str) -> dict[str, str]:
    """Read the colours of a scheme, as the page gets them."""
    selector = ":root" if scheme == "light" else ':root[data-theme="dark"]'
    block = re.search(re.escape(selector) + r" \{(.*?)\}", TOKENS, re.S)
    assert block is not None
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_what_it_stands_on(scheme, text, ground):
    colours = palette(scheme)

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "panel"])
def test_the_edge_of_a_field_can_be_seen(scheme, ground):
    colours = palette(scheme)

    assert contrast(colours["edge"], colours[ground]) >= 3


def test_both_schemes_name_the_same_colours():
    assert set(palette("light")) == set(palette("dark"))

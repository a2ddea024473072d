"""Pictures of pages for a person to look at, where PICTURES names a folder; the tests do not look at them."""

from __future__ import annotations

import os
from typing import Any

from .accessibility import turn

LOOKS = (("light", 1440), ("light", 390), ("dark", 1440))


def keep_pictures(page: Any, name: str) -> None:
    """Keep the page wide, narrow and dark. Look for complaints first: a picture leaves styles."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    for scheme, width in LOOKS:
        turn(page, scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)

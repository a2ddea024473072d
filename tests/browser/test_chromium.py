"""The browser itself works, so that a failing screen test is about the screen."""

import pytest

pytestmark = pytest.mark.browser


def test_chromium_shows_a_page(page):
    page.set_content("<h1>Tied out</h1>")

    assert page.inner_text("h1") == "Tied out"

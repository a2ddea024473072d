"""Every page is in the walk that takes its picture and asks axe of it, so that none can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.screens.walk import NO_SCREENS, SCREENS

# Parts of the address space that show no pages of ours.
OTHERS = {"admin"}


def test_every_page_is_in_the_walk() -> None:
    told = {screen.shows for screen in SCREENS} | NO_SCREENS

    assert sorted(set(_names(get_resolver())) - told) == [], "add each to tests/screens/walk.py"


def test_what_is_left_out_is_there_and_not_shown() -> None:
    names = set(_names(get_resolver()))

    assert sorted(NO_SCREENS - names) == [], "no such address: take it out of NO_SCREENS"
    assert sorted(NO_SCREENS & {screen.shows for screen in SCREENS}) == []


def test_no_two_screens_have_one_name() -> None:
    names = [screen.name for screen in SCREENS]

    assert sorted(names) == sorted(set(names))


def _names(resolver: URLResolver) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield str(each.name)
        elif each.app_name not in OTHERS and "api" not in str(each.pattern):
            yield from _names(each)

"""Every text of the clerk's desk can be translated, and the catalogues are in step with the sources.

Written without gettext's own programs, which are not on every machine: `make messages` needs them.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from config.local.messages import ROOT, Entry, entries, modules

LANGUAGES = ("de", "ar")
# Names, and what stands for a thing in every language.
UNTRANSLATED = {"Tieout", "CSV", "Business Central", "CAFM"}
SHOWN_ATTRIBUTES = {"aria-label", "placeholder", "title", "data-title", "alt"}
NOT_READ = {"script", "style", "svg", "kbd", "code"}
TAGS = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
CALLS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
CALLED = re.compile(r"""(?<![\w.])(?:_|n?gettext)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
ROOMS = ("desk", "integration")
TEMPLATES = sorted(path for room in ROOMS for path in (ROOT / "templates" / room).glob("*.html"))
# A word that a filter or an include is given: {{ name|default:"nobody" }}, caption="Causes".
GIVEN = re.compile(r"""\|(?:default|default_if_none|yesno):"[^"]*[^\W\d_]{2}|\bcaption="[A-Z]""")


class Bare(HTMLParser):
    """Collects the words that stand in a page as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_READ:
            self.within.append(tag)
        self.found += [
            f'{name}="{value}"'
            for name, value in attrs
            if name in SHOWN_ATTRIBUTES and WORD.search(value or "") and value not in UNTRANSLATED
        ]

    def handle_endtag(self, tag: str) -> None:
        if self.within and tag == self.within[-1]:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if not self.within and WORD.search(text) and not set(text.strip("· ").split(" · ")) <= UNTRANSLATED:
            self.found.append(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_text_of_a_page_is_bare(path: Path) -> None:
    page = Bare()
    page.feed(TAGS.sub("", TRANSLATED.sub("", path.read_text())))

    assert page.found == [], f"put these into {{% translate %}} or {{% blocktranslate %}}: {path.name}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_word_that_a_filter_is_given_is_bare(path: Path) -> None:
    given = [found for tag in TAGS.findall(path.read_text()) for found in GIVEN.findall(tag)]

    assert given == [], f'write _("…") there: {path.name}'


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_keeps_up_with_the_texts(language: str) -> None:
    """Texts are translated in one go, not with each change; one in twenty may be waiting."""
    known, texts = {entry.id for entry in entries(language)}, set(_texts())

    waiting = sorted(texts - known)

    assert len(waiting) <= len(texts) // 20, f"run `make messages`, then translate: {waiting}"


def test_german_is_complete() -> None:
    assert [entry.id for entry in entries("de") if not all(entry.translations)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_what_is_filled_in(language: str) -> None:
    """`{invoice}` and `%(count)s` are filled by their names; a new one breaks the sentence."""
    wrong = [
        (entry.id, translation)
        for entry in entries(language)
        for translation in entry.translations
        if translation and not _places(translation) <= _places(entry.id) | _places(entry.plural)
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    stale = [
        entry.id
        for entry in entries(language)
        if entry.translations[0] and _compiled(compiled, entry) != entry.translations[0]
    ]

    assert stale == [], "run `make messages`"


def _compiled(catalogue: gettext.GNUTranslations, entry: Entry) -> str:
    kept = catalogue._catalog  # type: ignore[attr-defined]  # with plurals by number: no method gives them
    name = f"{entry.context}\x04{entry.id}" if entry.context else entry.id
    return str(kept.get((name, 0), kept.get(name, "")))


def _places(text: str) -> set[str]:
    return set(re.findall(r"{\w+}|%\(\w+\)s", text))


def _texts() -> Iterator[str]:
    for path in TEMPLATES:
        yield from _of_template(path)
    for path in modules():
        yield from _of_module(path)


def _of_template(path: Path) -> Iterator[str]:
    from django.utils.translation.template import templatize

    code = re.sub(r"pgettext\(.*?, ", "gettext(", templatize(path.read_text(), origin=path.name))
    for text in CALLED.findall(code):
        yield str(ast.literal_eval(text))


def _of_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in CALLS
            and node.args
        ):
            first = node.args[1 if node.func.id.startswith("pgettext") else 0]
            if isinstance(first, ast.Constant):
                yield str(first.value)

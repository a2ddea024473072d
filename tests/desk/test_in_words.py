"""Why an invoice is held is told in the reader's language, whatever the reason; what is kept stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from reconciliation import in_words, roles
from reconciliation.matching import Code
from reconciliation.models import Finding
from tests import factories
from tests.matching import asking
from tests.matching.test_cases import CASES, written_out

from .reading import words

ENGLISH = re.compile(
    r"\b(the|is|of|billed|ordered|received|more|less|limit|line|order|and|for)\b", re.IGNORECASE
)


def _found() -> Iterator[tuple[str, str]]:
    """Give what the engine says in each of the written cases."""
    for param in CASES:
        [case] = param.values
        for finding in asking.ask(**written_out(case["given"]))["findings"]:
            yield finding["code"], finding["sentence"]


@pytest.fixture(scope="module")
def found() -> set[tuple[str, str]]:
    return set(_found())


def test_every_sentence_of_every_written_case_is_read_back(found):
    """In English the parts put together again give the sentence itself, so nothing is lost on the way."""
    with translation.override("en"):
        wrong = {
            (code, sentence): again
            for code, sentence in found
            if (again := in_words.read_back(in_words.SENTENCES[code], sentence)) != _by_the_day(sentence)
        }

    assert wrong == {}


def test_every_reason_is_told_in_german(found):
    with translation.override("de"):
        told = {(code, sentence): in_words.in_words(code, sentence) for code, sentence in found}

    assert {code for code, _sentence in told} == set(Code)
    assert {each: german for each, german in told.items() if ENGLISH.search(german)} == {}


@pytest.mark.parametrize(
    ("code", "english", "german"),
    [
        (
            "PRICE_OVER",
            "Billed at 1,006.00 EUR per PCS, ordered at 5.00 EUR (1,001.00 EUR more, 20 %):"
            " 10,010.00 EUR (20 %) more; the limit is 2.5 % and 10.00 EUR.",
            "Berechnet zu 1.006,00 EUR je PCS, bestellt zu 5,00 EUR (1.001,00 EUR mehr, 20 %):"
            " 10.010,00 EUR (20 %) mehr; die Grenze ist 2,5 % und 10,00 EUR.",
        ),
        (
            "OVER_RECEIVED",
            "Billed 1,010 PCS after 5 before, 1,015 in all, received and kept 10: 1,005 PCS (50.00 EUR)"
            " more than the limit of 0 % allows.",
            "1.010 PCS berechnet, nach 5 zuvor zusammen 1.015, 10 eingegangen und behalten: 1.005 PCS"
            " (50,00 EUR) mehr, als die Grenze von 0 % erlaubt.",
        ),
        (
            "DUPLICATE",
            "RE-1.000,5 of 2026-03-01 from vendor V10 is already here (pending).",
            "RE-1.000,5 vom 01.03.2026 von Lieferant V10 ist schon da (noch nicht gebucht).",
        ),
        (
            "UNREADABLE",
            "The invoice has no number, date and total that could be read.",
            "Auf der Rechnung war nicht zu lesen: Nummer, Datum und Summe.",
        ),
    ],
)
def test_figures_and_days_are_written_as_germans_do_and_numbers_of_documents_stay(code, english, german):
    with translation.override("de"):
        assert in_words.in_words(code, english).replace("\N{NO-BREAK SPACE}", " ") == german


@pytest.mark.parametrize(
    ("words", "german"),
    [
        ("the same item BELT", "derselbe Artikel BELT"),
        (
            "this vendor's B-7 was linked to item BELT before",
            "B-7 dieses Lieferanten wurde schon mit Artikel BELT",
        ),
        ("descriptions 92 % alike", "Beschreibungen zu 92 % gleich"),
        ("just the 1,250.5 KG still open", "genau die 1.250,5 KG, die noch offen sind"),
        ("found by hand", "found by hand"),
    ],
)
def test_what_speaks_for_an_order_line_is_told_in_german_too(words, german):
    with translation.override("de"):
        assert in_words.point_in_words(words).startswith(german)


@pytest.mark.parametrize("code", ["PRICE_OVER", "NEWER_THAN_THIS"])
def test_what_no_pattern_fits_stays_as_it_was_written(code):
    with translation.override("de"):
        assert in_words.in_words(code, "Said by another engine.") == "Said by another engine."


def test_a_german_reader_sees_it_on_the_page_and_the_record_stays(desk, signed_in):
    case = factories.price_over_order(desk)
    kept = Finding.objects.get(case=case, code="PRICE_OVER").sentence

    client = signed_in(roles.AP_CLERK)
    english = words(client.get(f"/exceptions/{case.pk}/"))
    german = words(client.get(f"/exceptions/{case.pk}/", headers={"accept-language": "de"}))

    assert kept in english
    assert kept not in german
    assert "Berechnet zu 6,00 EUR" in german
    assert Finding.objects.get(case=case, code="PRICE_OVER").sentence == kept


def _by_the_day(sentence: str) -> str:
    """Write the days as the pages do."""
    return re.sub(r"\d{4}-\d\d-\d\d", lambda day: in_words._day(day[0]), sentence)

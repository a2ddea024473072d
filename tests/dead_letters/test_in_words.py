"""Why a message is stuck, and what to do, is told in the reader's language; what is kept stays English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from integration import in_words
from integration.bc.refusals import TABLE, Row
from integration.in_words.patterns import DOUBLES
from integration.models import DoubledDocument

ROOT = Path(__file__).resolve().parents[2] / "integration"
SAMPLE = "X7"
# Whose text a worker keeps with a message: the errors of couriers, and what a document waits for.
ERRORS = {"PermanentError", "Withdrawn"}


def _text(node: ast.expr) -> str:
    """Write the text as a message keeps it, with a sample in each place; empty where it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else SAMPLE for part in node.values)
    return ""


def _kept() -> Iterator[str]:
    for path in sorted((ROOT / "couriers").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            told = [node.args[0]] if name in ERRORS and node.args else []
            told += [each.value for each in node.keywords if each.arg == "waiting_for"]
            yield from filter(None, map(_text, told))


def test_every_sentence_that_a_courier_keeps_has_its_pattern() -> None:
    kept = set(_kept())

    assert len(kept) > 25
    assert [text for text in sorted(kept) if not any(map(in_words.read_back, _filled(text)))] == []


def _filled(text: str) -> Iterator[str]:
    """Give the text with names in its places; a place may hold a word of the sentence as well."""
    yield text
    yield text.replace(SAMPLE, f" on {SAMPLE}")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code}{row.fragment}{row.status}")
def test_every_refusal_is_told_in_german(row: Row) -> None:
    what = row.what.format("EUR", "EUR")
    with translation.override("de"):
        german = in_words.told(f"Business Central refused purchase order PO-1: {what}. {row.do}")

    assert german.startswith("Business Central lehnte ab (Bestellung PO-1): ")
    assert what not in german
    assert row.do not in german


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Unit BX unknown for item 70011", "Einheit BX ist für Artikel 70011 unbekannt"),
        ("The vendor is blocked", "Der Lieferant ist gesperrt"),
        ("The posting date is outside the open period", "Das Buchungsdatum liegt außerhalb der offenen"),
        ("Deliver it first, then retry.", "Liefern Sie sie zuerst aus, dann versuchen Sie es erneut."),
        (
            "It waits for purchase order PO-1 from the CAFM and goes on by itself once that is there.",
            "Sie wartet auf Bestellung PO-1 aus dem CAFM und läuft von selbst weiter, sobald das da ist.",
        ),
        (
            "It waits for vendor V2; item 7 in Business Central and goes on by itself once that is there.",
            "Sie wartet auf Lieferant V2; Artikel 7 in Business Central und läuft von selbst weiter",
        ),
        ("The flow goods receipt is closed: it is taken in and not sent.", "Der Fluss Wareneingang ist zu"),
        (
            "lineType cannot be filled from kind: 'rent' is not among account, item",
            "lineType lässt sich nicht aus kind füllen: 'rent' ist nicht unter account, item",
        ),
    ],
)
def test_causes_steps_and_what_is_waited_for_are_told_in_german(english: str, german: str) -> None:
    with translation.override("de"):
        assert in_words.told(english).startswith(german)


@pytest.mark.parametrize("step", DOUBLES[:5])
def test_what_to_do_about_a_double_is_told_in_german(step: str) -> None:
    with translation.override("de"):
        assert in_words.told(step) != step


def test_a_message_that_a_double_holds_back_says_so_in_german() -> None:
    held = DoubledDocument(
        kind="purchase_order", number="PO-1", documents=[{"number": "106001"}, {"number": "106002"}]
    ).hold

    with translation.override("de"):
        told = in_words.told(held)

    assert told.startswith("Bestellung PO-1 steht 2-mal in Business Central: 106001, 106002. Es geht weiter")


def test_what_no_pattern_fits_stays_and_the_rest_is_told() -> None:
    with translation.override("de"):
        told = in_words.told("Our partner says so. Deliver it first, then retry.")

    assert told.startswith("Our partner says so. Liefern Sie")


def test_in_english_it_stays_as_it_was_written() -> None:
    with translation.override("en"):
        assert in_words.told("Deliver it first, then retry.") == "Deliver it first, then retry."

"""A page in German says nothing in English that the catalogue has in German."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from config.local.messages import entries
from integration.models import Message
from reconciliation import roles
from tests import factories

from .reading import words

pytestmark = pytest.mark.django_db

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de"}
PAGES = {
    "overview": "Belege an Business Central",
    "dead-letters": "1 Nachricht, die nur ein Mensch bewegen kann",
    "stuck-messages": "Jede Nachricht wird aus ihrem Datensatz und der heutigen Feldzuordnung neu gebaut",
    "notifications": "Was Menschen gemeldet wird, ein Eintrag je Ursache.",
    "mappings": "Welches Feld zu welchem wird, in jeder Richtung.",
    "drift": "Wie die gespiegelten Listen zu Business Central standen",
    "ownership": "Jede Art von Datensatz hat genau einen Eigentümer.",
    "units": "Was jede Einheit eines Artikels enthält",
    "source-profiles": "Ein CAFM, das nicht unsere Form spricht, hat ein Profil",
    "cutover": "Eine Probe führt einen Export des CAFM den ganzen Weg",
    "open-balances": "als CSV-Dateien. Jede Zeile wird gegen Business Central gehalten",
    "calendar": "Was CAFM, Portal und Business Central von jedem Tag zählen",
}


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Whole sentences that have a German form; what is shorter may be part of another text."""
    return [
        entry.id
        for entry in entries("de")
        if len(entry.id.split()) > 3 and re.fullmatch(r"[A-Z][^%{<]+[.:]", entry.id)
    ]


@pytest.fixture
def stuck(desk) -> Message:
    return factories.refused(desk.company, "PO-1", code="Internal_InvalidTableRelation")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_integration_is_german_throughout(name, stuck, english, signed_in):
    page = words(signed_in(roles.INTEGRATION_ADMIN).get(reverse(name), **GERMAN))

    assert PAGES[name] in page
    assert [text for text in english if text in page] == []


def test_a_stuck_message_tells_in_german_what_can_be_done(stuck, english, signed_in):
    page = words(signed_in(roles.INTEGRATION_ADMIN).get(reverse("message", args=[stuck.pk]), **GERMAN))

    assert "Bestellung PO-1 abgelehnt" in page
    assert "Erneut versuchen wird aus dem Datensatz neu gebaut" in page
    assert [text for text in english if text in page] == []


def test_why_it_is_stuck_and_what_to_do_is_german_too(desk, signed_in):
    kept = (
        "Business Central refused purchase order PO-1: the vendor is blocked."
        " Unblock the vendor in BC, then send it again."
    )
    stuck = factories.refused(desk.company, "PO-1", error=kept)
    client = signed_in(roles.INTEGRATION_ADMIN)

    causes = words(client.get(reverse("dead-letters"), **GERMAN))
    page = words(client.get(reverse("message", args=[stuck.pk]), **GERMAN))

    assert "Der Lieferant ist gesperrt" in causes
    assert "Entsperren Sie den Lieferanten in BC, dann senden Sie es erneut." in causes
    assert "Business Central lehnte ab (Bestellung PO-1): der Lieferant ist gesperrt." in page
    assert Message.objects.get(pk=stuck.pk).error == kept

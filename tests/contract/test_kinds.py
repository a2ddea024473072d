"""The table of kinds speaks of every type of event and every way into BC, and the page says the same."""

from __future__ import annotations

import pytest

from integration.cafm.events import TYPES
from integration.contract.features import FEATURES, PULL
from integration.contract.kinds import KINDS, Kind
from integration.couriers import COURIERS
from integration.inbox import MODELS
from integration.models import DocumentKind
from tests.pages import kinds


def test_every_type_of_event_has_its_place() -> None:
    assert sorted(event for kind in KINDS for event in kind.events) == sorted(TYPES)


def test_every_way_into_bc_has_its_place() -> None:
    ways = [way for kind in KINDS for way in kind.ways]

    assert sorted(ways) == sorted(key for key in FEATURES if not key.startswith(PULL) and key != "company")
    assert {way.partition(":")[0] for way in ways} - {"purchase_request"} == set(DocumentKind.values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.events[0])
def test_a_kind_names_the_model_that_its_events_make(kind: Kind) -> None:
    made = {TYPES[event].kind for event in kind.events} - {None}

    assert {COURIERS[each].model for each in made} <= {kind.model}
    assert kind.model is None or kind.model in MODELS.values()
    assert kind.below.endswith(".")


def test_the_page_is_written_from_the_table() -> None:
    assert kinds.PAGE.read_text() == kinds.text(), "Run: python -m tests.pages"

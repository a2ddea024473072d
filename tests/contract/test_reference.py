"""What Tieout uses of the standard API is what the reference of that API knows, in form and in right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integration.contract import uses
from integration.contract.shapes import shape_of
from integration.contract.uses import Part, Use
from tests import mappings

OLDEST = (24, 0, 0, 0)  # the oldest release that Tieout is made for
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "bc" / "contract.json"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shared,
    pytest.mark.skipif(not REFERENCE.exists(), reason=f"the reference is not at {REFERENCE}"),
]


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    contract = json.loads(REFERENCE.read_text())
    return {each["entitySet"]: each for each in contract["platformEntities"] + contract["entities"]}


@pytest.fixture
def used() -> list[Use]:
    mappings.install()
    return [use for use in [*uses.of_code(), *uses.of_mappings()] if not use.app]


def known(reference: dict[str, Any], use: Use) -> dict[str, Any]:
    """Find what is used, in the reference; raises KeyError when it is not there."""
    entity = reference[use.entity_set]
    if use.part is Part.SET:
        return entity
    rows = {
        Part.FIELD: entity["fields"],
        Part.NAVIGATION: entity.get("navigation", []),
        Part.ACTION: entity.get("actions", []),
    }[use.part]
    return {row["name"]: row for row in rows}[use.name]


def test_every_name_is_in_the_reference(reference: dict[str, Any], used: list[Use]):
    missing = []
    for use in used:
        try:
            known(reference, use)
        except KeyError:
            missing.append((use.entity_set, use.name))

    assert len(used) > 200
    assert missing == []


def test_every_field_has_a_form_that_is_read_or_written(reference: dict[str, Any], used: list[Use]):
    wrong = [
        (use.entity_set, use.name, known(reference, use)["type"])
        for use in used
        if use.part is Part.FIELD and use.takes
        if shape_of(known(reference, use)["type"]) not in use.takes
    ]

    assert wrong == []


def test_what_a_mapping_writes_may_be_written_and_is_long_enough(reference: dict[str, Any], used: list[Use]):
    written = [use for use in used if use.mapping and use.part is Part.FIELD and not use.is_read]
    read_only = [use.name for use in written if known(reference, use)["readOnly"]]
    too_long = [
        (use.name, use.longest)
        for use in written
        if use.longest and use.longest > known(reference, use)["maxLength"]
    ]

    assert written
    assert (read_only, too_long) == ([], [])


def test_the_oldest_release_has_all_of_it(reference: dict[str, Any], used: list[Use]):
    later = {
        f"{use.entity_set}.{use.name} since {known(reference, use).get('since')}"
        for use in used
        if tuple(int(part) for part in known(reference, use).get("since", "0").split(".")) > OLDEST
    }

    assert later == set()

"""A draft becomes what counts through a second person, in the code and in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from integration.mapping import compiled, defaults, drafts
from integration.mapping.content import Content
from integration.models import FieldMapping, MappingVersion
from tests import mappings

pytestmark = pytest.mark.django_db


@pytest.fixture
def mapping() -> FieldMapping:
    defaults.install()
    return FieldMapping.objects.get(name=defaults.ORDER)


@pytest.fixture
def ines(django_user_model: Any) -> Any:
    return django_user_model.objects.create(username="ines")


@pytest.fixture
def ivan(django_user_model: Any) -> Any:
    return django_user_model.objects.create(username="ivan")


def changed(mapping: FieldMapping) -> Content:
    return mappings.current(mapping.name).without("currencyCode")


@pytest.fixture
def handed_in(mapping: FieldMapping, ines: Any) -> MappingVersion:
    return drafts.submit(
        drafts.draft(mapping, by=ines, content=changed(mapping)), by=ines, note="No currency"
    )


def test_nothing_counts_before_a_second_person_has_approved_it(
    handed_in: MappingVersion, mapping: FieldMapping, ivan: Any
) -> None:
    assert compiled(mapping.name).version == 1

    drafts.approve(handed_in, by=ivan, seen=handed_in.revision)

    found = compiled(mapping.name)
    assert found.version == 2
    assert "currencyCode" not in {row.target for row in found.rows}


def test_nobody_approves_what_they_had_a_hand_in(handed_in: MappingVersion, ines: Any, ivan: Any) -> None:
    with pytest.raises(drafts.NotPossible, match="another person has to approve it"):
        drafts.approve(handed_in, by=ines, seen=handed_in.revision)

    again = drafts.save(handed_in, changed(handed_in.mapping), by=ivan, seen=handed_in.revision)
    again = drafts.submit(again, by=ines, note="Both of us")
    with pytest.raises(drafts.NotPossible, match="another person has to approve it"):
        drafts.approve(again, by=ivan, seen=again.revision)


@pytest.mark.parametrize("who", ["ines", ""])
def test_the_database_lets_nobody_past_the_second_person(
    handed_in: MappingVersion, ines: Any, who: str
) -> None:
    now = timezone.now()
    reviewed = {"reviewed_by": ines, "reviewed_at": now} if who else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        MappingVersion.objects.filter(pk=handed_in.pk).update(
            state="approved", effective_from=now, **reviewed
        )

    handed_in.refresh_from_db()
    assert handed_in.state == "review"


def test_the_database_lets_nobody_strike_an_editor_and_approve_at_once(
    handed_in: MappingVersion, ines: Any, ivan: Any
) -> None:
    now = timezone.now()
    for editors, by in (([ivan.pk], ines), ([], ines)):
        with pytest.raises(DatabaseError), transaction.atomic():
            MappingVersion.objects.filter(pk=handed_in.pk).update(
                state="approved", effective_from=now, reviewed_by=by, reviewed_at=now, editors=editors
            )


@pytest.mark.parametrize("change", [{"content": {"rows": []}}, {"editors": []}, {"state": "draft"}])
def test_what_is_approved_is_sealed(handed_in: MappingVersion, ivan: Any, change: dict[str, Any]) -> None:
    drafts.approve(handed_in, by=ivan, seen=handed_in.revision)

    with pytest.raises(DatabaseError, match="changes no more"), transaction.atomic():
        MappingVersion.objects.filter(pk=handed_in.pk).update(**change)


def test_a_draft_saved_by_another_person_is_not_overwritten(
    mapping: FieldMapping, ines: Any, ivan: Any
) -> None:
    draft = drafts.draft(mapping, by=ines)
    drafts.save(draft, changed(mapping), by=ivan, seen=draft.revision)

    with pytest.raises(drafts.NotPossible, match="Somebody else saved this draft"):
        drafts.save(draft, changed(mapping), by=ines, seen=draft.revision)


def test_who_has_the_editor_open_is_told_to_the_other(mapping: FieldMapping, ines: Any, ivan: Any) -> None:
    draft = drafts.draft(mapping, by=ines)

    first = drafts.look_at(draft, by=ines)
    draft.refresh_from_db()
    second = drafts.look_at(draft, by=ivan)

    assert (first, second) == (None, ines)


def test_changing_what_was_handed_in_takes_it_back(handed_in: MappingVersion, ines: Any, ivan: Any) -> None:
    saved = drafts.save(handed_in, changed(handed_in.mapping), by=ines, seen=handed_in.revision)

    assert saved.state == "draft"
    with pytest.raises(drafts.NotPossible, match="has to be handed in first"):
        drafts.approve(saved, by=ivan, seen=saved.revision)


def test_a_version_that_fails_with_records_needs_a_reason_that_is_kept(
    handed_in: MappingVersion, ivan: Any
) -> None:
    with pytest.raises(drafts.NotPossible, match="1 of the tested record would fail with it"):
        drafts.approve(handed_in, by=ivan, seen=handed_in.revision, failing=1)

    approved = drafts.approve(
        handed_in, by=ivan, seen=handed_in.revision, failing=1, override_reason="That order is a test"
    )

    assert (approved.reviewed_by, approved.override_reason) == (ivan, "That order is a test")


def test_a_draft_that_changes_nothing_is_not_handed_in(mapping: FieldMapping, ines: Any) -> None:
    with pytest.raises(drafts.NotPossible, match="It says the same as version 1"):
        drafts.submit(drafts.draft(mapping, by=ines), by=ines, note="Nothing new")


def test_one_click_goes_back_and_forth_is_a_new_version(
    handed_in: MappingVersion, mapping: FieldMapping, ines: Any, ivan: Any
) -> None:
    drafts.approve(handed_in, by=ivan, seen=handed_in.revision)

    drafts.roll_back(mapping, mapping.versions.get(number=1), by=ines, reason="It was wrong")

    handed_in.refresh_from_db()
    assert compiled(mapping.name).version == 1
    assert (handed_in.withdrawn_by, handed_in.withdrawn_reason) == (ines, "It was wrong")
    with pytest.raises(drafts.NotPossible, match="not withdrawn"):
        drafts.roll_back(mapping, handed_in, by=ines, reason="And back again")


def test_a_draft_of_an_older_version_has_to_take_in_the_newer_one_first(
    mapping: FieldMapping, ines: Any, ivan: Any
) -> None:
    draft = drafts.draft(mapping, by=ines, content=changed(mapping))
    draft = drafts.submit(draft, by=ines, note="No currency")
    defaults.upgrade(mapping, mappings.current(mapping.name).without("requestedReceiptDate"))

    with pytest.raises(drafts.NotPossible, match="It was drafted from version 1, and version 3 counts now"):
        drafts.approve(draft, by=ivan, seen=draft.revision)
    draft = drafts.take_in(draft, by=ines)
    draft = drafts.submit(draft, by=ines, note="No currency")
    drafts.approve(draft, by=ivan, seen=draft.revision)

    assert [row.target for row in compiled(mapping.name).rows] == ["vendorNumber", "orderDate", "postingDate"]

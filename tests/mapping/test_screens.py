"""The mapping screens by HTTP: who may do what, and what is said where something cannot be done."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integration.mapping import compiled, defaults
from integration.models import FieldMapping, MappingVersion
from reconciliation import roles
from tests import factories, mappings
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> factories.Desk:
    found = factories.Desk(factories.open_company())
    factories.queued(found.company, "PO-1")
    return found


@pytest.fixture
def mapping(desk: factories.Desk) -> FieldMapping:
    return FieldMapping.objects.get(name=defaults.ORDER)


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    def sign_in(role: str, username: str = "") -> Client:
        client = Client()
        client.force_login(factories.person(role, username))
        return client

    return sign_in


@pytest.fixture
def ines(signed_in: Any) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN)  # type: ignore[no-any-return]


@pytest.fixture
def ivan(signed_in: Any) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN, "ivan")  # type: ignore[no-any-return]


def begun(client: Client, mapping: FieldMapping) -> MappingVersion:
    client.post(f"/mappings/{mapping.pk}/begin/edit/")
    return mapping.versions.open().get()


def row(was: str = "requestedReceiptDate", **changes: str) -> dict[str, str]:
    told = {"was": was, "target": was, "source": "expected_on", "transform": "date", "parameters": "{}"}
    return told | {"enabled": "on", "step": "save", "seen": "1"} | changes


def save(client: Client, mapping: FieldMapping, told: dict[str, str]) -> Any:
    draft = mapping.versions.open().get()
    return client.post(
        f"/mappings/{mapping.pk}/draft/row/", told | {"seen": str(draft.revision)}, follow=True
    )


def handed_in(client: Client, mapping: FieldMapping) -> MappingVersion:
    client.post(f"/mappings/{mapping.pk}/draft/hand-in/", {"note": "As agreed with finance"})
    return mapping.versions.open().get()


def test_from_a_draft_to_what_counts_and_back(ines: Client, ivan: Client, mapping: FieldMapping) -> None:
    begun(ines, mapping)
    editor = ines.get(f"/mappings/{mapping.pk}/draft/?row=orderDate").content.decode()
    assert '<option value="date" selected>' in editor
    save(ines, mapping, row(target="expectedReceiptDate"))
    tested = words(ines.get(f"/mappings/{mapping.pk}/draft/test/"))
    draft = handed_in(ines, mapping)
    own = ines.post(f"/mappings/{mapping.pk}/draft/approve/", {"seen": draft.revision})
    assert compiled(mapping.name).version == 1

    approved = ivan.post(f"/mappings/{mapping.pk}/draft/approve/", {"seen": draft.revision}, follow=True)
    counts = compiled(mapping.name)
    back = ivan.post(
        f"/mappings/{mapping.pk}/versions/1/again/", {"reason": "Finance wants it back"}, follow=True
    )

    assert "0 would change, 0 would fail" in tested
    assert own.status_code == 422
    assert "You had a hand in this draft, so another person has to approve it." in words(own)
    assert "Version 2 counts now." in words(approved)
    assert (counts.version, counts.rows[-1].target) == (2, "expectedReceiptDate")
    assert "Version 1 counts again." in words(back)
    assert compiled(mapping.name).version == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": "receipt date"}, "'receipt date' is not a field name"),
        ({"source": "expected on"}, "'expected on' is not a path"),
        ({"source": ""}, "Name our field, give a default, or use the transform constant."),
        ({"parameters": "[1]"}, 'Parameters are written like {"length": 20}.'),
        ({"transform": "multiply"}, "multiply cannot work with these parameters"),
        ({"transform": "value_map"}, "value_map cannot work with these parameters"),
        ({"transform": "decimal", "parameters": '{"places": "two"}'}, "decimal cannot work with these"),
        ({"target": "orderDate"}, "Another row writes this field already."),
        ({"target": "purchaseOrderLines"}, "purchaseOrderLines is the list of the lines itself"),
        ({"target": "id"}, "Business Central gives id itself; it cannot be written."),
        ({"source": "expectd_on"}, "The nearest are expected_on"),
        ({"source": "[expected_on, nothing]"}, "There is no field 'nothing' in our record."),
        ({"condition": "a ||"}, "is not a path"),
        (
            {"transform": "text", "parameters": '{"size": 3}'},
            "text knows no parameter 'size'; it takes length.",
        ),
        ({"transform": "constant", "parameters": '{"value": NaN}'}, "is not an exact number"),
        ({"transform": "value_map", "parameters": '{"map": "no such"}'}, "There is no value map 'no such'"),
    ],
)
def test_a_row_that_cannot_work_is_refused_at_its_field_and_nothing_is_saved(
    ines: Client, mapping: FieldMapping, change: dict[str, str], said: str
) -> None:
    before = begun(ines, mapping).content

    answer = save(ines, mapping, row(**change))

    assert answer.status_code == 422
    assert said in words(answer)
    assert mapping.versions.open().get().content == before


def test_the_preview_shows_a_row_as_it_stands_in_the_form_and_keeps_nothing(
    ines: Client, mapping: FieldMapping
) -> None:
    before = begun(ines, mapping).content

    told = row("vendorNumber", source="vendor_number", transform="lower")
    shown = words(ines.post(f"/mappings/{mapping.pk}/draft/preview/", told))

    assert "v10" in shown
    assert mapping.versions.open().get().content == before


def test_a_draft_that_would_fail_counts_only_with_a_name_and_a_reason(
    ines: Client, ivan: Client, mapping: FieldMapping
) -> None:
    begun(ines, mapping)
    save(ines, mapping, row("orderDate", source="number", transform="decimal"))
    tested = words(ines.get(f"/mappings/{mapping.pk}/draft/test/"))
    draft = handed_in(ines, mapping)

    refused = ivan.post(f"/mappings/{mapping.pk}/draft/approve/", {"seen": draft.revision})
    told = {"seen": draft.revision, "override_reason": "Only orders of a test are here"}
    ivan.post(f"/mappings/{mapping.pk}/draft/approve/", told)

    version = mapping.versions.get(number=2)
    assert "0 would change, 1 would fail" in tested
    assert refused.status_code == 422
    assert "1 of the tested record would fail with it." in words(refused)
    assert (version.state, version.override_reason) == ("approved", "Only orders of a test are here")
    assert version.reviewed_by is not None
    assert version.reviewed_by.username == "ivan"


@pytest.mark.parametrize(
    ("role", "may_see"),
    [(roles.AP_CLERK, False), (roles.BUYER, False), (roles.AUDITOR, True), (roles.FINANCE_CONTROLLER, True)],
)
def test_who_may_not_change_mappings_is_refused_at_every_address(
    signed_in: Any, ines: Client, mapping: FieldMapping, role: str, may_see: bool
) -> None:
    begun(ines, mapping)
    save(ines, mapping, row(target="expectedReceiptDate"))
    draft = handed_in(ines, mapping)
    other, at = signed_in(role), f"/mappings/{mapping.pk}"

    looks = {
        other.get(path).status_code for path in ("/mappings/", f"{at}/", f"{at}/draft/", f"{at}/versions/1/")
    }
    deeds = {
        path: other.post(f"{at}/{path}/", {"seen": draft.revision, "reason": "No reason"} | row()).status_code
        for path in (
            "begin/edit",
            "begin/reset",
            "draft/row",
            "draft/map",
            "draft/preview",
            "draft/hand-in",
            "draft/approve",
            "draft/send-back",
            "draft/discard",
            "versions/1/again",
        )
    }

    assert looks == ({200} if may_see else {403})
    assert set(deeds.values()) == {403}, deeds
    assert compiled(mapping.name).version == 1
    assert mapping.versions.open().get().state == "review"


def test_two_who_edit_at_once_are_told(ines: Client, ivan: Client, mapping: FieldMapping) -> None:
    begun(ines, mapping)
    ines.get(f"/mappings/{mapping.pk}/draft/")

    seen = words(ivan.get(f"/mappings/{mapping.pk}/draft/"))
    save(ines, mapping, row(target="expectedReceiptDate"))
    late = ivan.post(f"/mappings/{mapping.pk}/draft/row/", row(note="late") | {"seen": "1"})

    assert "Ines Roth has this draft open since" in seen
    assert late.status_code == 422
    assert "Somebody else saved this draft since you opened it." in words(late)


def test_a_mapping_goes_out_and_in_as_a_file(ines: Client, mapping: FieldMapping) -> None:
    file = ines.get(f"/mappings/{mapping.pk}/versions/1/file/")
    told = json.loads(file.content)
    told["content"]["rows"] = told["content"]["rows"][:3]

    upload = SimpleUploadedFile("m.json", json.dumps(told).encode())
    ines.post(f"/mappings/{mapping.pk}/begin/import/", {"file": upload})
    wrong = SimpleUploadedFile("m.json", b"\xff\x00 nothing")
    refused = ines.post(f"/mappings/{mapping.pk}/begin/import/", {"file": wrong})

    assert len(mapping.versions.open().get().content["rows"]) == 3
    assert refused.status_code == 422
    assert "This is not a file of a mapping." in words(refused)


def test_a_value_map_is_written_as_pairs(ines: Client, desk: factories.Desk) -> None:
    mapping = FieldMapping.objects.get(name=defaults.ORDER_LINE)
    draft = begun(ines, mapping)

    told = {"name": "line types", "values": "item = Item\naccount = Account", "unknown": "park"}
    ines.post(f"/mappings/{mapping.pk}/draft/map/", told | {"seen": draft.revision})
    refused = ines.post(f"/mappings/{mapping.pk}/draft/map/", {"name": "line types", "values": "item"})

    kept = mapping.versions.open().get().content["value_maps"]["line types"]
    assert kept == {"values": {"item": "Item", "account": "Account"}, "unknown": "park", "default": ""}
    assert refused.status_code == 422


def test_every_field_is_in_writing_on_the_page_and_in_the_file(ines: Client, mapping: FieldMapping) -> None:
    mappings.touch(mapping.name)

    page = words(ines.get("/mappings/document/"))
    book = zipfile.ZipFile(io.BytesIO(ines.get("/mappings/document.xlsx").content))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    table = [["".join(cell.itertext()) for cell in line] for line in sheet.iter(f"{name}row")]

    enabled = sum(len(compiled(each).rows) for each in FieldMapping.objects.values_list("name", flat=True))
    vendor = next(line for line in table if line[0] == defaults.ORDER and line[6] == "vendorNumber")
    assert len(table) == enabled + 1
    assert table[0][:5] == ["Mapping", "Way", "Source form", "Source", "Transformation"]
    assert vendor[3:5] == ["vendor_number", "upper"]
    assert vendor[7:12] == ["yes", "CAFM, posted in Business Central", "standard", "V10", "V10"]
    assert vendor[13] == "2"
    assert "vendorNumber required" in page
    assert "purchase_order → purchaseOrders, version 2." in page


def test_a_new_value_map_is_made_and_one_of_that_name_is_not_overwritten(
    ines: Client, mapping: FieldMapping
) -> None:
    draft = begun(ines, mapping)
    told = {"new_map": "yes", "name": "sites", "values": "N = NORTH\nS = SOUTH", "unknown": "park"}

    ines.post(f"/mappings/{mapping.pk}/draft/map/", told | {"seen": draft.revision})
    draft.refresh_from_db()
    again = ines.post(
        f"/mappings/{mapping.pk}/draft/map/", told | {"seen": draft.revision, "values": "N = X"}
    )

    made = {"values": {"N": "NORTH", "S": "SOUTH"}, "unknown": "park", "default": ""}
    draft.refresh_from_db()
    assert draft.content["value_maps"]["sites"] == made
    assert again.status_code == 422
    assert "There is a value map of that name already." in words(again)

"""Field mappings in the admin: rows are tried before they are saved, and each change is a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from integration.models import FieldMapping
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
ROWS = "rows"


@pytest.fixture
def mapping(db: None) -> FieldMapping:
    from integration.mapping import defaults
    from integration.models import FieldMapping

    defaults.install()
    return FieldMapping.objects.get(name="purchase order → BC")


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN)


def saved(client: Client, mapping: FieldMapping, note: str = "", **changes: dict[str, Any]) -> str:
    """Post the mapping's form with changes to rows, named by their target; give the answer's words."""
    rows = list(mapping.rows.order_by("position"))
    form: dict[str, Any] = {
        "note": note,
        f"{ROWS}-TOTAL_FORMS": len(rows),
        f"{ROWS}-INITIAL_FORMS": len(rows),
        "_save": "Save",
    }
    for number, row in enumerate(rows):
        values = {
            "id": row.pk,
            "mapping": mapping.pk,
            "position": row.position,
            "source": row.source,
            "transform": row.transform,
            "parameters": "{}",
            "target": row.target,
            "default": row.default,
            "required": "on" if row.required else "",
            "enabled": "on" if row.enabled else "",
        } | changes.get(row.target, {})
        form[f"initial-{ROWS}-{number}-parameters"] = "{}"  # the page keeps it beside the field
        form |= {f"{ROWS}-{number}-{name}": value for name, value in values.items() if value != ""}
    return words(client.post(f"/admin/integration/fieldmapping/{mapping.pk}/change/", form, follow=True))


def test_a_changed_row_is_a_new_version_with_its_author(admin: Client, mapping: FieldMapping) -> None:
    said = saved(admin, mapping, requestedReceiptDate={"target": "expectedReceiptDate"})

    mapping.refresh_from_db()
    row = mapping.rows.get(source="expected_on")
    latest = row.history.latest()
    assert "This is version 2 now. The next message to be built uses it; others keep theirs." in said
    assert mapping.version == 2
    assert row.target == "expectedReceiptDate"
    assert latest.history_user.get_username() == "ines"
    assert latest.prev_record.target == "requestedReceiptDate"


def test_saving_nothing_new_is_no_version(admin: Client, mapping: FieldMapping) -> None:
    saved(admin, mapping)

    mapping.refresh_from_db()
    assert mapping.version == 1
    assert mapping.history.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": "receipt date"}, "'receipt date' is not a field name"),
        ({"source": "expected on"}, "'expected on' is not a path such as vendor_number"),
        ({"source": ""}, "Name our field, give a default, or use the transform constant."),
        ({"parameters": "[1]"}, 'Parameters are written like {"length": 20}.'),
        ({"transform": "multiply"}, "multiply cannot work with these parameters"),
        ({"transform": "value_map"}, 'value_map needs its values: {"values": {"item": "Item"}}.'),
        ({"transform": "decimal", "parameters": '{"places": "two"}'}, "decimal cannot work with these"),
        ({"target": "orderDate"}, "orderDate"),
        ({"target": "purchaseOrderLines"}, "purchaseOrderLines is the list of the lines itself"),
        ({"target": "id"}, "Business Central gives id itself; it cannot be written."),
        ({"target": "vendorName"}, "Business Central gives vendorName itself; it cannot be written."),
        ({"source": "expectd_on"}, "The nearest are expected_on"),
        (
            {"transform": "text", "parameters": '{"size": 3}'},
            "text knows no parameter 'size'; it takes length.",
        ),
        ({"transform": "text", "parameters": '{"length": -3}'}, "it goes from 1 to 2048"),
        ({"transform": "decimal", "parameters": '{"places": 27}'}, "it goes from 0 to 10"),
        ({"transform": "multiply", "parameters": '{"by": "1e999999"}'}, "is too large or too fine a number"),
        ({"transform": "constant", "parameters": '{"value": NaN}'}, "is not an exact number"),
    ],
)
def test_a_row_that_cannot_work_is_refused_in_words_and_nothing_is_saved(
    admin: Client, mapping: FieldMapping, change: dict[str, Any], said: str
) -> None:
    answer = saved(admin, mapping, requestedReceiptDate=change)

    mapping.refresh_from_db()
    row = mapping.rows.get(source="expected_on")
    assert said in answer
    assert "Please correct the" in answer
    assert mapping.version == 1
    assert (row.target, row.transform) == ("requestedReceiptDate", "date")


def test_a_target_that_bc_does_not_have_is_saved_and_warned_of(
    admin: Client, mapping: FieldMapping, sandbox: Any
) -> None:
    from integration import connections
    from integration.contract import checking

    checking.settle(connections.client().metadata(), expects_app=True)

    said = saved(admin, mapping, requestedReceiptDate={"target": "wantedOn"})

    mapping.refresh_from_db()
    assert mapping.version == 2
    assert "Business Central does not have purchaseOrders.wantedOn, which the mapping purchase order" in said


def test_rows_at_one_position_keep_the_order_in_which_they_were_made(mapping: FieldMapping) -> None:
    from integration.mapping import compiled

    mapping.rows.update(position=5)

    assert [row.target for row in compiled(mapping.name).rows] == [
        row.target for row in mapping.rows.order_by("pk")
    ]


def test_a_controller_reads_the_mappings_and_their_form_is_refused(
    signed_in: SignedIn, mapping: FieldMapping
) -> None:
    controller = signed_in(roles.FINANCE_CONTROLLER)

    page = words(controller.get(f"/admin/integration/fieldmapping/{mapping.pk}/change/"))
    answer = saved(controller, mapping, requestedReceiptDate={"target": "expectedReceiptDate"})

    mapping.refresh_from_db()
    assert "requestedReceiptDate" in page
    assert "you may not change field mappings. Ask someone who is Integration admin." in answer
    assert mapping.rows.filter(target="requestedReceiptDate").exists()


def test_the_book_of_changes_names_who_changed_a_mapping_too(
    admin: Client, signed_in: SignedIn, mapping: FieldMapping
) -> None:
    saved(admin, mapping, requestedReceiptDate={"target": "expectedReceiptDate"})

    book = words(signed_in(roles.AUDITOR).get("/admin/masterdata/change/?q=ines"))

    assert "changed field mapping row" in book
    assert "target: requestedReceiptDate → expectedReceiptDate" in book

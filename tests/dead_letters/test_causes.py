"""What fails alike is one cause: by the error's code and the thing it names, never by free text."""

from __future__ import annotations

import json

import pytest

from integration.outbox import causes

RELATION = "Internal_InvalidTableRelation"
UNIT = (
    "The field Unit of Measure Code of table Purchase Line contains a value ({unit}) that cannot be found in "
    "the related table (Item Unit of Measure)."
)
SENTENCE = (
    "Business Central refused purchase order {number}: the item does not have this unit of measure. Add it."
)


def answer(code: str, message: str) -> str:
    return json.dumps({"error": {"code": code, "message": message}})


def lines(*written: tuple[str, str]) -> dict[str, object]:
    return {
        "purchaseOrderLines": [
            {"lineObjectNumber": item, "unitOfMeasureCode": unit} for item, unit in written
        ]
    }


def test_a_unit_is_named_with_the_item_of_the_line_that_carries_it() -> None:
    detail = answer(RELATION, UNIT.format(unit="BX"))

    named = causes.name(
        RELATION, SENTENCE.format(number="PO-1"), detail, lines(("1000", "PCS"), ("70011", "BX"))
    )

    assert named.title == "Unit BX unknown for item 70011"
    assert named.key == "Internal_InvalidTableRelation|item=70011|unit=bx"
    assert named.next_step == "Add it."


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (
            "The Item Unit of Measure does not exist. Identification fields and values: "
            "Item No.='70011',Code='BX'",
            "Unit BX unknown for item 70011",
        ),
        (
            "You cannot create this type of document when Vendor V2 is blocked with type All",
            "Vendor V2 blocked",
        ),
        (
            "Blocked must be equal to \u2019No\u2019  in Item: No.=1000. Current value is 'Yes'.",
            "Item 1000 blocked",
        ),
        ("You have insufficient quantity of Item 1000 on inventory.", "Not enough stock of item 1000"),
        (
            "The field Location Code contains a value (WEST) that cannot be found in the related table "
            "(Location).",
            "Location WEST unknown",
        ),
    ],
)
def test_what_business_central_names_is_the_cause(message: str, title: str) -> None:
    assert (
        causes.name("X", "Business Central refused it: no. Do it.", answer("X", message), {}).title == title
    )


def test_the_same_thing_in_two_documents_is_one_cause_and_another_thing_is_another() -> None:
    detail = answer(RELATION, UNIT.format(unit="BX"))
    one = causes.name(RELATION, SENTENCE.format(number="PO-1"), detail, lines(("70011", "BX")))
    two = causes.name(
        RELATION, SENTENCE.format(number="GR-9"), detail, lines(("70011", "bx"), ("1000", "PCS"))
    )
    other = causes.name(RELATION, SENTENCE.format(number="PO-1"), detail, lines(("70012", "BX")))

    assert one.key == two.key
    assert other.key != one.key


def test_where_nothing_is_named_the_sentence_without_its_names_decides() -> None:
    told = "Business Central refused purchase order {}: the posting date is closed. Finance opens it."
    one = causes.name("A", told.format("PO-1"), "", None)
    two = causes.name("A", told.format("PO-2"), "", None)
    other = causes.name("A", "Business Central refused purchase order PO-1: no account. Add it.", "", None)

    assert one == two
    assert (one.title, one.next_step) == ("The posting date is closed", "Finance opens it.")
    assert other.key != one.key


def test_a_field_that_cannot_be_written_is_named_with_where_it_comes_from() -> None:
    sentence = (
        "purchase order PO-1 cannot be written for Business Central: line 2, lineType (from kind): "
        "'rent' is not among account, item. Correct the record or the field mapping, then retry."
    )

    named = causes.name("mapping", sentence, "", None)

    assert named.title == "lineType cannot be filled from kind: 'rent' is not among account, item"
    assert named.next_step == "Correct the record or the field mapping, then retry."

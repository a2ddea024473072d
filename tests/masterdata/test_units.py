"""Units: exact factors, the item's own steps, UN/ECE codes as BC writes them, and never one to one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from masterdata import lookup, rec20, units
from masterdata.models import Company, Item, ItemUnit, Unit
from reconciliation import roles
from tests import factories
from tests.desk.reading import words

FIVE = Decimal("0.00001")


@pytest.fixture
def company(db) -> Company:
    return factories.open_company()


@pytest.fixture
def glove(company: Company) -> Item:
    """Gloves: counted in whole pairs, bought in boxes of 12, and a third of a box that nobody can divide."""
    made: Item = Item.objects.create(
        company=company, number="GLOVE", name="Work glove", base_unit="PAIR", row_hash=b""
    )
    for unit, per_base, step in (("PAIR", "1", "1"), ("BOX", "12", "0"), ("TON", "0.00001", "0")):
        ItemUnit.objects.create(
            company=company,
            item_number="GLOVE",
            unit=unit,
            per_base=per_base,
            rounding_precision=step,
            row_hash=b"",
        )
    for code, international in (("PAIR", "PR"), ("BOX", "BX"), ("KG", "KGM"), ("PCS", "EA")):
        Unit.objects.create(
            company=company, code=code, name=code.title(), international_code=international, row_hash=b""
        )
    return made


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "sentence"),
    [
        ("3", "BOX", "PAIR", "3 BOX × 12 PAIR per BOX = 36 PAIR; rounded to 1"),
        ("36", "PAIR", "BOX", "36 PAIR ÷ 12 PAIR per BOX = 3 BOX; rounded to 0.00001"),
        ("7", "PAIR", "BOX", "7 PAIR ÷ 12 PAIR per BOX ≈ 0.58333 BOX; rounded to 0.00001"),
        ("0.125", "BOX", "PAIR", "0.125 BOX × 12 PAIR per BOX ≈ 2 PAIR; rounded to 1"),
        ("-0.125", "BOX", "PAIR", "-0.125 BOX × 12 PAIR per BOX ≈ -2 PAIR; rounded to 1"),
        (
            "1",
            "BOX",
            "TON",
            "1 BOX × 12 PAIR per BOX ÷ 0.00001 PAIR per TON = 1200000 TON; rounded to 0.00001",
        ),
        ("2.5", "PAIR", "PAIR", "2.5 PAIR ≈ 3 PAIR; rounded to 1"),
    ],
)
def test_a_conversion_shows_its_sum_in_the_steps_of_the_item(
    company, glove, quantity, unit, to, sentence
) -> None:
    assert units.conversion(company, "GLOVE", Decimal(quantity), unit, to).sentence == sentence


def test_what_rounding_took_is_said(company, glove) -> None:
    assert units.conversion(company, "GLOVE", Decimal(7), "PAIR", "BOX").rounding == (
        "Exactly it would be 0.58333333 BOX. Business Central counts BOX of this item in steps of 0.00001."
    )
    assert units.conversion(company, "GLOVE", Decimal(3), "BOX", "PAIR").rounding == ""


@pytest.mark.parametrize(("unit", "to"), [("KG", "PAIR"), ("PAIR", "KG"), ("KG", "KG"), ("PCS", "BOX")])
def test_a_unit_that_the_item_does_not_have_converts_nothing(company, glove, unit, to) -> None:
    with pytest.raises(
        lookup.NoConversion, match=r"Item GLOVE has no conversion from (KG|PCS) to PAIR\. Add the"
    ):
        units.conversion(company, "GLOVE", Decimal(1), unit, to)


def test_an_item_without_a_base_unit_takes_no_blank_unit_for_one(company) -> None:
    Item.objects.create(company=company, number="BARE", row_hash=b"")

    with pytest.raises(lookup.NoConversion, match="no conversion from a blank unit to its base unit"):
        lookup.per_base(company, "BARE", "")


def test_the_largest_quantity_and_the_finest_factor_stay_exact(company, glove) -> None:
    largest = Decimal("9999999999999999999.99999")

    converted = units.conversion(company, "GLOVE", largest, "BOX", "TON")

    assert converted.result == largest * 12 * 100000
    assert lookup.convert(company, "GLOVE", largest, "BOX", "TON") == converted.result


@pytest.mark.parametrize(
    ("bc", "code"),
    [("BX", "XBX"), ("PF", "XPX"), ("TN", "TNE"), ("M3", "MTQ"), ("KGM", "KGM"), (" ltr ", "LTR"), ("", "")],
)
def test_bcs_own_codes_are_read_as_the_lists_have_them(bc, code) -> None:
    assert rec20.code_of(bc) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("BOX", "BOX"), ("XBX", "BOX"), ("H87", "PCS"), ("C62", "PCS"), ("KGM", "KG"), ("MTR", "MTR"), ("", "")],
)
def test_a_unit_is_found_by_its_code_here_or_by_the_lists(company, glove, written, code) -> None:
    assert units.code_for(company, written) == code


def test_the_units_page_converts_and_shows_the_sum(glove) -> None:
    reply = _clerk().get(reverse("units"), {"item": "GLOVE", "quantity": "3", "from": "BOX", "to": "PAIR"})

    told = words(reply)
    assert "3 BOX × 12 PAIR per BOX = 36 PAIR; rounded to 1" in told
    assert "BOX Box 12 PAIR XBX (BX in BC) 0.00001" in told


def test_the_units_page_says_what_is_missing_who_adds_it_and_where(glove) -> None:
    told = words(_clerk().get(reverse("units"), {"item": "GLOVE", "from": "KG", "to": "PAIR"}))

    assert "No conversion NO_CONVERSION Item GLOVE has no conversion from KG to PAIR." in told
    assert (
        "Who keeps the item cards in Business Central adds it: Items, GLOVE, Item, Units of Measure" in told
    )


@pytest.mark.parametrize("quantity", ["", "two", "1e99", "NaN", "1,5", "9" * 30])
def test_what_is_no_quantity_is_named(glove, quantity) -> None:
    reply = _clerk().get(reverse("units"), {"item": "GLOVE", "quantity": quantity})

    assert "is not a quantity. Write a number such as 12 or 2.5." in words(reply)


@pytest.mark.parametrize(
    ("asked", "number"), [("glove", "GLOVE"), ("ork gl", "GLOVE"), ("nothing", None), ("\0glove\0", "GLOVE")]
)
def test_an_item_is_found_by_its_number_or_its_description(glove, asked, number) -> None:
    reply = _clerk().get(reverse("units"), {"q": asked})

    assert getattr(reply.context.get("item"), "number", None) == number


def test_without_a_role_the_units_are_not_shown(company) -> None:
    client = Client()
    client.force_login(factories.person(""))

    reply = client.get(reverse("units"))

    assert reply.status_code == 403
    assert "You have no role yet, so you may not see items and their units." in words(reply)


@pytest.mark.shared
def test_contosos_unit_codes_all_stand_in_the_lists(shared_data: Path) -> None:
    with (shared_data / "units-unece-rec20" / "units-of-measure.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    in_use = {row["CommonCode"] for row in rows if not row["Status"]}
    moved = {row["CommonCode"] for row in rows if row["Status"] == "X"}

    with (shared_data / "bc-contoso" / "unit_of_measure.csv").open(encoding="utf-8-sig") as file:
        written = {row["InternationalStandardCode"] for row in csv.DictReader(file)}

    assert {code for code in written if code not in in_use} == set(rec20.DEVIATIONS)
    packed = {"XBG", "XBX", "XCA", "XPX", "XPK"}
    assert {rec20.code_of(code) for code in written} - in_use == packed
    assert {"BX", "CA", "PF", "PK", "TN"} <= moved


@pytest.mark.shared
def test_contosos_item_units_convert_as_contoso_says(company, shared_data: Path) -> None:
    base = _load_contoso(company, shared_data)
    checked = 0
    for row in ItemUnit.objects.filter(company=company, item_number__in=base):
        there = units.conversion(company, row.item_number, Decimal(60), row.unit, base[row.item_number])
        back = units.conversion(company, row.item_number, there.exact, there.to, row.unit)
        assert there.exact == 60 * row.per_base
        assert back.exact == 60
        checked += 1
    assert checked == 41


@pytest.mark.shared
def test_conversions_agree_with_moquis_own_answers(company, shared_data: Path) -> None:
    """Where it tells a factor between two units and both in a third, ours between the two must be its own."""
    factors = dict(_moqui(shared_data))
    exact, rounded = set(), {}
    for (unit, to), answer in factors.items():
        for base in {there for _, there in factors} - {unit, to}:
            if (unit, base) in factors and (to, base) in factors:
                told = _through(company, base, (unit, factors[unit, base]), (to, factors[to, base]))
                off = abs(told / answer - 1)
                exact.add((unit, to)) if not off else rounded.update({(unit, to): off})

    assert exact == {
        ("LEN_cb", "LEN_fm"),
        ("LEN_chG", "LEN_rd"),
        ("LEN_in", "LEN_mm"),
        ("LEN_in", "LEN_u"),
    }
    assert len(rounded) == 5
    assert max(rounded.values()) < Decimal("0.002")  # it rounds a point to 0.0138 inches, we round nothing


def _clerk() -> Client:
    client = Client()
    client.force_login(factories.person(roles.AP_CLERK))
    return client


def _load_contoso(company: Company, shared_data: Path) -> dict[str, str]:
    """Make Contoso's item units; gives the base unit of each item."""
    folder = shared_data / "bc-contoso"
    with (folder / "item.csv").open(encoding="utf-8-sig") as file:
        base = {
            row["ItemNo"]: row["BaseUnitOfMeasure"] or row["BaseUnitofMeasure"]
            for row in csv.DictReader(file)
        }
    with (folder / "item_unit_of_measure.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for number in {row["ItemNo"] for row in rows}:
        Item.objects.create(company=company, number=number, base_unit=base[number], row_hash=b"")
    for row in rows:
        ItemUnit.objects.create(
            company=company,
            item_number=row["ItemNo"],
            unit=row["Code"],
            per_base=row["QtyPerUnitOfMeasure"],
            rounding_precision=row["QtyRoundingPrecision"] or 0,
            row_hash=b"",
        )
    return base


def _through(company: Company, base: str, *held: tuple[str, Decimal]) -> Decimal:
    """Convert one of the first unit into the second, of an item that has both."""
    number = "-".join([base, *(unit for unit, _ in held)])[-20:]
    Item.objects.create(company=company, number=number, base_unit=base, row_hash=b"")
    for unit, per_base in held:
        ItemUnit.objects.create(
            company=company, item_number=number, unit=unit, per_base=per_base, row_hash=b""
        )
    return units.conversion(company, number, Decimal(1), held[0][0], held[1][0]).exact


def _moqui(shared_data: Path) -> Iterator[tuple[tuple[str, str], Decimal]]:
    """Give the factors that fit BC's five decimals; temperatures have an offset and measure no item."""
    with (shared_data / "units-moqui" / "uom_conversion.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            factor = Decimal(row["conversionFactor"])
            if not row["conversionOffset"] and factor == factor.quantize(FIVE):
                yield (row["uomId"], row["toUomId"]), factor


@pytest.mark.parametrize("name", ["item", "from", "to", "quantity"])
def test_a_question_with_a_nul_is_answered(glove, name) -> None:
    reply = _clerk().get(reverse("units"), {"item": "GLOVE", "from": "BOX", "to": "PAIR"} | {name: "\0X\0"})

    assert reply.status_code == 200

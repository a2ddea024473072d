"""An administrator limits what is mirrored; what is left out is counted apart, marked and never deleted."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from integration import sync
from integration.models import HeldRecord, MirrorFilter, SyncIssue, SyncRun
from integration.sync import filters, runs
from masterdata.models import DimensionValue, ExchangeRate, Item, ItemUnit, Unit, Vendor
from tests import changes as book

pytestmark = pytest.mark.django_db


def only(entity: str, field: str, *values: str, comparison: str = "is") -> MirrorFilter:
    """Limit a list as the admin does."""
    row = MirrorFilter(
        company=sync.ensure_company(),
        entity=entity,
        field=field,
        comparison=comparison,
        values="\n".join(values),
    )
    filters.save(row)
    return row


def pull(entity: str) -> SyncRun:
    return sync.pull_entity(entity)[0]


def counts(run: SyncRun) -> tuple[int, int, int, int, int, int]:
    return (
        run.rows_read,
        run.rows_new,
        run.rows_changed,
        run.rows_unchanged,
        run.rows_filtered,
        run.rows_failed + run.rows_waiting,
    )


def test_what_the_filter_leaves_out_is_not_mirrored_and_not_failed(filled) -> None:
    only("items", "number", "filter")

    run = pull("items")

    assert (run.state, counts(run)) == ("done", (2, 1, 0, 0, 1, 0))
    assert list(Item.objects.values_list("number", flat=True)) == ["FILTER"]
    assert not HeldRecord.objects.exists()
    assert not run.issues.exists()


def test_a_record_that_leaves_the_filter_is_marked_and_kept_with_its_values(filled) -> None:
    only("items", "name", "Air", comparison="begins")
    pull("items")
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "Bag filter"}]})

    run = pull("items")

    item = Item.objects.get()
    assert counts(run) == (2, 0, 0, 0, 2, 0)
    assert (item.name, item.deleted_at) == ("Bag filter", None)
    assert item.filtered_at is not None
    change = book.changes().get(table="masterdata_item")
    assert {"name", "filtered_at"} <= change.new.keys()
    marked_at = item.filtered_at
    pull("items")
    assert Item.objects.get().filtered_at == marked_at
    assert book.changes().filter(table="masterdata_item").count() == 1


def test_a_record_that_comes_back_into_the_filter_is_marked_no_longer(filled) -> None:
    pull("items")
    row = only("items", "number", "OLD")
    pull("items")
    assert Item.objects.get(number="FILTER").filtered_at is not None
    filters.delete(row)

    run = pull("items")

    assert (run.kind, counts(run)) == ("full", (2, 0, 1, 1, 0, 0))
    assert Item.objects.get(number="FILTER").filtered_at is None


def test_a_changed_filter_is_put_to_the_whole_list_by_the_next_run(filled) -> None:
    pull("items")
    assert pull("items").kind == "delta"
    only("items", "blocked", "no")

    run = pull("items")

    assert run.kind == "full"
    assert Item.objects.get(number="OLD").filtered_at is not None
    assert pull("items").kind == "delta"


def test_a_pull_under_way_does_not_go_on_with_the_filter_of_before(filled, monkeypatch) -> None:
    company = sync.ensure_company()
    pull("units")
    begun = runs.start(company, "items", full=True)
    place = runs.places.take(begun, latest=None)
    runs.places.passed(place, [], onward="somewhere")
    runs.fail(begun, "it broke off")
    only("items", "number", "FILTER")

    run = pull("items")

    assert (run.resumes_id, counts(run)) == (None, (2, 1, 0, 0, 1, 0))


def test_what_is_left_out_is_not_taken_for_deleted(filled) -> None:
    pull("items")
    only("items", "number", "FILTER")

    run = sync.pull_entity("items", full=True)[0]

    assert run.rows_deleted == 0
    assert Item.objects.get(number="OLD").deleted_at is None


def test_a_filtered_unit_that_an_item_needs_is_named_as_the_reason(filled) -> None:
    only("units", "code", "BOX")
    pull("units")

    run = pull("items")

    assert counts(run) == (2, 0, 0, 0, 0, 2)
    assert HeldRecord.objects.get(record="FILTER").reason == (
        "It waits for the unit of measure PCS, which the filter of units leaves out (code is one of BOX)."
    )


def test_a_unit_that_leaves_the_filter_while_items_use_it_says_so_and_stays(filled) -> None:
    sync.pull_entity("all")
    only("units", "code", "BOX")

    run = pull("units")

    unit = Unit.objects.get(code="PCS")
    assert (unit.deleted_at, unit.filtered_at is not None) == (None, True)
    told = set(SyncIssue.objects.filter(run=run).values_list("record", "reason"))
    assert (
        "PCS",
        "The filter leaves it out, but 2 of the items that are mirrored use it, so it stays here, marked. "
        "Widen the filter of units, or narrow that of items.",
    ) in told
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "Bag"}]})
    assert pull("items").rows_waiting == 0


def test_the_units_of_an_item_that_is_left_out_are_left_out_with_it(filled) -> None:
    only("items", "number", "FILTER")
    pull("items")

    run = pull("item-units")

    assert counts(run) == (3, 2, 0, 0, 1, 0)
    assert set(ItemUnit.objects.values_list("item_number", flat=True)) == {"FILTER"}
    assert not HeldRecord.objects.exists()


def test_when_an_item_leaves_the_filter_its_units_follow_with_the_next_run(filled) -> None:
    sync.pull_entity("all")
    only("items", "blocked", "no")
    filled.control.seed({"items": [{"number": "FILTER", "blocked": True}]})

    sync.pull_entity("all")

    assert Item.objects.get(number="FILTER").filtered_at is not None
    assert not ItemUnit.objects.filter(filtered_at=None).exists()


def test_an_item_that_comes_into_the_filter_brings_its_units(filled) -> None:
    only("items", "blocked", "no")
    sync.pull_entity("all")
    assert not ItemUnit.objects.filter(item_number="OLD").exists()
    filled.control.seed({"items": [{"number": "OLD", "blocked": False}]})

    sync.pull_entity("all")

    assert ItemUnit.objects.filter(item_number="OLD", filtered_at=None).exists()


def test_a_list_is_limited_by_a_record_that_bc_names_by_its_id(filled) -> None:
    filled.control.seed({"dimensions": [{"code": "PROJECT"}]})
    filled.control.seed({"dimensionValues": [{"dimensionCode": "PROJECT", "code": "P1"}]})
    only("dimension-values", "dimension", "DEPARTMENT")

    run = pull("dimension-values")

    assert counts(run) == (2, 1, 0, 0, 1, 0)
    assert DimensionValue.objects.get().code == "FM"


def test_rates_are_mirrored_from_a_day_on(filled) -> None:
    later = {"startingDate": "2026-04-01", "exchangeRateAmount": 1, "relationalExchangeRateAmount": 2}
    filled.control.seed({"currencyExchangeRates": [{"currencyCode": "USD", **later}]})
    only("exchange-rates", "starting_date", "2026-02-01", comparison="from")

    run = pull("exchange-rates")

    assert counts(run) == (2, 1, 0, 0, 1, 0)
    assert ExchangeRate.objects.get().starting_date == datetime.date(2026, 4, 1)


def test_a_single_record_that_is_left_out_is_not_mirrored_either(filled) -> None:
    only("vendors", "number", "V1")
    pull("currencies")

    run = sync.pull_named("vendors", "V2")

    assert counts(run) == (1, 0, 0, 0, 1, 0)
    assert not Vendor.objects.exists()


@pytest.mark.parametrize(
    ("value", "comparison", "wanted", "holds"),
    [
        ("SPARE", "is", ("spare", "HVAC"), True),
        ("", "is", ("SPARE",), False),
        ("SPARE", "is_not", ("HVAC",), True),
        ("", "is_not", ("HVAC",), True),
        ("SPARE-1", "begins", ("TOOL", "SPARE"), True),
        (True, "is", ("yes",), True),
        (False, "is", ("yes",), False),
        (Decimal("2.50000"), "is", ("2.5",), True),
        (Decimal("2.5"), "from", ("10",), False),
        (datetime.date(2026, 1, 31), "from", ("2026-01-31",), True),
        (datetime.date(2026, 1, 30), "from", ("2026-01-31",), False),
        (None, "from", ("1",), False),
        ("B", "from", ("A",), True),
    ],
)
def test_a_condition_holds_or_not(value, comparison: str, wanted: tuple[str, ...], *, holds: bool) -> None:
    assert filters.Condition("field", comparison, wanted).holds(value) is holds


def test_a_value_that_cannot_be_compared_is_said() -> None:
    condition = filters.Condition("starting_date", "from", ("1.2.2026",))

    with pytest.raises(filters.NoComparison, match="Write dates as 2026-01-31"):
        condition.holds(datetime.date(2026, 2, 1))

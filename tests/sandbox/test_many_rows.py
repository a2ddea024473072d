"""Fifty thousand items: every page whole, so that a benchmark measures the client and not the sandbox."""

import time

import pytest

ITEMS, PAGE = 50_000, 20_000
SECONDS = 1.0  # for a whole page, on two cores
SELECT = "id,number,displayName,unitCost,baseUnitOfMeasureCode,blocked,lastModifiedDateTime"


def item(number: int) -> dict[str, object]:
    return {
        "number": f"I{number:06d}",
        "displayName": f"Item {number} with a name of the usual length",
        "baseUnitOfMeasureCode": "PCS",
        "unitCost": f"{number % 977}.{number % 100:02d}",
        "itemCategoryCode": f"C{number % 40}",
    }


@pytest.mark.slow
def test_fifty_thousand_items_come_in_three_pages(sandbox, bc, record_property):
    sandbox.control.reset()
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}]})
    for start in range(0, ITEMS, 10_000):
        sandbox.control.seed({"items": [item(number) for number in range(start, start + 10_000)]})

    found, seconds, link = [], [], f"items?$select={SELECT}"
    while link:
        started = time.perf_counter()
        reply = bc.call("GET", link, headers={"Prefer": f"odata.maxpagesize={PAGE}"})
        seconds.append(round(time.perf_counter() - started, 3))
        page = reply.json()
        found.append([row["number"] for row in page["value"]])
        link = page.get("@odata.nextLink")
    record_property("seconds_per_page", seconds)

    assert [len(numbers) for numbers in found] == [PAGE, PAGE, ITEMS - 2 * PAGE]
    assert [number for numbers in found for number in numbers] == [f"I{n:06d}" for n in range(ITEMS)]
    assert min(seconds[:2]) <= SECONDS  # the quicker of the whole pages: others use this machine, too

"""Properties: filters select what they say, pages neither skip nor repeat while others write."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import connect

EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = ["", "Air filter", "Belt", "O'Ring", "Größe 4", "filter, (blue)", "A and B"]
TYPES = ["Inventory", "Service", "Non_x002D_Inventory"]


def item(number: int) -> dict[str, Any]:
    return {
        "number": f"P{number:03d}",
        "displayName": NAMES[number % len(NAMES)],
        "type": TYPES[number % 3],
        "blocked": number % 4 == 0,
        "unitCost": f"{number % 5}.{number % 3}",
    }


ITEMS = [item(number) for number in range(40)]


@dataclass(frozen=True)
class Wanted:
    """A filter in BC's words and what it means."""

    text: str
    test: Callable[[dict[str, Any]], bool]
    fields: frozenset[str]
    is_refused: bool = False  # `or` over several fields


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda text, part: part in text,
}


def comparison(field: str, word: str, value: Any, literal: str) -> Wanted:
    return Wanted(
        f"{field} {word} {literal}", lambda row: COMPARE[word](row[field], value), frozenset({field})
    )


def function(name: str, part: str) -> Wanted:
    return Wanted(
        f"{name}(displayName,{quoted(part)})",
        lambda row: FUNCTIONS[name](row["displayName"], part),
        frozenset({"displayName"}),
    )


words = st.sampled_from(sorted(COMPARE))
leaves = st.one_of(
    st.builds(
        lambda word, n: comparison("number", word, f"P{n:03d}", f"'p{n:03d}'"), words, st.integers(0, 41)
    ),
    st.builds(
        lambda word, text: comparison("displayName", word, text, quoted(text)), words, st.sampled_from(NAMES)
    ),
    st.builds(lambda word, n: comparison("unitCost", word, n / 10, str(n / 10)), words, st.integers(0, 45)),
    st.builds(
        lambda word, flag: comparison("blocked", word, flag, str(flag).lower()),
        st.sampled_from(["eq", "ne"]),
        st.booleans(),
    ),
    st.builds(
        lambda word, kind: comparison("type", word, kind, quoted(kind)),
        st.sampled_from(["eq", "ne"]),
        st.sampled_from(TYPES),
    ),
    st.builds(
        function, st.sampled_from(sorted(FUNCTIONS)), st.sampled_from(["", "filter", "O'", "ö", ", ("])
    ),
)


def both(left: Wanted, right: Wanted) -> Wanted:
    return Wanted(
        f"({left.text}) and ({right.text})",
        lambda row: left.test(row) and right.test(row),
        left.fields | right.fields,
        left.is_refused or right.is_refused,
    )


def either(left: Wanted, right: Wanted) -> Wanted:
    return Wanted(
        f"({left.text}) or ({right.text})",
        lambda row: left.test(row) or right.test(row),
        left.fields | right.fields,
        left.is_refused or right.is_refused or len(left.fields | right.fields) > 1,
    )


filters = st.recursive(
    leaves, lambda inner: st.builds(both, inner, inner) | st.builds(either, inner, inner), max_leaves=6
)


@pytest.fixture
def stocked(bc):
    bc.running.control.reset()
    bc.running.control.seed({"items": ITEMS})
    return bc


@EXAMPLES
@given(wanted=filters, size=st.integers(1, 50))
def test_a_filter_selects_what_it_says_over_all_pages(stocked, wanted, size):
    reply = stocked.call(
        "GET",
        "items",
        params={"$filter": wanted.text, "$select": "number"},
        headers={"Prefer": f"odata.maxpagesize={size}"},
    )
    expected = [row["number"] for row in ITEMS if wanted.test(row | {"unitCost": float(row["unitCost"])})]

    if wanted.is_refused:
        assert (reply.status_code, reply.json()["error"]["code"]) == (501, "BadRequest_MethodNotImplemented")
        return
    found = walk(stocked, reply.json(), lambda: None, size)

    assert found == expected


def walk(bc, page: dict[str, Any], between: Callable[[], Any], size: int | None = None) -> list[str]:
    """The numbers of every page; something happens between two of them."""
    headers = {"Prefer": f"odata.maxpagesize={size}"} if size else {}
    found = [row["number"] for row in page["value"]]
    while link := page.get("@odata.nextLink"):
        between()
        reply = bc.call("GET", link, headers=headers)
        if reply.status_code == 400:
            assert reply.json()["error"]["code"] == "SkipTokenIsNoLongerValid"
            raise DeadTokenError
        page = reply.json()
        found += [row["number"] for row in page["value"]]
    return found


class DeadTokenError(Exception):
    """The row that the token named was deleted: a client starts again."""


changes = st.lists(
    st.tuples(st.sampled_from(["insert", "change", "delete"]), st.integers(0, 60)), max_size=12
)


@EXAMPLES
@given(size=st.integers(1, 15), plan=changes)
def test_pages_skip_nothing_and_repeat_nothing_while_rows_come_change_and_go(stocked, size, plan):
    stocked.running.control.reset()
    stocked.running.control.seed({"items": ITEMS})
    ids = {row["number"]: row["id"] for row in stocked.rows("items?$select=id,number")}
    gone: set[str] = set()
    came: set[str] = set()
    waiting = list(plan)

    def change() -> None:
        if not waiting:
            return
        what, number = waiting.pop(0)
        name = f"P{number:03d}"
        if what == "insert" and name not in ids:
            made = stocked.create("items", {"number": name})
            ids[name] = made["id"]
            came.add(name)
        elif what == "change" and name in ids and name not in gone:
            stocked.change(f"items({ids[name]})", {"displayName": "Changed"})
        elif what == "delete" and name in ids and name not in gone:
            assert stocked.call("DELETE", f"items({ids[name]})").status_code == 204
            gone.add(name)

    try:
        first = stocked.get("items?$select=number", headers={"Prefer": f"odata.maxpagesize={size}"})
        found = walk(stocked, first, change, size)
    except DeadTokenError:
        waiting.clear()
        first = stocked.get("items?$select=number", headers={"Prefer": f"odata.maxpagesize={size}"})
        found = walk(stocked, first, change, size)

    stayed = {row["number"] for row in ITEMS} - gone
    assert len(found) == len(set(found))
    assert stayed <= set(found)
    assert set(found) <= {row["number"] for row in ITEMS} | came
    assert found == sorted(found)


def test_pages_are_whole_while_other_threads_write(stocked):
    stop = threading.Event()
    numbers = [f"Q{number:03d}" for number in range(200)]

    def write() -> None:
        writer = connect(stocked.running)
        for number in numbers:
            if stop.is_set():
                return
            made = writer.create("items", {"number": number})
            writer.call("DELETE", f"items({made['id']})")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(10):
            first = stocked.get("items?$filter=number lt 'Q'", headers={"Prefer": "odata.maxpagesize=3"})
            found = walk(stocked, first, lambda: None, 3)

            assert found == [row["number"] for row in ITEMS]
    finally:
        stop.set()
        thread.join()

"""Reading a real server: always selected, page by page along BC's own links, from the right database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from integration.bc import Client, Connection, odata
from integration.bc.errors import is_gone
from integration.bc.refusals import DEAD_SKIP_TOKEN
from integration.errors import ConfigurationError, ConflictError, NotSentError, PermanentError, ProgramError
from tests.bc.elsewhere import Asked, Reply

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.bc.conftest import Somewhere

ITEM = ("id", "number", "displayName")
NOBODY = "00000000-0000-0000-0000-0000000000ff"


def parts(count: int, first: int = 1) -> dict[str, list[dict[str, str]]]:
    return {
        "items": [{"number": f"P{each:04}", "displayName": "Part"} for each in range(first, first + count)]
    }


def targets(sandbox: Running, **options: object) -> list[str]:
    return [unquote(each["target"]) for each in sandbox.control.requests(**options)["log"]]


def test_a_list_comes_in_pages_of_the_asked_size_along_bcs_links(sandbox: Running, client: Client) -> None:
    sandbox.control.seed(parts(8))  # beside the two items that are there

    pages = list(client.pages("items", select=ITEM, page_size=4))

    assert [len(page) for page in pages] == [4, 4, 2]
    assert len({row["number"] for page in pages for row in page}) == 10
    asked = targets(sandbox, entitySet="items")
    assert all("$top" not in target and "$skip=" not in target for target in asked)
    assert ["$skiptoken" in target for target in asked] == [False, True, True]


def test_a_next_link_is_followed_to_the_letter(somewhere: Somewhere) -> None:
    odd = "/v2.0/tenant/production/api/v2.0/x?aid=FIN&$skiptoken=a%2Bb%20c''d&%24select=id"
    first = {"value": [{"id": NOBODY}], "@odata.nextLink": f"{somewhere.server.url}{odd}"}
    somewhere.answer = lambda asked: Reply(
        body=json.dumps({"value": []} if "skiptoken" in asked.path else first).encode()
    )

    list(somewhere.client().pages("items", select=("id",)))

    assert somewhere.server.asked[1].path == odd


def test_pages_ask_for_their_size_and_for_the_replica(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(body=b'{"value": []}')
    client = somewhere.client()

    list(client.pages("items", select=("id",), page_size=500))
    list(client.pages("items", select=("id",), read_only=False))

    told = [(each.headers["Prefer"], each.headers["Data-Access-Intent"]) for each in somewhere.server.asked]
    assert told == [("odata.maxpagesize=500", "ReadOnly"), ("odata.maxpagesize=2000", "ReadWrite")]


def test_a_look_after_a_write_never_asks_the_replica(somewhere: Somewhere) -> None:
    row = {"id": NOBODY, "number": "1"}
    somewhere.answer = lambda asked: Reply(body=json.dumps(row | {"value": [row]}).encode())
    client = somewhere.client()

    client.get("purchaseOrders", NOBODY, select=("id",))
    client.find("purchaseOrders", filter=odata.eq("number", "1"), select=("id",))
    client.lines("purchaseOrders", NOBODY, "purchaseOrderLines", select=("id",))

    assert [each.headers["Data-Access-Intent"] for each in somewhere.server.asked] == ["ReadWrite"] * 3


def test_a_write_names_no_database(somewhere: Somewhere) -> None:
    somewhere.answer = lambda asked: Reply(201, b'{"id": "1"}')

    somewhere.client().create("items", {"number": "1"})

    assert "Data-Access-Intent" not in somewhere.server.asked[0].headers


def test_every_read_selects_its_fields(client: Client, sandbox: Running) -> None:
    order = client.create("purchaseOrders", {"vendorNumber": "V1"})
    sandbox.control.forget_requests()

    client.company()
    client.get("purchaseOrders", order["id"])
    client.find("purchaseReceipts", filter=odata.eq("number", "1"))
    client.lines("purchaseOrders", order["id"], "purchaseOrderLines")
    list(client.rows("itemUnitsOfMeasure", select=("id", "code"), app=True))

    asked = [parse_qs(urlsplit(target).query) for target in targets(sandbox, method="GET")]
    assert [query["$select"][0].split(",")[0] for query in asked] == ["id"] * 5


def test_a_read_of_unknown_fields_is_not_sent(client: Client, sandbox: Running) -> None:
    sandbox.control.forget_requests()

    with pytest.raises(ProgramError, match="Say which fields of customers"):
        client.find("customers", filter="")

    assert sandbox.control.requests()["total"] == 0


@pytest.mark.parametrize("size", [0, 20_001])
def test_a_page_that_bc_would_refuse_is_not_asked_for(client: Client, size: int) -> None:
    with pytest.raises(ProgramError, match="1 to 20000"):
        next(client.pages("items", select=ITEM, page_size=size))


def test_a_page_that_fails_for_the_moment_is_asked_for_again(
    sandbox: Running, client: Client, waits: list[float]
) -> None:
    sandbox.control.seed(parts(3))
    sandbox.control.set_faults(
        [
            {"fault": "half_body", "path": "skiptoken", "times": 1},
            {"fault": "unavailable", "path": "skiptoken", "times": 1, "retry_after": 7},
        ]
    )

    rows = list(client.rows("items", select=ITEM, page_size=3))

    assert sorted(row["number"] for row in rows) == ["FILTER", "OLD", "P0001", "P0002", "P0003"]
    assert waits == [1.0, 7.0]  # our own, then BC's


def test_a_page_that_keeps_failing_ends_the_pull(sandbox: Running, client: Client) -> None:
    sandbox.control.set_faults([{"fault": "unavailable", "path": "/items"}])

    with pytest.raises(NotSentError):
        list(client.pages("items", select=ITEM))


def test_a_dead_page_mark_says_to_begin_again(somewhere: Somewhere) -> None:
    link = f"{somewhere.server.url}/v2.0/tenant/production/api/v2.0/items?$skiptoken=old"

    def answer(asked: Asked) -> Reply:
        if "skiptoken" in asked.path:
            error = {"code": DEAD_SKIP_TOKEN, "message": "The skip token is no longer valid."}
            return Reply(400, json.dumps({"error": error}).encode())
        return Reply(body=json.dumps({"value": [{"id": NOBODY}], "@odata.nextLink": link}).encode())

    somewhere.answer = answer
    pages = somewhere.client().pages("items", select=("id",))

    assert next(pages) == [{"id": NOBODY}]
    with pytest.raises(ConflictError) as told:
        next(pages)
    assert told.value.code == DEAD_SKIP_TOKEN


def test_what_is_there_all_along_is_read_once_while_others_come_and_go(
    sandbox: Running, client: Client
) -> None:
    sandbox.control.seed(parts(30))
    seen: list[str] = []

    for number, page in enumerate(client.pages("items", select=ITEM, page_size=5)):
        seen += [row["number"] for row in page]
        sandbox.control.seed(parts(2, first=1000 + 10 * number))
        late = client.find("items", filter=odata.eq("number", "P0030"), select=("id", "displayName"))[0]
        client.update("items", late["id"], {"displayName": f"Part {number}"}, etag=late["@odata.etag"])

    stayed = [number for number in seen if number < "P1000" and number.startswith("P")]
    assert sorted(stayed) == [f"P{each:04}" for each in range(1, 31)]
    assert len(seen) == len(set(seen))


def test_what_is_not_there_is_told_as_gone(client: Client) -> None:
    with pytest.raises(PermanentError) as told:
        client.get("items", NOBODY, select=ITEM)

    assert is_gone(told.value)


def test_a_company_is_found_by_its_name_and_looked_up_once(
    sandbox: Running, connection: Connection, waits: list[float]
) -> None:
    name = sandbox.companies[0].name
    by_name = Client(connection.for_company(name.upper()), pause=waits.append)
    sandbox.control.forget_requests()

    by_name.find("items", filter="", select=ITEM)
    by_name.find("items", filter="", select=ITEM)

    assert by_name.company_id() == sandbox.company_id
    assert sandbox.control.requests()["counts"] == {"GET companies": 1, "GET items": 2}


def test_a_company_that_is_not_shown_to_us_is_named(connection: Connection) -> None:
    with pytest.raises(ConfigurationError, match="no company 'Nowhere Ltd'"):
        Client(connection.for_company("Nowhere Ltd")).company_id()


def test_the_apps_route_is_used_only_where_there_is_one(somewhere: Somewhere) -> None:
    with pytest.raises(ConfigurationError, match="needs the Tieout app"):
        somewhere.client().find("receiptRequests", filter="", select=("id",), app=True)

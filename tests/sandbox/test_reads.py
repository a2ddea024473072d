"""Reading: filters, order, pages, expansion, and everything BC does not take."""

import pytest

from tests.sandbox.conftest import Client


@pytest.fixture
def stocked(bc: Client) -> Client:
    rows = [
        {
            "number": f"P{number:03d}",
            "displayName": name,
            "type": kind,
            "unitCost": cost,
            "baseUnitOfMeasureCode": "PCS",
            "lastModifiedDateTime": f"2026-03-0{number}T10:00:00Z",
        }
        for number, name, kind, cost in [
            (1, "O'Brien valve", "Inventory", "1.10"),
            (2, "Pump", "Inventory", "20"),
            (3, "Inspection (yearly)", "Service", "300.333"),
            (4, "pump seal", "Non_x002D_Inventory", "4"),
        ]
    ]
    bc.running.control.seed({"items": rows})
    return bc


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        ("number eq 'P001'", ["P001"]),
        ("number eq 'p001'", ["P001"]),
        ("displayName eq 'O''Brien valve'", ["P001"]),
        ("number ne 'P001' and startswith(number,'P')", ["P002", "P003", "P004"]),
        ("startswith(number,'P') and unitCost gt 4", ["P002", "P003"]),
        ("startswith(number,'P') and unitCost ge 4.00 and unitCost lt 20.5", ["P002", "P004"]),
        ("unitCost eq 300.333", ["P003"]),
        ("unitCost le 1.1 and unitCost gt 0", ["P001"]),
        ("number eq 'P001' or number eq 'P003'", ["P001", "P003"]),
        ("(number eq 'P001' or number eq 'P002') and type eq 'Inventory'", ["P001", "P002"]),
        ("type eq 'Non_x002D_Inventory'", ["P004"]),
        ("type eq Microsoft.NAV.itemType'Service'", ["P003"]),
        ("contains(displayName,'ump')", ["P002", "P004"]),
        ("endswith(displayName,'(yearly)')", ["P003"]),
        ("blocked eq true", ["OLD"]),
        ("lastModifiedDateTime gt 2026-03-02T10:00:00Z and startswith(number,'P')", ["P003", "P004"]),
        (
            "lastModifiedDateTime ge 2026-03-02T11:00:00+01:00"
            " and lastModifiedDateTime lt 2026-03-04T00:00:00Z",
            ["P002", "P003"],
        ),
        ("startswith(number,'P') and lines/any(l: l/quantity gt 5)", ["P001", "P002", "P003", "P004"]),
        ("itemCategoryId eq 00000000-0000-0000-0000-000000000000 and number eq 'P004'", ["P004"]),
    ],
)
def test_a_filter_finds(stocked, expression, numbers):
    rows = stocked.rows("items", params={"$filter": expression, "$select": "number"})

    assert [row["number"] for row in rows] == numbers


@pytest.mark.parametrize(
    ("expression", "status", "code"),
    [
        ("number eq 'A' or displayName eq 'B'", 501, "BadRequest_MethodNotImplemented"),
        ("nonsense eq 'A'", 400, "BadRequest_NotFound"),
        ("number eq", 400, "BadRequest"),
        ("number eq 'A' and", 400, "BadRequest"),
        ("number like 'A'", 400, "BadRequest"),
        ("(number eq 'A'", 400, "BadRequest"),
        ("number eq 'A' number eq 'B'", 400, "BadRequest"),
        ("number eq 'open", 400, "BadRequest"),
        ("number eq 5", 400, "BadRequest"),
        ("unitCost eq '5'", 400, "BadRequest"),
        ("blocked eq 'true'", 400, "BadRequest"),
        ("id eq 5", 400, "Application_InvalidGUID"),
        ("type eq 'Nothing'", 400, "Application_EvaluateException"),
        ("inventory gt 5", 400, "BadRequest"),
        ("tolower(number) eq 'a'", 501, "BadRequest_MethodNotImplemented"),
    ],
)
def test_a_filter_that_bc_does_not_take_is_refused(bc, expression, status, code):
    assert bc.refuse("GET", "items", params={"$filter": expression})[:2] == (status, code)


def test_an_unknown_property_is_named(bc):
    message = bc.refuse("GET", "items", params={"$select": "colour"})[2]

    assert message.startswith("Could not find a property named 'colour'")


@pytest.mark.parametrize("option", ["$search=x", "$apply=x", "$top=-1", "$skip=a", "colour=red"])
def test_an_unknown_option_is_refused(bc, option):
    assert bc.refuse("GET", f"items?{option}")[0] == 400


def test_costs_are_ordered_as_numbers(stocked):
    rows = stocked.rows("items", params={"$filter": "startswith(number,'P')", "$orderby": "unitCost desc"})

    assert [row["number"] for row in rows] == ["P003", "P002", "P004", "P001"]


def test_an_order_may_have_several_fields(stocked):
    rows = stocked.rows("items", params={"$orderby": "type desc,number", "$select": "number"})

    assert [row["number"] for row in rows][:3] == ["P003", "P004", "FILTER"]


def test_pages_follow_the_next_link_to_the_end(stocked):
    seen, link = [], "items?$select=number"
    while link:
        page = stocked.get(link, headers={"Prefer": "odata.maxpagesize=2"})
        seen += [row["number"] for row in page["value"]]
        link = page.get("@odata.nextLink")
        assert link is None or "aid=FIN&$skiptoken=" in link

    assert seen == ["FILTER", "OLD", "P001", "P002", "P003", "P004"]


def test_an_insert_between_two_pages_neither_skips_nor_repeats(stocked):
    first = stocked.get("items?$select=number", headers={"Prefer": "odata.maxpagesize=3"})
    stocked.running.control.seed({"items": [{"number": "AAA"}, {"number": "P001B"}]})

    rest = stocked.rows(first["@odata.nextLink"])

    assert [row["number"] for row in first["value"]] == ["FILTER", "OLD", "P001"]
    assert [row["number"] for row in rest] == ["P001B", "P002", "P003", "P004"]


def test_ordered_pages_continue_where_they_stopped(stocked):
    query = "items?$orderby=lastModifiedDateTime desc&$select=number&$filter=startswith(number,'P')"
    first = stocked.get(query, headers={"Prefer": "odata.maxpagesize=3"})

    rest = stocked.rows(first["@odata.nextLink"])

    assert [row["number"] for row in first["value"]] == ["P004", "P003", "P002"]
    assert [row["number"] for row in rest] == ["P001"]


def test_a_page_whose_last_row_was_deleted_cannot_be_continued(bc):
    order = bc.order()
    bc.order()
    link = bc.get("purchaseOrders", headers={"Prefer": "odata.maxpagesize=1"})["@odata.nextLink"]
    bc.call("DELETE", f"purchaseOrders({order['id']})")

    assert bc.refuse("GET", link)[1] == "SkipTokenIsNoLongerValid"


def test_top_gives_no_next_link(stocked):
    page = stocked.get("items?$top=2&$skip=1&$count=true&$select=number")

    assert [row["number"] for row in page["value"]] == ["OLD", "P001"]
    assert page["@odata.count"] == 6
    assert "@odata.nextLink" not in page


def test_a_page_above_the_limit_is_too_large(bc):
    assert bc.refuse("GET", "items", headers={"Prefer": "odata.maxpagesize=20001"})[0] == 413


def test_count_answers_a_number(stocked):
    assert stocked.call("GET", "items/$count?$filter=startswith(number,'P')").text == "4"


def test_lines_come_with_their_order_when_expanded(bc):
    order = bc.order({"quantity": 2}, {"quantity": 3})

    query = "?$select=number&$expand=purchaseOrderLines($select=sequence,quantity;$filter=quantity gt 2)"
    answer = bc.get(f"purchaseOrders({order['id']}){query}")

    assert [(row["sequence"], row["quantity"]) for row in answer["purchaseOrderLines"]] == [(20000, 3)]
    assert set(answer) == {"@odata.context", "@odata.etag", "number", "purchaseOrderLines"}


def test_a_single_related_row_is_expanded_in_place(bc):
    item = bc.rows("items?$filter=number eq 'FILTER'&$expand=baseUnitOfMeasure($select=code)")[0]

    assert item["baseUnitOfMeasure"]["code"] == "PCS"
    assert bc.get(f"items({item['id']})/baseUnitOfMeasure")["code"] == "PCS"


def test_order_lines_cannot_be_read_without_their_order(bc):
    order = bc.order({"quantity": 2})

    refused = bc.refuse("GET", "purchaseOrderLines")
    by_filter = bc.rows(f"purchaseOrderLines?$filter=documentId eq {order['id']}")
    by_id = bc.get(f"purchaseOrderLines({by_filter[0]['id']})")

    assert refused == (
        400,
        "Application_DialogException",
        "You must specify an Id or a Document Id to get the lines.",
    )
    assert by_id["quantity"] == 2


def test_receipt_lines_can_be_read_flat(bc):
    assert bc.rows("purchaseReceiptLines") == []


def test_a_company_is_named_in_the_path_or_in_the_query(bc):
    for company in (bc.running.company_id, "Nordhafen Facilities"):
        reply = bc.call("GET", f"{bc.route}/items", params={"company": company})
        assert len(reply.json()["value"]) == 2


def test_without_a_company_nothing_is_read_or_written(bc):
    for method in ("GET", "POST"):
        assert bc.refuse(method, f"{bc.route}/items")[0] == 400


def test_the_tenant_may_be_left_out_of_the_address(bc):
    short = bc.route.replace(f"/{bc.running.tenant}", "")

    assert bc.get(f"{short}/companies")["value"][0]["name"] == "Nordhafen Facilities"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("colours", 404, "BadRequest_ResourceNotFound"),
        ("items(00000000-0000-0000-0000-000000000009)", 404, "Internal_RecordNotFound"),
        ("items(5)", 400, "Application_InvalidGUID"),
        ("items(", 404, "BadRequest_ResourceNotFound"),
        ("purchaseOrders/purchaseOrderLines", 404, "BadRequest_ResourceNotFound"),
    ],
)
def test_a_path_that_leads_nowhere_is_not_found(bc, path, status, code):
    assert bc.refuse("GET", path)[:2] == (status, code)


def test_an_unknown_company_environment_or_route_is_not_found(bc):
    root = bc.route.removesuffix("/v2.0")

    assert bc.refuse("GET", f"{bc.route}/companies(Nobody)/items")[:2] == (404, "Internal_CompanyNotFound")
    assert bc.refuse("GET", bc.route.replace("/sandbox/", "/production/"))[:2] == (404, "NoEnvironment")
    assert bc.refuse("GET", f"{root}/acme/bridge/v1.0")[0] == 404


def test_decimals_keep_every_digit(bc):
    bc.running.control.seed({"items": [{"number": "FINE", "unitCost": "1234567890.123456789"}]})

    text = bc.call("GET", "items?$filter=number eq 'FINE'&$select=unitCost").text

    assert '"unitCost":1234567890.123456789}' in text

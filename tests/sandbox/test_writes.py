"""Writing masters: checks on values, tags and keys."""

import pytest

from tests.sandbox.conftest import Client


def by_number(bc: Client, name: str, number: str):
    return bc.rows(f"{name}?$filter=number eq '{number}'")[0]


def test_a_created_entity_comes_back_whole(bc):
    reply = bc.call("POST", "items", json={"displayName": "Bulb", "baseUnitOfMeasureCode": "pcs"})

    item = reply.json()
    assert reply.status_code == 201
    assert reply.headers["Location"].endswith(f"items({item['id']})")
    assert item["number"] == "1001"
    assert item["baseUnitOfMeasureCode"] == "PCS"
    assert item["baseUnitOfMeasureId"] == bc.rows("unitsOfMeasure?$filter=code eq 'PCS'")[0]["id"]
    assert item["itemCategoryId"] == "00000000-0000-0000-0000-000000000000"
    assert item["type"] == "Inventory"


@pytest.mark.parametrize("name", ["items", "vendors"])
def test_a_created_entity_is_found_by_its_time(bc, name):
    made = bc.call("POST", name, json={"displayName": "New"}).json()

    found = bc.rows(f"{name}?$filter=lastModifiedDateTime gt 2020-01-01T00:00:00Z")
    assert made["number"] in [row["number"] for row in found]


def test_nothing_comes_back_when_the_client_prefers_so(bc):
    reply = bc.call("POST", "vendors", json={"number": "V9"}, headers={"Prefer": "return-no-content"})

    assert (reply.status_code, reply.content) == (204, b"")
    assert by_number(bc, "vendors", "V9")["blocked"] == "_x0020_"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"colour": "red"}, "BadRequest_NotFound"),
        ({"lastModifiedDateTime": "2026-01-01T00:00:00Z"}, "BadRequest_InvalidOperation"),
        ({"number": "N" * 21}, "Application_StringExceededLength"),
        ({"displayName": 5}, "BadRequest"),
        ({"unitCost": "5.0"}, "BadRequest"),
        ({"unitCost": True}, "BadRequest"),
        ({"blocked": "no"}, "BadRequest"),
        ({"type": "Gadget"}, "Application_EvaluateException"),
        ({"itemCategoryId": "x"}, "Application_InvalidGUID"),
        ({"itemCategoryId": "00000000-0000-0000-0000-000000000001"}, "Application_DialogException"),
        ({"baseUnitOfMeasureCode": "LITRE"}, "Application_DialogException"),
        ({"inventory": 5}, "Application_DialogException"),
        ({"itemWishes": []}, "BadRequest_NotFound"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(bc, body, code):
    assert bc.refuse("POST", "items", json=body)[:2] == (400, code)
    assert len(bc.rows("items")) == 2


@pytest.mark.parametrize(("value", "kind"), [(5, "number"), (True, "boolean"), (["x"], "list")])
def test_a_value_of_another_kind_is_told_in_words_of_json(bc, value, kind):
    refused = bc.refuse("POST", "items", json={"displayName": value})

    assert f"'displayName': cannot convert a {kind} to 'Edm.String'." in refused[2]


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b'{"unitCost": NaN}', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(bc, body):
    assert bc.refuse("POST", "items", data=body)[0] == 400


def test_a_code_that_exists_is_refused(bc):
    assert bc.refuse("POST", "unitsOfMeasure", json={"code": "pcs"})[:2] == (
        409,
        "Internal_EntityWithSameKeyExists",
    )


def test_a_required_code_must_be_given(bc):
    assert (
        bc.refuse("POST", "locations", json={"displayName": "?"})[1] == "Application_FieldValidationException"
    )


def test_a_number_is_refused_when_the_series_is_not_manual(bc):
    bc.running.control.seed({"numberSeries": [{"code": "ITEM", "manual": False}]})

    message = bc.refuse("POST", "items", json={"number": "MINE"})[2]

    assert message.startswith("You may not enter numbers manually.")


def test_an_exhausted_series_gives_no_number(bc):
    bc.running.control.seed({"numberSeries": [{"code": "VEND", "endingNumber": 10001}]})
    bc.create("vendors", {"displayName": "Last"})

    message = bc.refuse("POST", "vendors", json={"displayName": "One too many"})[2]

    assert message.startswith("You cannot assign new numbers from the number series VEND")


def test_an_item_may_bring_its_own_id_and_a_vendor_may_not(bc):
    wanted = "11111111-2222-3333-4444-555555555555"

    assert bc.create("items", {"id": wanted, "number": "OWN"})["id"] == wanted
    assert bc.create("vendors", {"id": wanted, "number": "OWN"})["id"] != wanted


def test_a_change_needs_the_current_tag(bc):
    item = by_number(bc, "items", "FILTER")
    path = f"items({item['id']})"

    missing = bc.refuse("PATCH", path, json={"displayName": "A"})
    changed = bc.change(path, {"displayName": "B"}, item["@odata.etag"])
    old = bc.refuse("PATCH", path, json={"displayName": "C"}, headers={"If-Match": item["@odata.etag"]})

    assert missing[:2] == (400, "BadRequest_InvalidToken")
    assert old[:2] == (409, "Request_EntityChanged")
    assert changed["@odata.etag"] != item["@odata.etag"]
    assert changed["lastModifiedDateTime"] >= item["lastModifiedDateTime"]
    assert by_number(bc, "items", "FILTER")["displayName"] == "B"


def test_a_star_overrules_the_tag(bc):
    item = by_number(bc, "items", "FILTER")

    assert bc.change(f"items({item['id']})", {"displayName": "B"}, "*")["displayName"] == "B"


def test_a_read_only_property_cannot_be_changed(bc):
    account = by_number(bc, "accounts", "6100")
    vendor = by_number(bc, "vendors", "V1")

    refused = bc.refuse("PATCH", f"vendors({vendor['id']})", json={"balance": 0}, headers={"If-Match": "*"})
    whole_set = bc.refuse("PATCH", f"accounts({account['id']})", json={}, headers={"If-Match": "*"})

    assert refused == (400, "BadRequest_InvalidOperation", "Control 'balance' is read-only.")
    assert whole_set[:2] == (405, "BadRequest_MethodNotAllowed")


def test_renaming_an_item_renames_it_everywhere(bc):
    bc.order({"quantity": 1})
    item = by_number(bc, "items", "FILTER")

    bc.change(f"items({item['id']})", {"number": "NEW"})

    assert bc.running.control.dump("purchaseOrders")[0]["purchaseOrderLines"][0]["lineObjectNumber"] == "NEW"
    assert {row["itemNumber"] for row in bc.running.control.dump("itemUnitsOfMeasure")} == {"NEW", "OLD"}
    assert by_number(bc, "items", "NEW")["id"] == item["id"]


def test_a_master_in_use_cannot_be_deleted(bc):
    bc.order({"quantity": 1})
    item, spare = by_number(bc, "items", "FILTER"), by_number(bc, "items", "OLD")

    assert bc.refuse("DELETE", f"items({item['id']})")[1] == "Application_DialogException"
    assert bc.call("DELETE", f"items({spare['id']})").status_code == 204
    assert [row["number"] for row in bc.rows("items")] == ["FILTER"]


def test_local_currency_is_shown_by_its_code_and_stored_blank(bc):
    local = bc.create("vendors", {"currencyCode": "eur"})
    foreign = bc.create("vendors", {"currencyCode": "usd"})

    assert (local["currencyCode"], local["currencyId"]) == ("EUR", "00000000-0000-0000-0000-000000000000")
    assert foreign["currencyId"] == bc.rows("currencies?$filter=code eq 'USD'")[0]["id"]


def test_writing_the_stock_of_an_item_posts_an_adjustment(bc):
    item = by_number(bc, "items", "FILTER")

    changed = bc.change(f"items({item['id']})", {"inventory": 7})

    entry = bc.rows("itemLedgerEntries")[0]
    assert changed["inventory"] == 7
    assert (entry["entryType"], entry["quantity"]) == ("Positive_x0020_Adjmt_x002E_", 7)
    assert entry["documentNumber"] == "FILTER"


def test_a_write_may_not_ask_for_the_replica(bc):
    assert bc.refuse("POST", "items", json={}, headers={"Data-Access-Intent": "ReadOnly"})[0] == 400


def test_companies_cannot_be_created(bc):
    assert bc.refuse("POST", f"{bc.route}/companies", json={"name": "X"})[:2] == (
        405,
        "BadRequest_MethodNotAllowed",
    )

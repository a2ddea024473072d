"""The control channel: seeding, counting, settings, reset."""

import pytest
import requests


def test_without_its_token_the_control_channel_is_closed(sandbox):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = sandbox.ca_bundle
        replies = [
            session.get(f"{sandbox.control_url}/requests"),
            session.get(f"{sandbox.control_url}/requests", headers={"X-Sandbox-Token": "ü"}),
            session.post(f"{sandbox.control_url}/reset", headers={"X-Sandbox-Token": "x"}),
        ]

    assert [reply.status_code for reply in replies] == [401, 401, 401]


def test_seeding_the_same_row_again_updates_it(bc):
    before = bc.rows("items?$filter=number eq 'FILTER'")[0]

    bc.running.control.seed({"items": [{"number": "FILTER", "displayName": "Better filter"}]})

    after = bc.rows("items?$filter=number eq 'FILTER'")[0]
    assert (after["id"], after["displayName"]) == (before["id"], "Better filter")
    assert after["unitCost"] == 12.5


def test_a_seed_with_one_bad_row_changes_nothing(bc):
    rows = {"items": [{"number": "GOOD"}, {"number": "BAD", "colour": "red"}]}

    with pytest.raises(RuntimeError, match="colour"):
        bc.running.control.seed(rows)

    assert bc.rows("items?$filter=number eq 'GOOD'") == []


def test_masters_may_be_seeded_in_any_order(sandbox):
    sandbox.control.seed(
        {
            "items": [{"number": "A", "baseUnitOfMeasureCode": "M"}],
            "unitsOfMeasure": [{"code": "M"}],
            "itemLedgerEntries": [
                {"itemNumber": "A", "quantity": "5.5", "entryType": "Purchase", "locationCode": "X"},
                {"itemNumber": "A", "quantity": -1},
            ],
        }
    )

    item = sandbox.control.dump("items")[0]
    assert float(item["inventory"]) == 4.5
    assert [row["entryNumber"] for row in sandbox.control.dump("itemLedgerEntries")] == [1, 2]


def test_orders_are_seeded_with_lines_and_amounts(bc):
    line = {"lineObjectNumber": "FILTER", "quantity": 10, "directUnitCost": 3, "receivedQuantity": 4}
    bc.running.control.seed(
        {"purchaseOrders": [{"vendorNumber": "V1", "status": "Open", "purchaseOrderLines": [line]}]}
    )

    order = bc.rows("purchaseOrders?$expand=purchaseOrderLines")[0]
    seeded = order["purchaseOrderLines"][0]
    assert (order["number"], order["status"], order["totalAmountExcludingTax"]) == ("106001", "Open", 30)
    assert (seeded["receiveQuantity"], seeded["invoiceQuantity"], seeded["sequence"]) == (6, 10, 10000)


def test_another_company_is_made_by_naming_it(bc):
    bc.running.control.seed({"vendors": [{"number": "X1"}]}, company="Südhafen")

    companies = {row["name"]: row["id"] for row in bc.get(f"{bc.route}/companies")["value"]}
    elsewhere = bc.get(f"{bc.route}/companies({companies['Südhafen']})/vendors")["value"]

    assert [row["number"] for row in elsewhere] == ["X1"]
    assert [row["number"] for row in bc.rows("vendors")] == ["V1", "V2"]


def test_calls_are_counted_by_method_and_set(bc):
    bc.running.control.forget_requests()
    bc.rows("items")
    bc.rows("items")
    order = bc.order({"quantity": 1})
    bc.call("POST", f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice")

    report = bc.running.control.requests(method="POST", last=1)

    assert report["total"] == 4
    assert report["counts"] == {
        "GET items": 2,
        "POST purchaseOrders": 1,
        "POST purchaseOrders.receiveAndInvoice": 1,
    }
    assert report["statuses"] == {"200": 2, "201": 1, "400": 1}
    assert [each["status"] for each in report["log"]] == [400]


def test_settings_that_do_not_exist_are_refused(sandbox):
    for values in ({"colour": 1}, {"token_seconds": "many"}, {"client_enabled": 1}):
        with pytest.raises(RuntimeError, match="400"):
            sandbox.control.settings(**values)


def test_a_reset_forgets_everything_but_who_we_are(bc):
    bc.order({"quantity": 1})
    bc.running.control.settings(token_seconds=60)
    bc.running.control.reset()

    assert bc.rows("items") == bc.rows("purchaseOrders") == []
    assert bc.get(f"{bc.route}/companies")["value"][0]["id"] == bc.running.company_id
    assert bc.running.control.settings()["token_seconds"] == 3600
    assert bc.running.control.dump("generalLedgerSetup")[0]["localCurrencyCode"] == "EUR"


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "seed", {"rows": {"items": {"number": "A1"}}}, "The rows of items are a list of objects."),
        ("POST", "seed", {"rows": {"items": ["A1"]}}, "The rows of items are a list of objects."),
        ("POST", "seed", {"rows": {"itemz": []}}, "No entity set takes rows of itemz."),
        (
            "PUT",
            "faults",
            [{"fault": "slow", "rate": "a"}],
            "rate of a fault rule is between 0 and 1, not a.",
        ),
        ("PUT", "faults", [{"fault": "slow", "rate": 2}], "between 0 and 1, not 2."),
        ("PUT", "faults", [{"fault": "slow", "method": 5}], "method of a fault rule is one of GET"),
        (
            "PUT",
            "faults",
            [{"fault": "slow", "times": -1}],
            "times of a fault rule is a whole number, not",
        ),
        ("PUT", "faults", [{"fault": "lock_conflict", "status": 200}], "is a status from 400 on, not 200."),
        ("PUT", "faults", [{"fault": "foo"}], "whose fault is one of bad_gateway,"),
        ("PUT", "faults", [{"fault": ["slow"]}], "whose fault is one of bad_gateway,"),
        ("PUT", "faults", [{"fault": {}}], "whose fault is one of bad_gateway,"),
        ("PUT", "faults", [{"fault": "slow", "seconds": None}], "seconds of a fault rule is a number of"),
        ("PUT", "faults", [{"fault": "slow", "seed": None}], "seed of a fault rule is a whole number, not"),
        ("PUT", "faults", [{"fault": "lock_conflict", "status": None}], "is a status from 400 on, not null."),
        ("PUT", "faults", [{"fault": "language_switch", "language": "xx"}], "is one of en, es, not xx."),
        ("PUT", "faults", [{"fault": "language_switch", "language": 5}], "is one of en, es, not 5."),
        ("GET", "requests?last=x", None, "last is a whole number from 1 on, not x."),
        ("POST", "settings", {"no_read": ["foo"]}, "no_read names foo, which is no entity set."),
        ("POST", "settings", {"no_read": [["x"]]}, "which is no entity set."),
        ("POST", "settings", {"no_read": [{}]}, "which is no entity set."),
        ("POST", "settings", {"language": "xx"}, "The setting language is one of en, es, not xx."),
        ("POST", "settings", {"version": ["24"]}, "The setting version takes a text, not"),
        ("POST", "settings", {"removed_fields": [["x"]]}, "No entity set shows a field"),
        ("POST", "settings", {"shortened_fields": {"vendors.displayName": True}}, "cannot become True"),
        ("POST", "settings", {"shortened_fields": {"vendors.displayName": -3}}, "cannot become -3"),
        ("POST", "seed", {"company": 5, "rows": {}}, "The company is a name or an id, not 5."),
        ("POST", "seed", {"company": ["x"], "rows": {}}, "The company is a name or an id, not"),
        ("POST", "settings", {"latency_ms": -5}, "The setting latency_ms is not negative."),
        ("POST", "settings", {"webhook_loss_rate": 7}, "webhook_loss_rate is between 0 and 1."),
        ("POST", "settings", {"webhook_ca": "/nope"}, "There is no file /nope of further authorities."),
        ("POST", "settings", {"version": 28.4}, "The setting version takes a text, not 28.4."),
        ("POST", "settings", {"version": "27"}, "is one of 24, 28.0, 28.4, 29, not 27."),
        ("POST", "settings", {"colour": "red"}, "There is no setting colour."),
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_changes_nothing(sandbox, method, path, body, told):
    control = sandbox.control
    before = (control.call("GET", "settings"), control.faults())

    with pytest.raises(RuntimeError) as refused:
        control.call(method, path, body=body)

    assert told in str(refused.value)
    assert "400" in str(refused.value)
    assert (control.call("GET", "settings"), control.faults()) == before


@pytest.mark.parametrize(("method", "path"), [("POST", "settings"), ("POST", "seed"), ("PUT", "faults")])
def test_a_body_that_is_no_json_is_refused_in_a_sentence(sandbox, method, path):
    with requests.Session() as session:
        session.trust_env = False
        reply = session.request(
            method,
            f"{sandbox.control_url}/{path}",
            data=b"{",
            headers={"X-Sandbox-Token": sandbox.control_token},
            verify=sandbox.ca_bundle,
        )

    assert reply.status_code == 400
    assert "is not valid JSON" in reply.json()["error"]["message"]

"""General journals, credit memos, attachments and the rest of what can be written."""

import pytest

SMALL_LISTS = [
    "itemCategories",
    "paymentMethods",
    "shipmentMethods",
    "taxGroups",
    "taxAreas",
    "countriesRegions",
    "salespeoplePurchasers",
    "fixedAssetLocations",
]


@pytest.fixture
def journal(bc):
    bc.running.control.seed({"accounts": [{"number": "2100", "directPosting": True}]})
    return bc.create("journals", {"code": "bridge", "displayName": "From the bridge"})


def line(bc, journal, **values):
    body = {"accountNumber": "6100", "amount": 10, "documentNumber": "D1", "postingDate": "2026-05-04"}
    return bc.create(f"journals({journal['id']})/journalLines", body | values)


def test_journals_show_the_default_template_only(bc, journal):
    bc.create("journals", {"code": "OTHER", "templateDisplayName": "RECURRING"})

    assert [row["code"] for row in bc.rows("journals")] == ["BRIDGE"]
    assert [row["code"] for row in bc.rows("journals?$filter=templateDisplayName eq 'RECURRING'")] == [
        "OTHER"
    ]


def test_a_line_number_is_taken_once(bc, journal):
    first = line(bc, journal, lineNumber=500)

    refused = bc.refuse(
        "POST", f"journals({journal['id']})/journalLines", json={"lineNumber": 500, "accountNumber": "6100"}
    )

    assert (first["lineNumber"], first["journalDisplayName"]) == (500, "BRIDGE")
    assert refused[:2] == (409, "Internal_EntityWithSameKeyExists")
    assert line(bc, journal)["lineNumber"] == 10500


def test_lines_need_their_journal(bc, journal):
    line(bc, journal)

    assert bc.refuse("GET", "journalLines")[1] == "Application_DialogException"
    assert len(bc.rows(f"journalLines?$filter=journalId eq {journal['id']}")) == 1


def test_a_balanced_journal_is_posted_and_empty_afterwards(bc, journal):
    line(bc, journal, amount=10, description="Cleaning")
    line(bc, journal, amount=-10, accountNumber="2100")

    bc.act(f"journals({journal['id']})/Microsoft.NAV.post")

    entries = bc.rows("generalLedgerEntries?$filter=documentNumber eq 'D1'")
    assert [(row["accountNumber"], row["debitAmount"], row["creditAmount"]) for row in entries] == [
        ("6100", 10, 0),
        ("2100", 0, 10),
    ]
    assert [row["entryNumber"] for row in entries] == [1, 2]
    assert bc.rows(f"journals({journal['id']})/journalLines") == []
    assert bc.rows("accounts?$filter=number eq '6100'")[0]["netChange"] == 10


@pytest.mark.parametrize(
    ("values", "fragment"),
    [
        ({"amount": 0}, "There is nothing to post"),
        ({"amount": 10}, "out of balance by 10"),
        ({"documentNumber": ""}, "Document No. must have a value"),
        ({"postingDate": "1999-01-01"}, "not within your range of allowed posting dates"),
    ],
)
def test_a_journal_that_cannot_be_posted_keeps_its_lines(bc, journal, values, fragment):
    bc.running.control.seed({"generalLedgerSetup": [{"allowPostingFrom": "2026-01-01"}]})
    line(bc, journal, **values)

    refused = bc.refuse("POST", f"journals({journal['id']})/Microsoft.NAV.post")

    assert fragment in refused[2]
    assert len(bc.rows(f"journals({journal['id']})/journalLines")) == 1
    assert bc.rows("generalLedgerEntries") == []


def test_a_heading_account_takes_no_posting(bc, journal):
    refused = bc.refuse("POST", f"journals({journal['id']})/journalLines", json={"accountNumber": "6000"})

    assert refused[1] == "Application_FieldValidationException"


def credit_memo(bc, **header):
    lines = [{"lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 2, "unitCost": 10}]
    body = {"vendorNumber": "V1", "vendorCreditMemoNumber": "C-1", "purchaseCreditMemoLines": lines}
    return bc.create("purchaseCreditMemos", body | header)


def test_a_credit_memo_is_posted_and_cancelled(bc):
    memo = credit_memo(bc)
    path = f"purchaseCreditMemos({memo['id']})"

    bc.act(f"{path}/Microsoft.NAV.post")
    posted, owed = bc.get(path), bc.rows("vendors?$filter=number eq 'V1'")[0]["balance"]
    entries = bc.rows("itemLedgerEntries")
    bc.act(f"{path}/Microsoft.NAV.cancel")

    assert (memo["status"], memo["totalAmountIncludingTax"]) == ("Draft", 23.8)
    assert (posted["id"], posted["status"]) == (memo["id"], "Open")
    assert posted["number"] != memo["number"]
    assert owed == -23.8
    assert [(row["documentType"], row["quantity"]) for row in entries] == [
        ("Purchase_x0020_Credit_x0020_Memo", -2)
    ]
    assert bc.get(path)["status"] == "Canceled"
    assert bc.refuse("PATCH", path, json={"purchaser": "X"}, headers={"If-Match": "*"})[0] == 400


def test_a_vendor_s_credit_memo_number_is_posted_once(bc):
    for _ in range(2):
        memo = credit_memo(bc)
        reply = bc.call("POST", f"purchaseCreditMemos({memo['id']})/Microsoft.NAV.post")

    assert "Purchase Credit Memo C-1 already exists for this vendor." in reply.text


@pytest.mark.parametrize("name", ["attachments", "documentAttachments"])
def test_an_attachment_is_made_first_and_filled_afterwards(bc, name):
    order = bc.order({"quantity": 1})
    body = {"fileName": "note.pdf", "parentType": "Purchase_x0020_Order", "parentId": order["id"]}
    made = bc.create(name, body)
    address = made["attachmentContent@odata.mediaReadLink"]

    empty = bc.call("GET", address)
    without = bc.refuse("PATCH", address, data=b"%PDF", headers={"Content-Type": "application/octet-stream"})
    headers = {"If-Match": made["@odata.etag"], "Content-Type": "application/octet-stream"}
    written = bc.call("PATCH", address, data=b"%PDF-1.7 \x00\xff", headers=headers)

    assert empty.status_code == 204
    assert without[1] == "BadRequest_InvalidToken"
    assert written.status_code == 204
    assert bc.call("GET", address).content == b"%PDF-1.7 \x00\xff"
    assert bc.get(f"purchaseOrders({order['id']})/{name}")["value"][0]["byteSize"] == 11
    assert "attachmentContent" not in made


def test_an_attachment_needs_the_right_kind_of_parent(bc):
    order = bc.order({"quantity": 1})
    body = {"fileName": "note.pdf", "parentType": "Purchase_x0020_Invoice", "parentId": order["id"]}

    assert bc.refuse("POST", "attachments", json=body)[1] == "Application_DialogException"


@pytest.mark.parametrize("name", SMALL_LISTS)
def test_the_small_lists_are_written_by_code(bc, name):
    row = bc.create(name, {"code": "x1"})

    again = bc.refuse("POST", name, json={"code": "X1"})
    changed = bc.change(f"{name}({row['id']})", {"code": "Y1"}, tag=row["@odata.etag"])

    assert (row["code"], changed["code"], changed["id"]) == ("X1", "Y1", row["id"])
    assert again[:2] == (409, "Internal_EntityWithSameKeyExists")
    assert bc.call("DELETE", f"{name}({row['id']})").status_code == 204
    assert [each["code"] for each in bc.rows(name) if each["code"] == "Y1"] == []


def test_a_category_is_renamed_with_its_items(bc):
    category = bc.create("itemCategories", {"code": "AIR"})
    item = bc.rows("items?$filter=number eq 'FILTER'")[0]
    bc.change(f"items({item['id']})", {"itemCategoryCode": "AIR"})
    bc.change(f"itemCategories({category['id']})", {"code": "AIRCARE"})

    renamed = bc.get(f"items({item['id']})")

    assert (renamed["itemCategoryCode"], renamed["itemCategoryId"]) == ("AIRCARE", category["id"])


def test_a_job_can_be_started_again(bc):
    bc.running.control.seed(
        {"jobQueueEntries": [{"jobQueueEntryId": "00000000-0000-0000-0000-000000000001", "status": "Error"}]}
    )
    entry = bc.rows("jobQueueEntries")[0]

    bc.act(f"jobQueueEntries({entry['id']})/Microsoft.NAV.restart")

    assert bc.rows("jobQueueEntries")[0]["status"] == "Ready"
    assert bc.refuse("POST", "jobQueueEntries", json={})[0] == 405


def test_the_company_s_own_card_is_there(bc):
    card = bc.rows("companyInformation")[0]

    assert (card["displayName"], card["currencyCode"]) == ("Nordhafen Facilities", "EUR")

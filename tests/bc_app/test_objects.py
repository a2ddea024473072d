"""What a reviewer of the AL app looks for first: numbers, names, captions, tool tips, rights, no dialogs."""

from __future__ import annotations

import json
import re
import uuid

import pytest

from tests.bc_app import al, model

MANIFEST = json.loads((al.APP / "app.json").read_text(encoding="utf-8"))
RANGE = MANIFEST["idRanges"][0]
LONGEST_NAME = {"permissionset": 20}
# An API answers a program: whatever asks a person fails there with Application_CallbackNotAllowed.
DIALOGS = {"Confirm", "Dialog", "Hyperlink", "Message", "RunModal", "RunRequestPage", "StrMenu"}
TABLES = al.of_kind("table", "tableextension")
API_PAGES = [page for page in al.of_kind("page") if page.value("PageType") == "API"]
SCREENS = [page for page in al.of_kind("page", "pageextension") if page not in API_PAGES]
ANY = pytest.mark.parametrize("found", al.objects(), ids=str)


def controls(page: al.Object) -> list[al.Block]:
    return list(page.all("field"))


# The manifest


def test_the_manifest_has_what_publishing_asks_for() -> None:
    assert str(uuid.UUID(MANIFEST["id"])) == MANIFEST["id"]
    assert (MANIFEST["name"], MANIFEST["publisher"]) == ("Tieout Bridge", "Tieout")
    for name in ("version", "platform", "application"):
        assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", MANIFEST[name]), name
    assert MANIFEST["target"] == "Cloud"
    assert MANIFEST["dependencies"] == []
    assert "NoImplicitWith" in MANIFEST["features"]


def test_the_runtime_is_that_of_the_oldest_release_asked_for() -> None:
    """Release 24 has runtime 13; each release adds one."""
    assert int(MANIFEST["runtime"].split(".")[0]) == int(MANIFEST["application"].split(".")[0]) - 11
    assert MANIFEST["platform"] == MANIFEST["application"]


def test_the_number_range_is_one_for_extensions_of_one_tenant() -> None:
    assert len(MANIFEST["idRanges"]) == 1
    assert 50_000 <= RANGE["from"] < RANGE["to"] <= 99_999


# Numbers and names


@ANY
def test_numbers_are_in_the_range(found: al.Object) -> None:
    numbers = [found.number]
    if found.kind == "tableextension":
        numbers += [int(field.arguments[0]) for field in found.all("field")]

    assert [each for each in numbers if not RANGE["from"] <= each <= RANGE["to"]] == []


@pytest.mark.parametrize("kind", sorted(al.KINDS))
def test_numbers_and_names_are_given_once(kind: str) -> None:
    served = al.of_kind(kind)

    assert served
    assert len({each.number for each in served}) == len(served)
    assert len({each.name.lower() for each in served}) == len(served)


@ANY
def test_names_carry_the_affix_and_fit(found: al.Object) -> None:
    affixes = json.loads((al.APP / "AppSourceCop.json").read_text(encoding="utf-8"))["mandatoryAffixes"]
    names = [found.name]
    if found.extends:
        names += [
            al.unquoted(field.arguments[1 if found.kind == "tableextension" else 0])
            for field in found.all("field")
        ]

    assert affixes == ["Bridge"]
    assert [name for name in names if not name.startswith("Bridge ")] == []
    assert len(found.name) <= LONGEST_NAME.get(found.kind, 30)


@ANY
def test_files_are_named_after_their_object(found: al.Object) -> None:
    letters = re.sub(r"[^A-Za-z0-9]", "", found.name)

    assert found.path.name == f"{letters}.{al.KINDS[found.kind]}.al"
    assert found.namespace == "Tieout.Bridge"


def test_fields_of_a_table_have_numbers_and_names_of_their_own() -> None:
    for table in TABLES:
        fields = [field.arguments for field in table.all("field")]

        assert fields, table
        assert len({each[0] for each in fields}) == len(fields), table
        assert len({each[1].lower() for each in fields}) == len(fields), table


# Tables


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_field_has_a_caption_and_is_classified(table: al.Object) -> None:
    for field in table.all("field"):
        assert field.value("Caption"), field.arguments
        assert field.value("DataClassification") in {"CustomerContent", "SystemMetadata"}, field.arguments


@pytest.mark.parametrize("table", al.of_kind("table"), ids=str)
def test_every_table_is_captioned_classified_and_keyed(table: al.Object) -> None:
    keys = list(table.all("key"))

    assert table.value("Caption") == table.name
    assert table.value("DataClassification") == "CustomerContent"
    assert keys[0].value("Clustered") == "true"


@pytest.mark.parametrize("table", ["Bridge Receipt Request", "Bridge Inventory Request", "Bridge Order Key"])
def test_what_is_taken_once_has_the_external_id_as_primary_key(table: str) -> None:
    found = next(each for each in al.of_kind("table") if each.name == table)

    assert next(found.all("key")).arguments[1] == '"External Id"'
    assert model.fields_of(table)["External Id"] == "Text[50]"


# Pages


@pytest.mark.parametrize("page", SCREENS, ids=str)
def test_every_field_on_a_screen_has_a_tool_tip(page: al.Object) -> None:
    assert controls(page)
    for control in controls(page):
        tip = control.value("ToolTip")
        assert tip.startswith("Specifies "), control.arguments
        assert tip.endswith("."), control.arguments


@pytest.mark.parametrize("page", [page for page in SCREENS if page.kind == "page"], ids=str)
def test_every_screen_can_be_found(page: al.Object) -> None:
    assert page.value("Caption") == page.name
    assert page.value("ApplicationArea")
    assert page.value("UsageCategory") in {"Administration", "History"}


@pytest.mark.parametrize("page", API_PAGES, ids=str)
def test_every_api_page_is_on_the_route_and_keyed_by_the_system_id(page: al.Object) -> None:
    route = tuple(page.value(name) for name in ("APIPublisher", "APIGroup", "APIVersion"))
    first = controls(page)[0]

    assert route == ("tieout", "bridge", "v1.0")
    assert (page.value("ODataKeyFields"), page.value("Extensible")) == ("SystemId", "false")
    assert page.value("EntityCaption")
    assert page.value("EntitySetCaption")
    assert (first.arguments, first.value("Editable")) == (["id", "Rec.SystemId"], "false")


@pytest.mark.parametrize("page", API_PAGES, ids=str)
def test_every_api_page_reads_committed_rows_only(page: al.Object) -> None:
    opening = page.routine("OnOpenPage")

    assert opening is not None
    assert "Rec . ReadIsolation := IsolationLevel :: ReadCommitted ;" in " ".join(opening.code)


@pytest.mark.parametrize("page", API_PAGES, ids=str)
def test_fields_of_an_api_are_named_in_one_way_and_not_translated(page: al.Object) -> None:
    for control in controls(page):
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", control.arguments[0])
        assert control.properties["Caption"].endswith(" , Locked = true"), control.arguments


@pytest.mark.parametrize("page", API_PAGES, ids=str)
def test_a_replica_answers_only_where_nothing_is_written(page: al.Object) -> None:
    """The replica may lag: no page that writes, and none that shows what an action did, reads from it."""
    writes = any(page.value(f"{each}Allowed") != "false" for each in ("Insert", "Modify", "Delete"))
    acts = any(["ServiceEnabled"] in each.attributes for each in page.routines)

    assert not (page.value("DataAccessIntent") == "ReadOnly" and (writes or acts))


# Actions


def test_the_actions_are_these() -> None:
    found = {
        f"{page.value('EntitySetName')}.{routine.name}"
        for page in API_PAGES
        for routine in page.routines
        if ["ServiceEnabled"] in routine.attributes
    }

    assert found == {
        "inventoryRequests.process",
        "purchaseInvoiceHeaders.clearHold",
        "purchaseInvoiceHeaders.setHold",
        "purchaseOrderHeaders.release",
        "purchaseOrderHeaders.reopen",
        "receiptRequests.process",
        "vendorLedgerEntries.clearHold",
        "vendorLedgerEntries.setHold",
    }


@pytest.mark.parametrize("page", API_PAGES, ids=str)
def test_every_action_answers_with_its_own_page(page: al.Object) -> None:
    for routine in page.routines:
        if ["ServiceEnabled"] not in routine.attributes:
            continue
        assert "".join(routine.head).startswith("(varActionContext:WebServiceActionContext)")
        answer = page.routine("SetAnswer")
        code = " ".join(routine.code + (answer.code if answer else []))
        assert f'Page :: "{page.name}"' in code
        assert "ActionContext . SetResultCode ( WebServiceActionResultCode :: Updated ) ;" in code


@pytest.mark.parametrize("name", ["Bridge Receipt Post", "Bridge Inventory Post"])
def test_posting_looks_again_under_a_lock_and_commits_nothing_by_itself(name: str) -> None:
    found = next(each for each in al.of_kind("codeunit") if each.name == name)
    running, posting = found.routine("OnRun"), found.routine("Post")

    assert running is not None
    assert posting is not None
    code = " ".join(running.code)
    lock = "Rec . ReadIsolation := IsolationLevel :: UpdLock ;"
    again = "Rec . GetBySystemId ( Rec . SystemId ) ;"
    check = "if Rec . Status <> Rec . Status :: Posted then Post ( Rec )"
    assert 0 < code.index(lock) < code.index(again) < code.index(check)
    assert ["CommitBehavior", "(", "CommitBehavior", "::", "Ignore", ")"] in posting.attributes
    assert "Commit" not in found.words


@ANY
def test_nothing_asks_a_person(found: al.Object) -> None:
    assert DIALOGS.isdisjoint(found.words)


# Rights


def granted(name: str) -> dict[tuple[str, str], str]:
    found = next(each for each in al.of_kind("permissionset") if each.name == name)
    grants = re.findall(r'(\w+) "([^"]+)" = (\w+)', found.properties["Permissions"])
    return {(kind, subject): rights for kind, subject, rights in grants}


def test_the_integration_may_use_every_object() -> None:
    wanted = {(each.kind, each.name) for each in al.of_kind("table", "page", "codeunit", "query")}
    wanted |= {("tabledata", each.name) for each in al.of_kind("table")}

    assert set(granted("Bridge Integration")) == wanted


def test_people_may_look_and_set_up_but_not_change_requests() -> None:
    rights = granted("Bridge View")

    assert {page.name for page in SCREENS if page.kind == "page"} == {
        name for kind, name in rights if kind == "page"
    }
    data = {name: right for (kind, name), right in rights.items() if kind == "tabledata"}
    assert data.pop("Bridge Setup") == "RIM"
    assert set(data.values()) == {"R"}


def test_nobody_needs_a_right_for_the_log_of_deletions() -> None:
    """Its subscribers run in the sessions of people who have never heard of this app."""
    found = next(each for each in al.of_kind("codeunit") if each.name == "Bridge Deletion Log")
    writing = found.routine("Log")

    assert (found.value("InherentPermissions"), found.value("InherentEntitlements")) == ("X", "X")
    assert writing is not None
    assert [each[0] for each in writing.attributes] == ["InherentPermissions"]
    assert "'ri'" in writing.attributes[0]

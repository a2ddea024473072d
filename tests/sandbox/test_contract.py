"""The sandbox shows BC's fields and no others: held against the contract and its own metadata."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from integration.sandbox import entities
from integration.sandbox.settings import VERSIONS
from tests.sandbox.conftest import Client

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
PLATFORM_SETS = {"companies", "subscriptions"}
OWN_SETS = sorted(set(entities.STANDARD_SETS) - PLATFORM_SETS)


@pytest.fixture(scope="module")
def contract(shared_data: Path):
    content = json.loads((shared_data.parent / "bc" / "contract.json").read_text())
    return {each["entitySet"]: each for each in content["entities"] + content["platformEntities"]}, content


@pytest.mark.shared
def test_every_entity_set_of_the_contract_is_imitated(contract):
    assert set(contract[0]) == set(entities.STANDARD_SETS)


@pytest.mark.shared
@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_has_what_the_contract_says_it_has(contract, version):
    def is_there(each) -> bool:
        return _number(each["since"]) <= _number(version)

    told = {
        each["entitySet"]: (
            {field["name"] for field in each["fields"] if is_there(field)},
            {name["name"] for name in each["navigation"] if is_there(name)},
        )
        for each in contract[1]["entities"]
        if is_there(each)
    }
    served = entities.served("v2.0", version)

    assert set(served) - PLATFORM_SETS == set(told)
    for name, (fields, navigations) in told.items():
        assert {each.name for each in served[name].shown} == fields
        assert {each.name for each in served[name].navigations} <= navigations


def _number(version: str) -> tuple[int, int]:
    parts = [int(part) for part in version.split(".")]
    return parts[0], parts[1] if len(parts) > 1 else 0


@pytest.mark.shared
@pytest.mark.parametrize("name", OWN_SETS)
def test_every_field_agrees_with_the_contract(contract, name):
    told = contract[0][name]
    wanted = {
        each["name"]: (each["type"], each.get("maxLength"), each["readOnly"], each.get("al") == "Code")
        for each in told["fields"]
    }

    ours = {
        each.name: (each.type, each.length, each.read_only, each.is_code)
        for each in entities.STANDARD_SETS[name].shown
    }

    assert ours == wanted | ({"id": ours["id"]} if told["key"] == "id" else {})
    assert list(ours) == list(wanted)


@pytest.mark.shared
@pytest.mark.parametrize("name", OWN_SETS)
def test_what_the_page_computes_cannot_be_filtered(contract, name):
    told = {each["name"] for each in contract[0][name]["fields"] if each.get("boundToVariable")}

    assert {each.name for each in entities.STANDARD_SETS[name].shown if each.computed} == told


@pytest.mark.shared
@pytest.mark.parametrize("name", OWN_SETS)
def test_rights_names_and_actions_agree_with_the_contract(contract, name):
    told, ours = contract[0][name], entities.STANDARD_SETS[name]

    rights = {"insert": ours.may_insert, "modify": ours.may_modify, "delete": ours.may_delete}

    assert {"read": True, **rights} == told["operations"]
    assert ours.entity == told["entity"]
    assert list(ours.actions) == [each["name"] for each in told["actions"]]
    assert {each.name for each in ours.navigations} <= {each["name"] for each in told["navigation"]}


@pytest.mark.shared
def test_every_enum_agrees_with_the_contract(contract):
    enums = {
        each.enum.name: each.enum
        for spec in entities.STANDARD
        for each in spec.shown
        if each.enum is not None
    }

    for name, ours in enums.items():
        assert list(ours.members) == [each["name"] for each in contract[1]["enums"][name]["members"]]


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(PLATFORM_SETS))
def test_what_the_platform_serves_agrees_with_the_contract(contract, name):
    told = {each["name"]: (each["type"], each.get("maxLength")) for each in contract[0][name]["fields"]}

    ours = {each.name: (each.type, each.length) for each in entities.STANDARD_SETS[name].shown}

    assert ours == told


def test_metadata_describes_exactly_what_is_served(bc: Client):
    document = ET.fromstring(bc.call("GET", f"{bc.route}/$metadata").content)

    types = {each.get("Name"): each for each in document.iter(f"{EDM}EntityType")}
    sets = {each.get("Name"): each.get("EntityType") for each in document.iter(f"{EDM}EntitySet")}
    served = {row["name"] for row in bc.get(bc.route)["value"]}

    assert set(sets) == served
    for name in served - PLATFORM_SETS:
        properties = {
            each.get("Name")
            for each in types[sets[name].rpartition(".")[2]].iter(f"{EDM}Property")
            if each.get("Type") != "Edm.Stream"
        }
        for row in bc.rows(name, params={"$top": "1", **_line_filter(name)}):
            assert {key for key in row if "@odata." not in key} == properties


def test_metadata_carries_lengths_navigation_enums_and_actions(bc: Client):
    text = bc.call("GET", f"{bc.route}/$metadata").text

    assert '<Property Name="number" Type="Edm.String" MaxLength="20"/>' in text
    assert '<Member Name="Non_x002D_Inventory" Value="2"/>' in text
    assert '<Action Name="receiveAndInvoice" IsBound="true">' in text
    assert 'Type="Collection(Microsoft.NAV.purchaseOrderLine)"' in text


def _line_filter(name: str) -> dict[str, str]:
    spec = entities.STANDARD_SETS[name]
    nobody = "00000000-0000-0000-0000-000000000001"
    return {} if spec.reads_flat or not spec.parent else {"$filter": f"{spec.parent[1]} eq {nobody}"}

"""What production installs: pinned, hashed, known by licence, and listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.local import sbom
from config.local.licences import is_allowed

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("base", "production", "demo", "dev")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    pinned = sbom.pinned((ROOT / "requirements" / f"{name}.txt").read_text())

    assert len(pinned) > 40
    assert [package for package, _version, files in pinned if not files] == []


def test_the_bill_of_materials_lists_all_of_production() -> None:
    lock = sbom.LOCKED.read_text()

    told = sbom.bill(lock)

    names = {each["name"] for each in told["components"]}
    assert names == {name.lower() for name in re.findall(r"^([\w.-]+)(?:\[.+\])?==", lock, re.M)}
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    licences = [each["licenses"][0]["license"]["name"] for each in told["components"] if "licenses" in each]
    assert [each for each in licences if not is_allowed(each)] == []

"""What BC and a CAFM call their fields stands in mappings, in the client and in the sandbox, nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from integration.mapping import paths
from integration.mapping.shipped import intake
from integration.sandbox.entities import ANALYTICS_SETS, APP_SETS, STANDARD_SETS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "integration", "reconciliation", "masterdata")
# Who knows the names, and why.
KNOWING = {
    "integration/bc/": "the client: it speaks with Business Central",
    "integration/sandbox/": "it stands in for Business Central",
    "integration/demo/": "it fills the sandbox, and speaks to it as a tenant's own people would",
    "integration/mapping/shipped/": "the default mappings are data",
}
SETS = [*STANDARD_SETS.values(), *ANALYTICS_SETS.values(), *APP_SETS.values()]
OF_SETS = {each.name for each in SETS} | {each.entity for each in SETS}
# A name of one plain word, such as `number`, is ours as much as theirs and cannot be told apart.
OF_BC = {
    name for each in SETS for name in each.by_name if re.search(r"[a-z][A-Z]", name) and name not in OF_SETS
}
PLAIN_WORDS = {"Name", "Text"}  # so our own texts begin, too
WORD = re.compile(r"@?[A-Za-z_][A-Za-z0-9_.]*")


def _of_cafms() -> set[str]:
    found = {
        step.removesuffix("[]")
        for profile in intake.PROFILES
        for _, _, rows in profile.mappings
        for row in rows
        for path in paths.names(row[0])
        for step in path.split(".")
    }
    return {name for name in found if re.search(r"[a-z][A-Z]|^[A-Z]", name)} - PLAIN_WORDS


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Give each text of a file that the program uses; docstrings are for people."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg


def _files() -> Iterator[tuple[str, Path]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "migrations" not in path.parts and not name.startswith(tuple(KNOWING)):
                yield name, path


def _uses(names: set[str]) -> list[str]:
    return [
        f"{name}:{line} {word}"
        for name, path in _files()
        for line, text in _texts(path)
        for word in WORD.findall(text)
        if word in names
    ]


def test_the_names_are_known() -> None:
    assert {"vendorNumber", "directUnitCost", "lastModifiedDateTime"} <= OF_BC
    assert {"partQuantities", "Bestellnummer"} <= _of_cafms()


def test_no_field_name_of_business_central_stands_outside_mappings_client_and_sandbox() -> None:
    assert _uses(OF_BC | {"@odata.etag"}) == []


def test_no_field_name_of_a_cafm_stands_outside_its_mappings() -> None:
    names = _of_cafms()

    found = [
        f"{name}:{line} {text}" for name, path in _files() for line, text in _texts(path) if text in names
    ]

    assert found == []

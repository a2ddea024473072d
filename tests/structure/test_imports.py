"""Imports run one way: config → integration → reconciliation → masterdata; read file by file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The left may import the right, never the other way.
APPS = ("config", "integration", "reconciliation", "masterdata")

# Standard library and each other, so that they can be read, tested and replayed without anything running.
PURE = {
    "reconciliation.matching",
    "reconciliation.totals",
    "integration.mapping.transforms",
    "integration.bc.odata",
    "integration.bc.names",
    "integration.bc.reading",
    "integration.bc.exact_json",
    "integration.backoff",
    "integration.errors",
}
# Text to values and back is as pure as json of the standard library; so is how alike two texts are.
PURE_PACKAGES = {"msgspec", "orjson", "rapidfuzz"}
SANDBOX = "integration.sandbox"


def modules() -> Iterator[tuple[str, Path]]:
    """Give the name and place of every module of the four apps."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


MODULES = list(modules())
NAMES = {name for name, _path in MODULES}


def imported(name: str, path: Path) -> set[str]:
    """Name what a file imports, at the top and inside functions, as modules in full."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, path, node)
            found |= {_module(base, alias.name) for alias in node.names}
    return found


def _absolute(name: str, path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    package = parts[: len(parts) - node.level + 1]
    return ".".join([*package, *(node.module.split(".") if node.module else [])])


def _module(base: str, member: str) -> str:
    return f"{base}.{member}" if f"{base}.{member}" in NAMES else base


def _in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names | PURE_PACKAGES


def _selected(package: str) -> list[tuple[str, Path]]:
    return [(name, path) for name, path in MODULES if _in(name, package)]


def _ids(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("name", "path"), MODULES, ids=_ids)
def test_imports_run_one_way(name: str, path: Path) -> None:
    app = name.partition(".")[0]
    forbidden = (*APPS[: APPS.index(app)], "tests")

    wrong = {other for other in imported(name, path) if other.partition(".")[0] in forbidden}

    assert wrong == set(), f"{name} may not import these; {' → '.join(APPS)} is the order"


@pytest.mark.parametrize(
    ("name", "path"), [each for package in sorted(PURE) for each in _selected(package)], ids=_ids
)
def test_pure_modules_import_the_standard_library_and_each_other(name: str, path: Path) -> None:
    wrong = {
        other
        for other in imported(name, path)
        if not _is_standard(other) and not any(_in(other, package) for package in PURE)
    }

    assert wrong == set(), f"{name} is pure: what it needs comes in as an argument"


@pytest.mark.parametrize(("name", "path"), _selected(SANDBOX), ids=_ids)
def test_the_sandbox_imports_nothing_of_ours(name: str, path: Path) -> None:
    wrong = {
        other
        for other in imported(name, path)
        if other.partition(".")[0] in (*APPS, "tests", "django") and not _in(other, SANDBOX)
    }

    assert wrong == set(), f"{name} stands for Business Central; sharing code with us would hide our errors"


@pytest.mark.parametrize("package", sorted(PURE))
def test_the_names_of_pure_modules_are_those_of_files(package: str) -> None:
    assert package in NAMES


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import reconciliation.cases", {"reconciliation.cases"}),
        ("from reconciliation import cases", {"reconciliation.cases"}),
        ("from reconciliation.cases import release", {"reconciliation.cases"}),
        ("from . import wire", {"reconciliation.matching.wire"}),
        ("from ..models import case", {"reconciliation.models.case"}),
        ("def late():\n    import django", {"django"}),
    ],
)
def test_imports_are_found_in_every_spelling(source: str, expected: set[str], tmp_path: Path) -> None:
    file = tmp_path / "engine.py"
    file.write_text(source)

    assert imported("reconciliation.matching.engine", file) == expected

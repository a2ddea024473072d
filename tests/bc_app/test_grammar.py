"""Every AL file is read by the grammar that tree-sitter has for AL; the compiler is not at hand here."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tree_sitter import Language, Node, Parser

from config.local import al_grammar
from tests.bc_app import al


@pytest.fixture(scope="session")
def parser() -> Parser:
    """The grammar, which `make test` brings along; without it the tests are skipped."""
    if importlib.util.find_spec("tree_sitter_al") is None:
        if (folder := al_grammar.fetched()) is None:
            pytest.skip("the grammar of AL is not here: python -m config.local.al_grammar fetches it")
        sys.path.append(str(folder))
    import tree_sitter_al

    return Parser(Language(tree_sitter_al.language()))


def mistakes(root: Node) -> list[str]:
    return [
        f"line {node.start_point.row + 1}: {node.type} {(node.text or b'').decode()[:60]!r}"
        for node in nodes(root)
        if node.is_error or node.is_missing
    ]


def nodes(root: Node) -> Iterator[Node]:
    yield root
    for child in root.children:
        yield from nodes(child)


@pytest.mark.parametrize("path", al.files(), ids=lambda path: path.name)
def test_the_grammar_reads_every_file(parser: Parser, path: Path) -> None:
    tree = parser.parse(path.read_bytes())

    assert mistakes(tree.root_node) == []
    assert not tree.root_node.has_error


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Caption = 'Bridge Setup';", "Caption = 'Bridge Setup'"),
        ("if not Get() then", "if not Get() than"),
        ("Code[20]", "Code[20"),
        ("    end;\n}", "}"),
    ],
)
def test_the_grammar_notices_a_slip(parser: Parser, right: str, wrong: str) -> None:
    source = (al.APP / "src" / "setup" / "BridgeSetup.Table.al").read_text()
    assert right in source

    tree = parser.parse(source.replace(right, wrong).encode())

    assert tree.root_node.has_error


@pytest.mark.parametrize("path", al.files(), ids=lambda path: path.name)
def test_our_reader_finds_what_the_grammar_finds(parser: Parser, path: Path) -> None:
    """The other tests trust our reader; here it is held to the grammar."""
    found = al.read(path)
    tree = list(nodes(parser.parse(path.read_bytes()).root_node))

    def count(*types: str) -> int:
        return sum(node.is_named and node.type in types for node in tree)

    fields = sum(1 for _ in found.all("field")) if found.kind != "enum" else 0
    assert fields == count("field_declaration", "page_field")
    assert len(found.routines) == count("procedure", "trigger_declaration")
    assert len(found.usings) == count("using_statement")

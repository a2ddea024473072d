"""A small reader of AL: objects, their properties and blocks, and the words of their code.

It knows the outer form of the language and no meaning: what it does not know stays a list of words.
`test_grammar.py` reads the same files with the grammar of tree-sitter and checks what this reader found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "integration" / "bc_app"
KINDS = {
    "codeunit": "Codeunit",
    "enum": "Enum",
    "page": "Page",
    "pageextension": "PageExt",
    "permissionset": "PermissionSet",
    "query": "Query",
    "table": "Table",
    "tableextension": "TableExt",
}
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<text>'(?:[^'\n]|'')*')
      | (?P<quoted>"[^"\n]*")
      | (?P<number>\d+[A-Z]?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign>::|:=|\+=|\.\.|<>|<=|>=|[^\w\s])""",
    re.VERBOSE | re.DOTALL,
)


class NotALError(ValueError):
    """The text has not the outer form of AL."""


@dataclass
class Block:
    """Something in braces: its words before them, its properties, the blocks and the code within."""

    kind: str
    arguments: list[str]
    properties: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    routines: list[Routine] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)

    def all(self, kind: str) -> Iterator[Block]:
        """Give the blocks of one kind, at any depth."""
        for each in self.blocks:
            if each.kind == kind:
                yield each
            yield from each.all(kind)

    def value(self, name: str, default: str = "") -> str:
        """Give a property without its quotes and without what follows a comma (Locked, MaxLength)."""
        return unquoted(self.properties[name].split(" , ")[0]) if name in self.properties else default

    def routine(self, name: str) -> Routine | None:
        return next((each for each in self.routines if each.name == name), None)


@dataclass
class Routine:
    """A procedure or trigger: its attributes, the words of its head and those of its code."""

    kind: str
    name: str
    attributes: list[list[str]]
    head: list[str]
    code: list[str]


@dataclass
class Object(Block):
    """An AL object with the file that it is in."""

    number: int = 0
    name: str = ""
    extends: str = ""
    path: Path = Path()
    namespace: str = ""
    usings: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def unquoted(word: str) -> str:
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        return word[1:-1].replace("''", "'")
    return word


@cache
def read(path: Path) -> Object:
    """Read one file; it must hold one object."""
    return _Reader(path, tuple(words(path.read_text(encoding="utf-8")))).object()


@cache
def objects() -> tuple[Object, ...]:
    """Give all objects of the app."""
    return tuple(read(path) for path in files())


def files() -> list[Path]:
    return sorted((APP / "src").rglob("*.al"))


def of_kind(*kinds: str) -> list[Object]:
    return [each for each in objects() if each.kind in kinds]


def words(source: str) -> Iterator[str]:
    """Cut the source into words and signs; comments and space are left out."""
    place = 0
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None:
            raise NotALError(f"cannot read {source[place : place + 20]!r}")
        if found.lastgroup != "space":
            yield found.group()
        place = found.end()


class _Reader:
    def __init__(self, path: Path, all_words: tuple[str, ...]) -> None:
        self.path, self.words, self.place = path, all_words, 0

    @property
    def next(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def take(self, *wanted: str) -> str:
        word = self.next
        if not word or (wanted and word not in wanted):
            raise NotALError(f"{self.path.name}: {word!r} where {' or '.join(wanted) or 'more'} was expected")
        self.place += 1
        return word

    def until(self, *ends: str) -> list[str]:
        """Take what comes up to one of these signs, outside of brackets; the sign is taken, too."""
        taken, depth = [], 0
        while depth or self.next not in ends:
            word = self.take()
            depth += (word in "([{") - (word in ")]}")
            taken.append(word)
        self.take()
        return taken

    def object(self) -> Object:
        namespace, usings = "", []
        while self.next in ("namespace", "using"):
            word, name = self.take(), "".join(self.until(";"))
            if word == "namespace":
                namespace = name
            else:
                usings.append(name)
        kind, number, name = self.take(*KINDS), int(self.take()), unquoted(self.take())
        extends = unquoted(self.take()) if self.next == "extends" and self.take() else ""
        found = Object(
            kind,
            [],
            number=number,
            name=name,
            extends=extends,
            path=self.path,
            namespace=namespace,
            usings=tuple(usings),
            words=self.words,
        )
        self.body(found)
        if self.next:
            raise NotALError(f"{self.path.name}: {self.next!r} after the object")
        return found

    def body(self, block: Block) -> None:
        self.take("{")
        attributes: list[list[str]] = []
        while self.next != "}":
            word = self.take()
            if word == "[":
                attributes.append(self.until("]"))
            elif word in ("local", "internal", "protected"):
                continue
            elif word in ("procedure", "trigger"):
                block.routines.append(self.routine(word, attributes))
                attributes = []
            elif word == "var":
                block.variables += self.declarations()
            elif self.next == "=":
                self.take()
                block.properties[word] = " ".join(self.until(";"))
            elif self.next in ("(", "{"):
                block.blocks.append(self.block(word))
            else:
                raise NotALError(f"{self.path.name}: {word!r} begins nothing known")
        self.take("}")

    def block(self, kind: str) -> Block:
        arguments = []
        if self.next == "(":
            self.take()
            arguments = " ".join(self.until(")")).split(" ; ")
        block = Block(kind, [argument.replace(" . ", ".") for argument in arguments])
        self.body(block)
        return block

    def routine(self, kind: str, attributes: list[list[str]]) -> Routine:
        name, head = self.take(), []
        while self.next != "begin":
            head.append(self.take())
        code, depth = [], 0
        while True:
            word = self.take()
            depth += (word in ("begin", "case")) - (word == "end")
            code.append(word)
            if not depth:
                break
        self.take(";")
        return Routine(kind, name, attributes, head, code)

    def declarations(self) -> list[str]:
        taken: list[str] = []
        ends = ("procedure", "trigger", "local", "internal", "protected", "[", "}")
        while self.next not in ends or (taken and taken[-1] != ";"):
            taken.append(self.take())
        return taken

"""What a plural is chosen by stays a number: nothing `with` it may be written under its name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.template.base import Lexer, TokenType

from config.local.messages import ROOT

TAGS = ("blocktranslate", "blocktrans")
OPTIONS = {"with", "count", "context", "asvar", "trimmed"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def named(text: str) -> Iterator[tuple[int, str]]:
    """Give the line of each plural that a word of its own writes over, and the name of both."""
    for token in Lexer(text).tokenize():
        parts = token.split_contents() if token.token_type == TokenType.BLOCK else []
        if parts and parts[0] in TAGS:
            counted, beside = names_after("count", parts), names_after("with", parts)
            yield from ((token.lineno or 0, name) for name in counted & beside)


def names_after(option: str, parts: list[str]) -> set[str]:
    """Give the names that an option of the tag writes: `with a=b c=d`, or `with b as a`."""
    names, within = set(), ""
    for place, part in enumerate(parts):
        if part in OPTIONS:
            within = part
        elif within == option and "=" in part:
            names.add(part.partition("=")[0])
        elif within == option and parts[place - 1] == "as":
            names.add(part)
    return names


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_word_takes_the_name_of_what_is_counted(path) -> None:
    told = [f"line {line}: `{name}` is counted and written" for line, name in named(path.read_text())]

    assert told == []


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("count n=rows with n=rows|intcomma", ["n"]),
        ("with n=rows|intcomma count n=rows trimmed", ["n"]),
        ("with rows|intcomma as n count rows as n", ["n"]),
        ("count n=rows with told=rows|intcomma trimmed", []),
        ("count n=rows context 'with n=rows'", []),
    ],
)
def test_the_guard_sees_either_order(tag, found) -> None:
    text = f"{{% blocktranslate {tag} %}}a{{% plural %}}b{{% endblocktranslate %}}"

    assert [name for _line, name in named(text)] == found

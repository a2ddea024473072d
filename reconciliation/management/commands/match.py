"""Answer match cases: one JSON object, or one per line; a line of answer for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reconciliation.matching import FormError, answer, match, read_case


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file with the cases; - reads standard input")
        parser.add_argument("--json", action="store_true", help="answers are JSON in any case")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for text in _cases(_read(options["file"])):
            told, is_answer = _answer(text)
            failed |= not is_answer
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        if failed:
            sys.exit(1)


def _answer(text: str) -> tuple[dict[str, Any], bool]:
    try:
        return answer(match(read_case(text))), True
    except FormError as error:
        return error.as_json(), False


def _read(name: str) -> str:
    """Read the whole question; a byte that is no UTF-8 becomes a mark, and so an error of its own line."""
    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    try:
        return Path(name).read_bytes().decode("utf-8-sig", "replace")
    except OSError as exc:
        raise CommandError(
            f"{name} cannot be read: {exc.strerror}. Name a file, or - for standard input."
        ) from exc


def _cases(text: str) -> Iterator[str]:
    """Take the text as one object if it is one, else as an object per line."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) <= 1 or _is_one(text):
        yield text
    else:
        yield from lines


def _is_one(text: str) -> bool:
    """Tell a case written over many lines from many cases: only of the latter is a first line complete."""
    first = next(line for line in text.split("\n") if line.strip())
    try:
        json.loads(first)
    except RecursionError:
        return False
    except ValueError:
        return _opens_only(first) or _parses(text)
    return False


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _opens_only(line: str) -> bool:
    """Tell whether a line opens an object and leaves it open, as the first line of a pretty case does."""
    return line.strip() in ("{", "[")

"""The texts of the desk to translate: `make messages` collects them, and compiles what is translated.

Needs the programs xgettext, msgmerge and msgfmt (on Debian: apt-get install gettext). People translate
in locale/<language>/LC_MESSAGES/django.po. The compiled file beside it is kept in the repository: nothing is
compiled where Tieout runs.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("de", "ar")
# What people read on screens is translated; what machines, consoles and logs read is English.
LEFT_OUT = (
    "tests/*", ".*", "examples/*", "masterdata/*", "reconciliation/admin/*", "reconciliation/management/*",
    "reconciliation/matching/*", "reconciliation/totals/*",
    "integration/admin/*", "integration/cafm/*",
    "integration/contract/*", "integration/couriers/*", "integration/delivery/*", "integration/demo/*",
    "integration/escalation/*", "integration/hints/*", "integration/management/*", "integration/mapping/*",
    "integration/opening/*", "integration/rehearsal/*",
    "integration/sandbox/*", "integration/sync/*", "integration/totals/*", "integration/webhooks/*",
)  # fmt: skip


@dataclass
class Entry:
    """A text with its translations: one, or one for each plural of the language."""

    id: str
    plural: str = ""
    context: str = ""
    translations: list[str] = field(default_factory=list)


def main() -> int:
    """Collect and compile; 1 when a program is missing or a catalogue is wrong."""
    missing = [name for name in ("xgettext", "msgmerge", "msgfmt") if shutil.which(name) is None]
    if missing:
        print(f"Not here: {', '.join(missing)}. Install gettext.", file=sys.stderr)
        return 1
    command = [sys.executable, "-W", "ignore", "manage.py", "makemessages", "--no-wrap", "--no-obsolete"]
    command += ["--add-location", "file", "--verbosity", "0"]
    for language in LANGUAGES:
        command += ["--locale", language]
    for pattern in LEFT_OUT:
        command += ["--ignore", pattern]
    servers = {"DATABASE_URL": "postgresql://x@y/z", "REDIS_URL": "redis://x:6379/0"}
    answer = subprocess.run(command, cwd=ROOT, env={**os.environ, "TIEOUT_MODE": "test", **servers})
    for language in LANGUAGES:
        path = _catalogue(language).with_suffix(".po")
        path.write_text(without_guesses(path.read_text(encoding="utf-8")), encoding="utf-8")
    return answer.returncode or max(_compile(language) for language in LANGUAGES)


def without_guesses(catalogue: str) -> str:
    """Empty what msgmerge has guessed from texts that look alike: nobody has translated it."""
    return "\n\n".join(_as_written(block) for block in catalogue.split("\n\n"))


def _as_written(block: str) -> str:
    if "\n#, fuzzy" not in f"\n{block}":
        return block
    kept, in_translation = [], False
    for line in block.replace("#, fuzzy, ", "#, ").split("\n"):
        in_translation = line.startswith("msgstr") or (in_translation and line.startswith('"'))
        if line.startswith("msgstr"):
            kept.append(f'{line.split(" ", 1)[0]} ""')
        elif not in_translation and not line.startswith(("#, fuzzy", "#|")):
            kept.append(line)
    return "\n".join(kept)


def entries(language: str) -> list[Entry]:
    """Read a catalogue as people write it."""
    found: list[Entry] = []
    context, target = "", ""
    for line in _catalogue(language).with_suffix(".po").read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word == "msgctxt":
            context = ast.literal_eval(rest)
        elif word == "msgid":
            found.append(Entry(ast.literal_eval(rest), context=context))
            context, target = "", "id"
        elif word == "msgid_plural":
            found[-1].plural, target = ast.literal_eval(rest), "plural"
        elif word.startswith("msgstr"):
            found[-1].translations.append(ast.literal_eval(rest))
            target = "translation"
        elif line.startswith('"'):
            _continue(found[-1], target, ast.literal_eval(line))
    return [entry for entry in found if entry.id]


def modules() -> Iterator[Path]:
    """Give the modules whose texts are collected."""
    for room in ("config", "integration", "reconciliation"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if not any(path.match(pattern) or name.startswith(pattern.rstrip("*")) for pattern in LEFT_OUT):
                yield path


def _continue(entry: Entry, target: str, text: str) -> None:
    if target == "id":
        entry.id += text
    elif target == "plural":
        entry.plural += text
    else:
        entry.translations[-1] += text


def _catalogue(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django"


def _compile(language: str) -> int:
    name = _catalogue(language)
    command = ["msgfmt", "--check-format", "--output-file", f"{name}.mo", f"{name}.po"]
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())

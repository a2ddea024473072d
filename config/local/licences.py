"""Check that every installed package may be used and passed on: `python -m config.local.licences`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageMetadata, distributions

# Libraries under LGPL and MPL are used unchanged and stay replaceable, which is all they ask.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
    "PostgreSQL",
    "Unlicense",
    "Zlib",
}
# What packages wrote before there were agreed names.
SPELLINGS = {
    "apache": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "lgplv3": "LGPL-3.0-only",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
# Packages whose metadata say nothing; each line names the file in which we read it.
READ_BY_HAND = {"axe-playwright-python": "MIT"}  # axe_playwright_python-*.dist-info/licenses/LICENSE


def main() -> int:
    """Name each package whose licence is not on the list."""
    packages = {_name(package): licence(package) for package in distributions()}
    bad = {name: text for name, text in sorted(packages.items()) if not is_allowed(text)}
    for name, text in bad.items():
        print(f"{name}: {text or 'tells no licence'} is not in the list of config/local/licences.py")
    if not bad:
        print(f"Licences: {len(packages)} packages, all allowed.")
    return 1 if bad else 0


def licence(package: Distribution) -> str:
    """Give a package's licence: the agreed expression, else its classifiers, else its free text."""
    metadata = package.metadata
    if name := READ_BY_HAND.get(_name(package)):
        return name
    if expression := _field(metadata, "License-Expression"):
        return expression
    classifiers = metadata.get_all("Classifier") or []
    ends = [line.rpartition("::")[2].strip() for line in classifiers if line.startswith("License ::")]
    exact = [end for end in ends if end != "OSI Approved"]
    return " OR ".join(exact) or _field(metadata, "License").partition("\n")[0]


def is_allowed(text: str) -> bool:
    """Judge an expression: of choices one must be allowed, of parts all; AND binds closer than OR."""
    plain = text.replace("(", " ").replace(")", " ") if _is_expression(text) else text
    choices = re.split(r"\s+OR\s+", plain.strip())
    return any(all(_known(part) in ALLOWED for part in re.split(r"\s+AND\s+", choice)) for choice in choices)


def _is_expression(text: str) -> bool:
    return bool(re.search(r"\b(AND|OR)\b", text)) and text.strip().lower() not in SPELLINGS


def _known(text: str) -> str:
    return SPELLINGS.get(text.strip().lower(), text.strip())


def _field(metadata: PackageMetadata, name: str) -> str:
    return str((metadata.get_all(name) or [""])[0])


def _name(package: Distribution) -> str:
    return _field(package.metadata, "Name").lower()


if __name__ == "__main__":
    sys.exit(main())

"""Write what production is made of, as a CycloneDX list: `python -m config.local.sbom FILE` (`make sbom`).

It is read off the hashed lock and the installed packages' own metadata; no network is asked.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from config.local.licences import licence
from config.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
LOCKED = ROOT / "requirements" / "production.txt"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]+\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main() -> int:
    """Write the list to a file, or to standard output."""
    text = json.dumps(bill(LOCKED.read_text()), indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text)
    else:
        sys.stdout.write(text)
    return 0


def bill(lock: str) -> dict[str, Any]:
    """Make the list from a lock's text."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "tieout", "version": VERSION}},
        "components": [_component(*each) for each in pinned(lock)],
    }


def pinned(lock: str) -> list[tuple[str, str, list[str]]]:
    """Give each pinned package with its version and the hashes of its files."""
    found: list[tuple[str, str, list[str]]] = []
    for line in lock.splitlines():
        if name := PINNED.match(line):
            found.append((name[1].lower(), name[2], []))
        elif (file := HASH.search(line)) and found:
            found[-1][2].append(file[1])
    return found


def _component(name: str, version: str, files: list[str]) -> dict[str, Any]:
    """Tell of one package. Its hashes are those of its files, of which any may be installed."""
    address = f"pkg:pypi/{name}@{version}"
    told: dict[str, Any] = {"type": "library", "name": name, "version": version, "purl": address}
    told["bom-ref"] = address
    told["externalReferences"] = [
        {
            "type": "distribution",
            "url": address,
            "hashes": [{"alg": "SHA-256", "content": each} for each in files],
        }
    ]
    with contextlib.suppress(PackageNotFoundError):  # of what is installed on other systems only
        told["licenses"] = [{"license": {"name": licence(distribution(name))}}]
    return told


if __name__ == "__main__":
    sys.exit(main())

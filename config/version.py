"""Which Tieout this is; pyproject.toml is the one place that says so."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_PROJECT: dict[str, Any] = tomllib.loads(
    (Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8")
)["project"]

VERSION: str = _PROJECT["version"]

"""`.env.example` lists the variables that the settings read: all of them, and no others."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What `config/env.py` reads before any setting.
ALWAYS = {"TIEOUT_MODE"}


def test_env_example_lists_what_the_settings_read() -> None:
    source = "".join(path.read_text() for path in (ROOT / "config" / "settings").glob("*.py"))
    listed = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)

    read = set(re.findall(r"ENV\.(?!refuse_former)\w+\(\s*\"([A-Z_]+)\"", source)) | ALWAYS

    assert sorted(listed) == sorted(read)

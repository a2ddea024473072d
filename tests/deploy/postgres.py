"""The programs that lie beside the PostgreSQL that runs here."""

from __future__ import annotations

import pytest

from config.local.programs import Search, postgres_programs


def program(name: str) -> str:
    """Find a program beside the server's own, so that their versions fit."""
    for server in postgres_programs(Search(), machine=True, wheels=True):
        beside = server.path.with_name(name)
        if beside.exists():
            return str(beside)
    pytest.skip(f"no {name} beside the PostgreSQL that runs here")

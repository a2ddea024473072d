"""How people are named, by colleagues and in what machines tell."""

from __future__ import annotations

from typing import Any


def called(user: Any) -> str:
    """Name a person as colleagues do; empty where there is nobody."""
    return str(user.get_full_name() or user.get_username()) if user else ""

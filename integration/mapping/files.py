"""A mapping as a file, to take it from one house to another: a test tenant's to the productive one."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User

from integration.models import FieldMapping, MappingVersion

from . import content as contents
from . import drafts, trial, versions
from .content import Content

FORM = 1
LARGEST = 2_000_000
NO_FILE = "This is not a file of a mapping. Use one that was exported on the page of a mapping."


def export(mapping: FieldMapping, version: MappingVersion | None = None) -> str:
    """Write a version, or what is in force, as a file."""
    chosen = version or versions.in_force(mapping)
    if chosen is None:
        raise drafts.NotPossible(f"{mapping} has no version in force.")
    told = {
        "tieout_mapping": FORM,
        "name": mapping.name,
        "source": mapping.source,
        "target": mapping.target,
        "version": chosen.number,
        "content": chosen.content,
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def read_in(mapping: FieldMapping, written: str, *, by: User) -> MappingVersion:
    """Draft what a file says; raises NotPossible where it is none, is for another form, or cannot work."""
    content = _read(mapping, written)
    problems = trial.problems(mapping, content)
    if problems:
        raise drafts.NotPossible("; ".join(f"{each.target}: {each.sentence}" for each in problems[:5]))
    return drafts.draft(mapping, by=by, content=content, origin=MappingVersion.Origin.IMPORTED)


def _read(mapping: FieldMapping, written: str) -> Content:
    try:
        told: Any = json.loads(written, parse_float=str) if len(written) <= LARGEST else None
        if not isinstance(told, dict) or told.get("tieout_mapping") != FORM:
            raise drafts.NotPossible(NO_FILE)
        if (told["source"], told["target"]) != (mapping.source, mapping.target):
            raise drafts.NotPossible(
                f"This file is for {told['source']} → {told['target']}, not for {mapping.source} → "
                f"{mapping.target}."
            )
        return contents.read(told["content"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise drafts.NotPossible(NO_FILE) from error

"""Mend a mapping that Business Central has outrun: one click drafts the fix, another person approves it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User

from integration.bc import FieldType
from integration.mapping import Row, drafts, offered, pulls, versions
from integration.mapping import content as contents
from integration.models import ContractFinding, FieldMapping, MappingVersion, Message

from .shapes import NUMBERS, Shape, shape_of

Kind = ContractFinding.Kind
ANEW = {Shape.TEXT: "text", Shape.DATE: "date", Shape.FLAG: "boolean"} | dict.fromkeys(NUMBERS, "decimal")


def open_findings(mapping: FieldMapping) -> list[ContractFinding]:
    """Give what Business Central changed that this mapping has to follow."""
    return list(ContractFinding.objects.open().filter(mapping=mapping.name).order_by("-pauses", "pk"))


def waiting(mapping: FieldMapping) -> int:
    """Count the documents of this mapping's kind that wait."""
    kind = mapping.source.partition(".")[0]
    return Message.objects.filter(document_kind=kind, state=Message.State.WAITING).count()


def draft_fix(mapping: FieldMapping, finding: ContractFinding, *, by: User) -> MappingVersion:
    """Draft what mends a finding; raises NotPossible where only a person can tell how."""
    draft = mapping.versions.open().first()
    counts = draft or versions.in_force(mapping)
    content = contents.read(counts.content) if counts else contents.Content()
    is_pull = mapping.direction == FieldMapping.Direction.PULL
    row = row_of(mapping, content, finding)
    if row is None:
        does = "reads" if is_pull else "writes"
        raise drafts.NotPossible(f"No row {does} {finding.path}; open a draft and look at it.")
    told = offered.writes(mapping)
    declared = told.fields.get(finding.name) if told else None
    mended = _read_anew(row, finding) if is_pull else _mended(row, finding, declared)
    changed = content.with_row(mended, instead_of=row.target)
    return drafts.draft(mapping, by=by, content=changed, origin=MappingVersion.Origin.DRIFT)


def row_of(mapping: FieldMapping, content: contents.Content, finding: ContractFinding) -> Row | None:
    """Give the row that reads or writes what a finding is about."""
    if mapping.direction == FieldMapping.Direction.PULL:
        return next((row for row in content.rows if row.enabled and finding.name in pulls.reads(row)), None)
    return next((row for row in content.rows if row.target == finding.name), None)


def mended_row(mapping: FieldMapping, content: contents.Content, finding: ContractFinding) -> str:
    """Name the target of the row that a fix changed."""
    name = finding.successor or finding.name
    if mapping.direction != FieldMapping.Direction.PULL:
        return name
    return next((row.target for row in content.rows if name in pulls.reads(row)), "")


def go_on(mapping: FieldMapping, *, is_wanted: bool) -> None:
    """Let records go without what Business Central lacks and no row requires, or wait for it."""
    mapping.goes_on = is_wanted
    mapping.save(update_fields=["goes_on"])


def _read_anew(row: Row, finding: ContractFinding) -> Row:
    """Let a row of a mirror read what the field is called now, or nothing where it is gone."""
    if finding.kind == Kind.MISSING and finding.successor:
        old = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(finding.name)}(?![A-Za-z0-9_])")
        source, condition = (old.sub(finding.successor, path) for path in (row.source, row.condition))
        return replace(row, source=source, condition=condition)
    if finding.kind == Kind.MISSING and not row.required:
        return replace(row, enabled=False, note=f"Business Central has no {finding.name} any more.")
    raise drafts.NotPossible(
        f"{finding.sentence} Only a person can tell how: open a draft and change the row."
    )


def _mended(row: Row, finding: ContractFinding, declared: FieldType | None) -> Row:
    if finding.kind == Kind.MISSING and finding.successor:
        return replace(row, target=finding.successor)
    if finding.kind == Kind.MISSING and not row.required:
        return replace(row, enabled=False, note=f"Business Central has no {row.target} any more.")
    if finding.kind == Kind.SHORTER and declared is not None and declared.max_length:
        parameters: dict[str, Any] = {**row.parameters, "length": declared.max_length}
        return replace(row, transform="text", parameters=parameters)
    if finding.kind == Kind.TYPE and declared is not None and (name := ANEW.get(shape_of(declared.type))):
        return replace(row, transform=name, parameters={})
    raise drafts.NotPossible(
        f"{finding.sentence} Only a person can tell how: open a draft and change the row."
    )

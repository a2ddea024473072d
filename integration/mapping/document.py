"""Every field in writing: source, target, transformation, owner, level, example and version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from integration.contract import features
from integration.models import FieldMapping
from masterdata.models import Company

from . import content as contents
from . import masters, mirrors, sampling, versions
from .apply import Row, Traced

HEADINGS = (
    "Mapping",
    "Way",
    "Source form",
    "Source",
    "Transformation",
    "Target form",
    "Target",
    "Required",
    "Owner",
    "Level",
    "Example in",
    "Example out",
    "Note",
    "Version",
)
OWNERS = {
    FieldMapping.Direction.PUSH: "CAFM, posted in Business Central",
    FieldMapping.Direction.INTAKE: "CAFM",
    FieldMapping.Direction.PULL: "Business Central",
}


@dataclass(frozen=True)
class Entry:
    """One field."""

    mapping: str
    way: str
    source_form: str
    source: str
    transformation: str
    target_form: str
    target: str
    required: str
    owner: str
    level: str
    example_in: str
    example_out: str
    note: str
    version: int

    @property
    def cells(self) -> tuple[str | int, ...]:
        return astuple(self)


def entries(company: Company | None) -> list[Entry]:
    """Write down every enabled row that counts now, with an example from the newest real record."""
    found = FieldMapping.objects.select_related("profile").order_by("direction", "name")
    return [entry for mapping in found for entry in _of(mapping, company)]


def _of(mapping: FieldMapping, company: Company | None) -> Iterator[Entry]:
    version = versions.in_force(mapping)
    if version is None:
        return
    compiled = versions.compile_version(version)
    traced = _traced(mapping, compiled, company)
    is_pull = mapping.direction == FieldMapping.Direction.PULL
    key = features.pull_of(mapping.target)
    feature = features.FEATURES.get(key) if is_pull else features.of_mapping(mapping.source)
    for row in contents.read(version.content).rows:
        if not row.enabled:
            continue
        example = traced.get(row.target)
        yield Entry(
            mapping.name,
            mapping.get_direction_display(),
            mapping.source,
            row.source or "a constant",
            _told(row),
            mapping.target,
            row.target,
            "yes" if row.required else "",
            OWNERS[FieldMapping.Direction(mapping.direction)],
            feature.needs if feature else "–",
            _short(example.found) if example else "",
            _short(example.result) if example else "",
            row.note,
            version.number,
        )


def _traced(mapping: FieldMapping, compiled: versions.Compiled, company: Company | None) -> dict[str, Traced]:
    """Give what each row did with the newest real record, by its target."""
    sample = _example(mapping, company)
    traced: dict[str, Traced] = {}
    if sample is not None and company is not None:
        for each in compiled.engine.trace(sample.record, masters.of(company)):
            traced.setdefault(each.row.target.replace("[0].", "[]."), each)
    return traced


def _example(mapping: FieldMapping, company: Company | None) -> sampling.Sample | None:
    """Give the newest real record; of BC's the one that a pull kept, for here it is not asked."""
    if mapping.direction == FieldMapping.Direction.PULL:
        record = mirrors.example(mapping.target)
        return sampling.Sample("", "", record) if record is not None else None
    if company is None:
        return None
    return next(iter(sampling.samples(mapping, company, 1)), None)


def _told(row: Row) -> str:
    parts = [row.transform, *(f"{name} {_short(value)}" for name, value in row.parameters.items())]
    if row.default:
        parts.append(f"empty becomes {row.default}")
    if row.condition:
        parts.append(f"only when {row.condition}")
    return ", ".join(parts)


def _short(value: object) -> str:
    written = "" if value is None else str(value)
    return written if len(written) <= 120 else f"{written[:119]}…"

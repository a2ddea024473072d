"""Compare what Tieout uses with what Business Central offers; pure, and every difference is a value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from integration.bc import EntitySet, FieldType, Metadata

from . import successors
from .features import Feature
from .shapes import shape_of
from .uses import Part, Use

Route = Mapping[str, EntitySet]


class Kind(StrEnum):
    """What is wrong with a name that Tieout uses."""

    NO_APP = "no_app"
    MISSING = "missing"
    TYPE = "type"
    SHORTER = "shorter"
    NO_CHOICE = "no_choice"


@dataclass(frozen=True)
class Finding:
    """One difference: what it is about, whether its feature has to pause, and what an administrator reads."""

    feature: str
    kind: Kind
    pauses: bool
    sentence: str
    app: bool = False
    entity_set: str = ""
    part: str = ""
    name: str = ""
    mapping: str = ""
    successor: str = ""

    @property
    def key(self) -> tuple[str, str, bool, str, str]:
        """By what the same difference is known again."""
        return self.feature, self.kind.value, self.app, self.entity_set, self.name

    @property
    def path(self) -> str:
        return f"{self.entity_set}.{self.name}" if self.name else self.entity_set


def judge(
    offered: Metadata,
    uses: Sequence[Use],
    features: Mapping[str, Feature],
    *,
    before: Metadata | None = None,
    expects_app: bool = False,
) -> list[Finding]:
    """List what a tenant lacks of what is used, or has in another form, one finding for each name."""
    before = before or Metadata(standard={})
    found: dict[tuple[str, str, bool, str, str], Finding] = {}
    for feature in features.values():
        mine = [use for use in uses if use.feature == feature.key]
        if feature.needs_app and not offered.app:
            if expects_app:
                finding = _no_app(feature)
                found[finding.key] = finding
            continue
        for finding in _of_feature(offered, mine, feature, before):
            known = found.get(finding.key)
            # Where code and a mapping use the same name, the mapping alone cannot mend it.
            if known is None or known.mapping:
                found[finding.key] = finding
    return list(found.values())


def changes(before: Metadata, offered: Metadata, uses: Iterable[Use]) -> list[str]:
    """Tell what changed between two readings in the sets that are used, in an administrator's words."""
    told = []
    if before.level != offered.level:
        told.append(f"The level was {before.level.label} and is {offered.level.label}.")
    for app, name in sorted({(use.app, use.entity_set) for use in uses}):
        was, now = _route(before, app).get(name), _route(offered, app).get(name)
        if was is None or now is None:
            if was is not now:
                told.append(f"{name} {'came' if was is None else 'is gone'}.")
            continue
        told += _field_changes(name, was, now)
    return told


def names(findings: Iterable[Finding]) -> Collection[str]:
    """Give the names that are gone, as BC's refusals spell them."""
    return {each.name or each.entity_set for each in findings if each.kind is Kind.MISSING}


def _field_changes(name: str, was: EntitySet, now: EntitySet) -> Iterator[str]:
    if gone := sorted(was.fields.keys() - now.fields.keys()):
        yield f"{name} lost {', '.join(gone)}."
    if new := sorted(now.fields.keys() - was.fields.keys()):
        yield f"{name} has new: {', '.join(new)}."
    for field in sorted(was.fields.keys() & now.fields.keys()):
        old, new_one = was.fields[field], now.fields[field]
        if old.type != new_one.type:
            yield f"{name}.{field} was {old.type} and is {new_one.type}."
        elif old.max_length != new_one.max_length:
            yield f"{name}.{field} held {old.max_length} characters and holds {new_one.max_length}."


def _of_feature(
    offered: Metadata, uses: Sequence[Use], feature: Feature, before: Metadata
) -> Iterator[Finding]:
    for use in uses:
        route, earlier = _route(offered, use.app), _route(before, use.app)
        there = route.get(use.entity_set)
        if there is None:
            if use.part is Part.SET:
                yield _no_set(use, uses, feature, route, earlier)
        elif use.part is Part.FIELD:
            yield from _of_field(use, uses, feature, there, earlier.get(use.entity_set))
        elif use.part is not Part.SET and not _has(use, there, route):
            yield _no_name(use, feature, there, earlier.get(use.entity_set))


def _of_field(
    use: Use, uses: Sequence[Use], feature: Feature, there: EntitySet, earlier: EntitySet | None
) -> Iterator[Finding]:
    field = there.fields.get(use.name)
    if field is None:
        used = {each.name for each in uses if each.entity_set == use.entity_set}
        was = earlier.fields if earlier else {}
        successor = successors.of_field(use.name, takes=use.takes, there=there.fields, before=was, used=used)
        missing = _missing(use, feature, successor, was=use.name in was)
        yield _left_out(missing, use) if use.is_left_out else missing
    elif use.takes and (shape := shape_of(field.type)) not in use.takes:
        wanted = " or ".join(sorted(use.takes))
        sentence = (
            f"{_subject(use)} is {shape} in Business Central now; Tieout {_verb(use)} {wanted}. "
            f"{_until(feature)} it is again{', or the mapping is changed' if use.mapping else ''}."
        )
        yield _finding(use, Kind.TYPE, sentence, pauses=True)
    else:
        yield from _too_small(use, field)


def _too_small(use: Use, field: FieldType) -> Iterator[Finding]:
    """Find what goes wrong with some values only; nothing is paused for it."""
    if use.longest and field.max_length and use.longest > field.max_length:
        sentence = (
            f"{_subject(use)} holds {field.max_length} characters, and the mapping {use.mapping} lets "
            f"{use.longest} through. Set its length to {field.max_length}, or longer texts are refused."
        )
        yield _finding(use, Kind.SHORTER, sentence, pauses=False)
    lacking = [each for each in use.members if field.members and each not in field.members]
    if lacking:
        sentence = (
            f"{_subject(use)} has no choice {', '.join(lacking)}, which the mapping {use.mapping} may send. "
            f"It takes {', '.join(field.members)}. Correct the mapping, or such records are refused."
        )
        yield _finding(use, Kind.NO_CHOICE, sentence, pauses=False)


def _left_out(missing: Finding, use: Use) -> Finding:
    """Say that documents go without a field, as it was chosen for its mapping."""
    perhaps = f" Perhaps it is called {missing.successor} now." if missing.successor else ""
    sentence = (
        f"Business Central has no {_subject(use)}. The mapping {use.mapping} goes on without it, as was "
        f"chosen there.{perhaps}"
    )
    return replace(missing, pauses=False, sentence=sentence)


def _no_app(feature: Feature) -> Finding:
    sentence = (
        f"The Tieout app does not answer at the address set in BC_APP_URL. {_until(feature)} it does. "
        "Install or publish it in Business Central, or correct the address."
    )
    return Finding(feature.key, Kind.NO_APP, pauses=True, sentence=sentence, app=True)


def _no_set(use: Use, uses: Sequence[Use], feature: Feature, route: Route, earlier: Route) -> Finding:
    needed = {each.name for each in uses if each.entity_set == use.entity_set and each.part is Part.FIELD}
    successor = successors.of_set(
        use.entity_set,
        needed=needed,
        there=route,
        before=earlier,
        used={each.entity_set for each in uses},
    )
    return _missing(use, feature, successor, was=use.entity_set in earlier)


def _no_name(use: Use, feature: Feature, there: EntitySet, earlier: EntitySet | None) -> Finding:
    names, was = (
        (there.actions, earlier.actions if earlier else ())
        if use.part is Part.ACTION
        else (there.navigations, earlier.navigations if earlier else ())
    )
    return _missing(use, feature, successors.of_name(use.name, names, was), was=use.name in was)


def _missing(use: Use, feature: Feature, successor: str, *, was: bool) -> Finding:
    lacks = "no longer has" if was else "does not have"
    sentence = f"Business Central {lacks} {_subject(use)}"
    sentence += f", which the mapping {use.mapping} {_verb(use)}. " if use.mapping else ". "
    sentence += f"{_until(feature)} it is there"
    sentence += ", or the mapping is changed. " if use.mapping else " or Tieout is updated. "
    sentence += f"Perhaps it is called {successor} now." if successor else ""
    return _finding(use, Kind.MISSING, sentence.strip(), pauses=True, successor=successor)


def _finding(use: Use, kind: Kind, sentence: str, *, pauses: bool, successor: str = "") -> Finding:
    return Finding(
        use.feature,
        kind,
        pauses,
        sentence,
        app=use.app,
        entity_set=use.entity_set,
        part=use.part.value,
        name=use.name,
        mapping=use.mapping,
        successor=successor,
    )


def _has(use: Use, there: EntitySet, route: Route) -> bool:
    if use.part is Part.NAVIGATION:
        return use.name in there.navigations
    # A route that tells of no action at all says nothing about this one. Their case does not matter to BC.
    tells = any(each.actions for each in route.values())
    return not tells or use.name.lower() in {action.lower() for action in there.actions}


def _route(metadata: Metadata, app: bool) -> Route:
    return metadata.app if app else metadata.standard


def _subject(use: Use) -> str:
    path = f"{use.entity_set}.{use.name}" if use.name else use.entity_set
    return f"the {use.part.value} {path}" if use.part is not Part.FIELD else path


def _verb(use: Use) -> str:
    return "writes" if use.mapping and not use.is_read else "reads"


def _until(feature: Feature) -> str:
    return f"{feature.title} is paused until"

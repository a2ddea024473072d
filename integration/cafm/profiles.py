"""Events with field names of a CAFM: their source chooses a profile, whose mapping makes them ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration.mapping import compiled, masters, versions
from integration.mapping.apply import Mapped
from integration.models import FieldMapping, MappingVersion, SourceProfile
from masterdata.models import Company

from .problems import FieldError, Invalid
from .wire import plain


@dataclass(frozen=True)
class Translated:
    """An event's data in our form, and the version of the mapping that made it."""

    type: str
    data: Mapping[str, Any]
    version: MappingVersion


def translate(source: str, event_type: str, data: Any, company: Company | None) -> Translated | None:
    """Map an event's data; None where its source has no profile or its profile lets this type be ours.

    Raises Invalid where the mapping cannot make our form of it.
    """
    profile = SourceProfile.objects.filter(sources__contains=[source]).first()
    if profile is None:
        return None
    mapping = FieldMapping.objects.filter(profile=profile, source=event_type).first()
    version = versions.in_force(mapping) if mapping else None
    if mapping is None or version is None:
        return None
    mapped = _mapped(mapping, data, company)
    if mapped.problems:
        raise Invalid(
            f"The mapping '{mapping}' (version {version.number}) of the profile {profile} cannot make a "
            f"{mapping.target} of this event. Correct what is named, or the mapping, then send again.",
            [
                _error(each.target, f"From {each.source or 'a constant'}: {each.reason}.")
                for each in mapped.problems
            ],
        )
    return Translated(mapping.target, plain(mapped.values), version)


def _mapped(mapping: FieldMapping, data: Any, company: Company | None) -> Mapped:
    at_hand = masters.of(company) if company else None
    return compiled(mapping.name).map(data if isinstance(data, dict) else {}, at_hand)


def _error(target: str, sentence: str) -> FieldError:
    pointer = target.replace("[", "/").replace("].", "/").replace("]", "").replace(".", "/")
    return FieldError(f"/data/{pointer}", sentence)

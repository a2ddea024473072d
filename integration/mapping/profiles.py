"""Source profiles: which event sources speak which CAFM's field names, and which fields come unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from integration.models import FieldMapping, SourceProfile
from masterdata.models import Company

from . import seen
from .drafts import NotPossible
from .seen import Seen

LONGEST = 200
MOST = 20


@dataclass(frozen=True)
class Told:
    """A profile, and what each of its mappings sees of it."""

    profile: SourceProfile
    mappings: Sequence[tuple[FieldMapping, Seen | None]]

    @property
    def lines(self) -> str:
        """Its sources, one a line, as they are written on the screen."""
        return "\n".join(self.profile.sources)


def told(company: Company | None) -> list[Told]:
    """Tell of every profile."""
    found = SourceProfile.objects.prefetch_related("mappings").order_by("name")
    return [_told(profile, company) for profile in found]


@transaction.atomic
def set_sources(profile: SourceProfile, written: str) -> SourceProfile:
    """Keep which sources a profile is for, one a line; raises NotPossible."""
    sources = list(dict.fromkeys(line.strip() for line in written.splitlines() if line.strip()))
    if len(sources) > MOST or any(len(source) > LONGEST or "\0" in source for source in sources):
        raise NotPossible(f"Write up to {MOST} sources, each at most {LONGEST} characters long.")
    others = SourceProfile.objects.select_for_update().exclude(pk=profile.pk)
    for other in others.filter(sources__overlap=sources) if sources else ():
        shared = next(source for source in sources if source in other.sources)
        raise NotPossible(f"The source {shared} is {other}'s already. Take it away there first.")
    profile.sources = sources
    profile.save()
    return profile


def _told(profile: SourceProfile, company: Company | None) -> Told:
    mappings = sorted(profile.mappings.all(), key=lambda each: each.source)
    listed = [(each, seen.of_profile(each, company) if company else None) for each in mappings]
    return Told(profile, listed)

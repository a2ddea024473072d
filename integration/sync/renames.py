"""A record that BC renames: the lists that quote it by its number or code are read in full once more.

BC need not stamp a record anew because a list it quotes was renamed, so no delta would bring it.
"""

from __future__ import annotations

from django.db.models import Max

from masterdata.models import Change, Company

from . import runs
from .entities import ENTITIES, Entity

QUOTED_BY = {
    name: tuple((each.name, link.key) for each in ENTITIES.values() for link in each.links if link.to == name)
    for name in ENTITIES
}


def mark(entity: Entity) -> int | None:
    """Remember where the book of changes ends before a write; None for a list that no other quotes."""
    if not QUOTED_BY[entity.name]:
        return None
    return Change.objects.aggregate(last=Max("pk"))["last"] or 0


def spread(company: Company, entity: Entity, since: int | None) -> None:
    """Want the quoting lists in full, if a record was renamed since the mark; in the write's transaction."""
    if since is None:
        return
    changes = Change.objects.filter(pk__gt=since, table=entity.model._meta.db_table, action="update")
    keys = {key for _quoting, key in QUOTED_BY[entity.name]}
    renamed = {key for key in keys if changes.filter(old__has_key=key).exists()}
    for quoting, key in QUOTED_BY[entity.name]:
        if key in renamed:
            runs.want_full(company, quoting)

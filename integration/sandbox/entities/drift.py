"""What a release to come may do to the fields of a set: take them away, rename, shorten or retype them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from integration.sandbox.entities.declare import EntitySet, Field, hidden


@dataclass(frozen=True)
class Drift:
    """Changes by field, each named as in "vendors.displayName". The rows keep what they hold."""

    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    shortened: tuple[tuple[str, int], ...] = ()
    as_text: tuple[str, ...] = ()

    def apply(self, spec: EntitySet) -> EntitySet:
        """The set as it is shown after these changes."""
        fields = tuple(changed for each in spec.fields for changed in self._changed(spec.name, each))
        if fields == spec.fields:
            return spec
        return replace(spec, fields=fields, edition=f"{spec.edition} {self}")

    def _changed(self, entity_set: str, each: Field) -> Iterator[Field]:
        name = f"{entity_set}.{each.name}"
        each = replace(each, length=dict(self.shortened).get(name, each.length))
        if name in self.as_text:
            each = replace(each, is_as_text=True)
        if name in self.removed:
            yield hidden(each)
        elif name in dict(self.renamed):
            yield hidden(each)  # rules and navigation go on by the old name
            yield replace(each, name=dict(self.renamed)[name], was=each.name)
        else:
            yield each


NONE = Drift()

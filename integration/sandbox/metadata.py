"""The `$metadata` document of a route: the sets, properties, enums and actions that it really serves."""

from xml.sax.saxutils import quoteattr

from integration.sandbox.entities.declare import EntitySet, Enum, Field, Navigation

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_NAMESPACE = "Microsoft.NAV"


def document(sets: dict[str, EntitySet]) -> bytes:
    """The EDMX of these sets."""
    served = list(sets.values())
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<edmx:Edmx Version="4.0" xmlns:edmx="{_EDMX}"><edmx:DataServices>',
        f'<Schema Namespace="{_NAMESPACE}" xmlns="{_EDM}">',
        *(_entity_type(each, sets) for each in served),
        *(_enum_type(each) for each in _enums(served)),
        *(_action(each, name) for each in served for name in each.actions),
        '<EntityContainer Name="NAV">',
        *(_entity_set(each, sets) for each in served),
        "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>",
    ]
    return "".join(parts).encode()


def _entity_type(spec: EntitySet, sets: dict[str, EntitySet]) -> str:
    properties = "".join(_property(each) for each in spec.shown)
    navigations = "".join(_navigation(each, sets) for each in spec.navigations if each.target in sets)
    name = "id" if "id" in spec.by_name else spec.key[0] if spec.key[0] in spec.by_name else ""
    key = f'<Key><PropertyRef Name="{name}"/></Key>' if name else ""
    return f"<EntityType Name={quoteattr(spec.entity)}>{key}{properties}{navigations}</EntityType>"


def _property(each: Field) -> str:
    length = f' MaxLength="{each.length}"' if each.length else ""
    nullable = ' Nullable="false"' if each.name == "id" else ""
    scale = ' Scale="Variable"' if each.wire_type == "Edm.Decimal" else ""
    return (
        f"<Property Name={quoteattr(each.name)} Type={quoteattr(each.wire_type)}{nullable}{length}{scale}/>"
    )


def _navigation(each: Navigation, sets: dict[str, EntitySet]) -> str:
    entity = f"{_NAMESPACE}.{sets[each.target].entity}"
    kind = f"Collection({entity})" if each.is_many else entity
    contains = ' ContainsTarget="true"' if each.is_many else ""
    return f"<NavigationProperty Name={quoteattr(each.name)} Type={quoteattr(kind)}{contains}/>"


def _enums(specs: list[EntitySet]) -> list[Enum]:
    found = {each.enum.name: each.enum for spec in specs for each in spec.shown if each.enum}
    return [found[name] for name in sorted(found)]


def _enum_type(each: Enum) -> str:
    members = "".join(f'<Member Name="{name}" Value="{value}"/>' for value, name in enumerate(each.members))
    return f"<EnumType Name={quoteattr(each.name)}>{members}</EnumType>"


def _action(spec: EntitySet, name: str) -> str:
    parameter = f'<Parameter Name="bindingParameter" Type="{_NAMESPACE}.{spec.entity}"/>'
    return f'<Action Name={quoteattr(name)} IsBound="true">{parameter}</Action>'


def _entity_set(spec: EntitySet, sets: dict[str, EntitySet]) -> str:
    bindings = "".join(
        f'<NavigationPropertyBinding Path="{each.name}" Target="{each.target}"/>'
        for each in spec.navigations
        if each.target in sets
    )
    entity = f"{_NAMESPACE}.{spec.entity}"
    return f'<EntitySet Name="{spec.name}" EntityType="{entity}">{_rights(spec)}{bindings}</EntitySet>'


def _rights(spec: EntitySet) -> str:
    """Which writes the set takes, in the capability vocabulary."""
    rights = (
        ("InsertRestrictions", "Insertable", spec.may_insert),
        ("UpdateRestrictions", "Updatable", spec.may_modify),
        ("DeleteRestrictions", "Deletable", spec.may_delete),
    )
    return "".join(
        f'<Annotation Term="Org.OData.Capabilities.V1.{term}"><Record>'
        f'<PropertyValue Property="{name}" Bool="{str(value).lower()}"/></Record></Annotation>'
        for term, name, value in rights
    )

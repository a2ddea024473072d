"""Dimensions of a record: those a document or line carries, and the defaults of a master."""

from integration.sandbox.entities.declare import (
    GUID,
    STRING,
    EntitySet,
    Field,
    code,
    enum,
    guid,
    identity,
    page_variable,
    stamp,
    text,
)
from integration.sandbox.entities.enums import (
    DEFAULT_DIMENSION_PARENT_TYPE,
    DEFAULT_DIMENSION_VALUE_POSTING_TYPE,
    DIMENSION_SET_ENTRY_BUFFER_PARENT_TYPE,
)

DIMENSION_SET_LINES = EntitySet(
    name="dimensionSetLines",
    entity="dimensionSetLine",
    caption="Dimension Set Entry Buffer",
    fields=(
        Field("id", GUID, column="dimensionId"),
        code("code", 20),
        code("consolidationCode", 20, ro=True),
        guid("parentId", ro=True),
        enum("parentType", DIMENSION_SET_ENTRY_BUFFER_PARENT_TYPE, ro=True),
        text("displayName", 30, ro=True),
        page_variable(guid("valueId")),
        Field("valueCode", STRING, 20, is_code=True, computed=True),
        code("valueConsolidationCode", 20, ro=True),
        text("valueDisplayName", 50, ro=True),
        Field("rowId", GUID, hidden=True, read_only=True, column="id"),
    ),
    key=(
        "parentId",
        "dimensionId",
    ),
    indexes=(
        "parentId",
        "dimensionId",
    ),
    parent=("", "parentId"),
    reads_flat=False,
    own_key="dimensionId",
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

DEFAULT_DIMENSIONS = EntitySet(
    name="defaultDimensions",
    entity="defaultDimension",
    caption="Default Dimension",
    fields=(
        identity(),
        enum("parentType", DEFAULT_DIMENSION_PARENT_TYPE),
        guid("parentId"),
        guid("dimensionId"),
        code("dimensionCode", 20, ro=True),
        guid("dimensionValueId"),
        code("dimensionValueCode", 20, ro=True),
        enum("postingValidation", DEFAULT_DIMENSION_VALUE_POSTING_TYPE),
        stamp(),
    ),
    key=(
        "parentId",
        "dimensionId",
    ),
    indexes=("parentId",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

SETS = (
    DIMENSION_SET_LINES,
    DEFAULT_DIMENSIONS,
)

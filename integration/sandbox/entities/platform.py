"""What the platform itself serves: the companies."""

from integration.sandbox.entities.declare import EntitySet, Field, guid, identity, stamp, text

COMPANIES = EntitySet(
    name="companies",
    entity="company",
    caption="Company",
    fields=(
        identity(),
        text("systemVersion", ro=True),
        Field("timestamp", "Edm.Int64", read_only=True),
        text("name", 30, ro=True),
        text("displayName", 250, ro=True),
        text("businessProfileId", 250, ro=True),
        stamp("systemCreatedAt"),
        guid("systemCreatedBy", ro=True),
        stamp("systemModifiedAt"),
        guid("systemModifiedBy", ro=True),
    ),
    key=("name",),
)

SETS = (COMPANIES,)

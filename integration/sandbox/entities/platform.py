"""What the platform itself serves: the companies."""

from integration.sandbox.entities.declare import EntitySet, Field, guid, hidden, identity, stamp, text

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

SUBSCRIPTIONS = EntitySet(
    name="subscriptions",
    entity="subscription",
    caption="API Webhook Subscription",
    fields=(
        text("subscriptionId", ro=True),
        text("notificationUrl"),
        text("resource"),
        Field("timestamp", "Edm.Int64", read_only=True),
        guid("userId", ro=True),
        stamp(),
        text("clientState", 2048),
        stamp("expirationDateTime"),
        stamp("systemCreatedAt"),
        guid("systemCreatedBy", ro=True),
        stamp("systemModifiedAt"),
        guid("systemModifiedBy", ro=True),
        hidden(guid("rowId", column="id")),
    ),
    key=("subscriptionId",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

SETS = (COMPANIES, SUBSCRIPTIONS)

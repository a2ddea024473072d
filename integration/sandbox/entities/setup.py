"""Small lists that other records point to: categories, posting groups, methods, countries, periods."""

from integration.sandbox.entities.declare import (
    STRING,
    EntitySet,
    Field,
    Link,
    Navigation,
    boolean,
    code,
    date,
    decimal,
    enum,
    guid,
    identity,
    later,
    page_variable,
    stamp,
    stream,
    text,
)
from integration.sandbox.entities.enums import COUNTRY_REGION_ADDRESS_FORMAT, TAX_BUFFER_TYPE

COMPANY_INFORMATION = EntitySet(
    name="companyInformation",
    entity="companyInformation",
    caption="Company Information",
    fields=(
        identity(),
        text("displayName", 100),
        text("addressLine1", 100),
        text("addressLine2", 50),
        text("city", 30),
        text("state", 30),
        code("country", 10),
        code("postalCode", 20),
        text("phoneNumber", 30),
        text("faxNumber", 30),
        text("email", 80),
        text("website", 255),
        text("taxRegistrationNumber", 50, computed=True),
        Field("currencyCode", STRING, 10, is_code=True, read_only=True, computed=True),
        page_variable(date("currentFiscalYearStartDate", ro=True)),
        text("industry", 30),
        stream("picture", ro=True),
        *later("25.0", text("experience", computed=True)),
        stamp(),
    ),
    key=("id",),
    may_modify=True,
)

ITEM_CATEGORIES = EntitySet(
    name="itemCategories",
    entity="itemCategory",
    caption="Item Category",
    fields=(
        identity(),
        code("code", 20),
        text("displayName", 100),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

ITEM_VARIANTS = EntitySet(
    name="itemVariants",
    entity="itemVariant",
    caption="Item Variant",
    fields=(
        identity(),
        guid("itemId"),
        code("itemNumber", 20),
        code("code", 10),
        text("description", 100),
        stamp(),
    ),
    key=(
        "itemId",
        "code",
    ),
    indexes=(
        "itemId",
        "itemNumber",
    ),
    navigations=(Navigation("picture", "pictures", "id", "id", is_many=False, since="29.0"),),
    links=(Link("itemId", "itemNumber", "items", "number", "Item"),),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

INVENTORY_POSTING_GROUPS = EntitySet(
    name="inventoryPostingGroups",
    entity="inventoryPostingGroup",
    caption="Inventory Posting Group",
    fields=(
        identity(),
        code("code", 20, ro=True),
        text("description", 100, ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
)

GENERAL_PRODUCT_POSTING_GROUPS = EntitySet(
    name="generalProductPostingGroups",
    entity="generalProductPostingGroup",
    caption="Gen. Product Posting Group",
    fields=(
        identity(),
        code("code", 20, ro=True),
        text("description", 100, ro=True),
        code("defaultVATProductPostingGroup", 20, ro=True),
        boolean("autoInsertDefault", ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
)

PAYMENT_METHODS = EntitySet(
    name="paymentMethods",
    entity="paymentMethod",
    caption="Payment Method",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 100),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

SHIPMENT_METHODS = EntitySet(
    name="shipmentMethods",
    entity="shipmentMethod",
    caption="Shipment Method",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 100),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

TAX_GROUPS = EntitySet(
    name="taxGroups",
    entity="taxGroup",
    caption="Tax Group Buffer",
    fields=(
        identity(),
        code("code", 20),
        text("displayName", 100),
        enum("taxType", TAX_BUFFER_TYPE, ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

TAX_AREAS = EntitySet(
    name="taxAreas",
    entity="taxArea",
    caption="Tax Area Buffer",
    fields=(
        identity(),
        code("code", 20),
        text("displayName", 100),
        enum("taxType", TAX_BUFFER_TYPE, ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

COUNTRIES_REGIONS = EntitySet(
    name="countriesRegions",
    entity="countryRegion",
    caption="Country/Region",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 50),
        enum("addressFormat", COUNTRY_REGION_ADDRESS_FORMAT),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

SALESPEOPLE_PURCHASERS = EntitySet(
    name="salespeoplePurchasers",
    entity="salespersonPurchaser",
    caption="Salesperson/Purchaser",
    fields=(
        identity(),
        code("code", 20),
        text("displayName", 50),
        text("email", 80),
        text("email2", 80),
        text("phoneNo", 30),
        text("jobTitle", 30),
        decimal("commisionPercent"),
        boolean("privacyBlocked"),
        boolean("blocked"),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    since="26.0",
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

ACCOUNTING_PERIODS = EntitySet(
    name="accountingPeriods",
    entity="accountingPeriod",
    caption="Accounting Period",
    fields=(
        identity(),
        date("startingDate", ro=True),
        text("name", 10, ro=True),
        boolean("newFiscalYear", ro=True),
        boolean("closed", ro=True),
        boolean("dateLocked", ro=True),
        stamp(),
    ),
    key=("startingDate",),
)

FIXED_ASSET_LOCATIONS = EntitySet(
    name="fixedAssetLocations",
    entity="fixedAssetLocation",
    caption="FA Location",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 50),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

SETS = (
    COMPANY_INFORMATION,
    ITEM_CATEGORIES,
    ITEM_VARIANTS,
    INVENTORY_POSTING_GROUPS,
    GENERAL_PRODUCT_POSTING_GROUPS,
    PAYMENT_METHODS,
    SHIPMENT_METHODS,
    TAX_GROUPS,
    TAX_AREAS,
    COUNTRIES_REGIONS,
    SALESPEOPLE_PURCHASERS,
    ACCOUNTING_PERIODS,
    FIXED_ASSET_LOCATIONS,
)

"""General journals, vendor payment journals and what they can be applied to."""

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
    hidden,
    identity,
    integer,
    page_variable,
    stamp,
    text,
)
from integration.sandbox.entities.enums import GEN_JOURNAL_ACCOUNT_TYPE, GEN_JOURNAL_DOCUMENT_TYPE

JOURNALS = EntitySet(
    name="journals",
    entity="journal",
    caption="Gen. Journal Batch",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 100),
        code("templateDisplayName", 10),
        stamp(),
        guid("balancingAccountId"),
        code("balancingAccountNumber", 20, ro=True),
    ),
    key=(
        "templateDisplayName",
        "code",
    ),
    indexes=("code",),
    navigations=(Navigation("journalLines", "journalLines", "id", "journalId"),),
    links=(Link("balancingAccountId", "balancingAccountNumber", "accounts", "number", "Account"),),
    actions=("post",),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

JOURNAL_LINES = EntitySet(
    name="journalLines",
    entity="journalLine",
    caption="Gen. Journal Line",
    fields=(
        identity(),
        guid("journalId"),
        Field("journalDisplayName", STRING, 10, is_code=True, computed=True),
        integer("lineNumber"),
        enum("accountType", GEN_JOURNAL_ACCOUNT_TYPE),
        guid("accountId"),
        code("accountNumber", 20),
        date("postingDate"),
        code("documentNumber", 20),
        code("externalDocumentNumber", 35),
        decimal("amount"),
        text("description", 100),
        text("comment", 250),
        Field("taxCode", STRING, 20, is_code=True, computed=True),
        enum("balanceAccountType", GEN_JOURNAL_ACCOUNT_TYPE),
        guid("balancingAccountId"),
        code("balancingAccountNumber", 20),
        stamp(),
    ),
    key=(
        "journalId",
        "lineNumber",
    ),
    indexes=(
        "journalId",
        "documentNumber",
        "externalDocumentNumber",
    ),
    navigations=(
        Navigation("attachments", "attachments", "id", "parentId"),
        Navigation("dimensionSetLines", "dimensionSetLines", "id", "parentId"),
    ),
    parent=("journals", "journalId"),
    reads_flat=False,
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

VENDOR_PAYMENT_JOURNALS = EntitySet(
    name="vendorPaymentJournals",
    entity="vendorPaymentJournal",
    caption="Gen. Journal Batch",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 100),
        guid("balancingAccountId"),
        code("balancingAccountNumber", 20, ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    navigations=(Navigation("vendorPayments", "vendorPayments", "id", "journalId"),),
    links=(Link("balancingAccountId", "balancingAccountNumber", "accounts", "number", "Account"),),
    required=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

VENDOR_PAYMENTS = EntitySet(
    name="vendorPayments",
    entity="vendorPayment",
    caption="Gen. Journal Line",
    fields=(
        identity(),
        guid("journalId"),
        code("journalDisplayName", 10),
        integer("lineNumber"),
        guid("vendorId"),
        code("vendorNumber", 20),
        date("postingDate"),
        code("documentNumber", 20),
        code("externalDocumentNumber", 35),
        decimal("amount"),
        page_variable(guid("appliesToInvoiceId")),
        Field("appliesToInvoiceNumber", STRING, 20, is_code=True, computed=True),
        text("description", 100),
        text("comment", 250),
        stamp(),
    ),
    key=(
        "journalId",
        "lineNumber",
    ),
    indexes=(
        "journalId",
        "documentNumber",
    ),
    navigations=(
        Navigation("dimensionSetLines", "dimensionSetLines", "id", "parentId"),
        Navigation("applyVendorEntries", "applyVendorEntries", "id", "journalLineId"),
    ),
    links=(
        Link("vendorId", "vendorNumber", "vendors", "number", "Vendor"),
        Link(
            "appliesToInvoiceId", "appliesToInvoiceNumber", "purchaseInvoices", "number", "Purchase Invoice"
        ),
    ),
    parent=("vendorPaymentJournals", "journalId"),
    reads_flat=False,
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

APPLY_VENDOR_ENTRIES = EntitySet(
    name="applyVendorEntries",
    entity="applyVendorEntry",
    caption="Vendor Ledger Entry Buffer",
    fields=(
        identity(),
        page_variable(boolean("applied")),
        code("appliesToId", 50, ro=True),
        date("postingDate", ro=True),
        enum("documentType", GEN_JOURNAL_DOCUMENT_TYPE, ro=True),
        code("documentNumber", 20, ro=True),
        code("externalDocumentNumber", 35, ro=True),
        code("vendorNumber", 20, ro=True),
        text("vendorName", 100, ro=True),
        text("description", 100, ro=True),
        decimal("remainingAmount", ro=True),
        stamp(),
        hidden(guid("journalLineId")),
    ),
    key=(
        "vendorNumber",
        "documentNumber",
    ),
    indexes=("journalLineId",),
    may_modify=True,
)

SETS = (
    JOURNALS,
    JOURNAL_LINES,
    VENDOR_PAYMENT_JOURNALS,
    VENDOR_PAYMENTS,
    APPLY_VENDOR_ENTRIES,
)

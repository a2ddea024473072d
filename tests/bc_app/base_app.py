"""What the AL app uses of the base application: namespaces, fields and procedures, as of release 28.

Read from Microsoft's published source. The compiler would know; here this table stands in for its symbols,
so that a mistyped name fails a test instead of a customer's build.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table: where it is, the types of the fields in use, the procedures in use."""

    namespace: str
    fields: dict[str, str]
    procedures: frozenset[str] = frozenset()
    not_editable: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Codeunit:
    namespace: str
    procedures: frozenset[str] = frozenset()
    events: dict[str, frozenset[str]] | None = None


SYSTEM_FIELDS = {
    "SystemId": "Guid",
    "SystemCreatedAt": "DateTime",
    "SystemModifiedAt": "DateTime",
    "SystemRowVersion": "BigInteger",
}

TABLES = {
    "Accounting Period": Table(
        "Microsoft.Foundation.Period",
        {
            "Starting Date": "Date",
            "Name": "Text[10]",
            "New Fiscal Year": "Boolean",
            "Closed": "Boolean",
            "Date Locked": "Boolean",
        },
    ),
    "Currency": Table("Microsoft.Finance.Currency", {}),
    "Currency Exchange Rate": Table("Microsoft.Finance.Currency", {}),
    "Dimension": Table("Microsoft.Finance.Dimension", {}),
    "Dimension Set Entry": Table(
        "Microsoft.Finance.Dimension",
        {
            "Dimension Set ID": "Integer",
            "Dimension Code": "Code[20]",
            "Dimension Value Code": "Code[20]",
            "Dimension Value ID": "Integer",
        },
    ),
    "Dimension Value": Table("Microsoft.Finance.Dimension", {"Dimension Value ID": "Integer"}),
    "Fixed Asset": Table("Microsoft.FixedAssets.FixedAsset", {}),
    "G/L Account": Table(
        "Microsoft.Finance.GeneralLedger.Account", {"Direct Posting": "Boolean"}, frozenset({"CheckGLAcc"})
    ),
    "Invt. Posting Buffer": Table(
        "Microsoft.Inventory.Costing",
        {"Account Type": "Enum Invt. Posting Buffer Account Type", "Account No.": "Code[20]"},
    ),
    "Item": Table("Microsoft.Inventory.Item", {}),
    "Item Journal Line": Table(
        "Microsoft.Inventory.Journal",
        {
            "Posting Date": "Date",
            "Document No.": "Code[20]",
            "External Document No.": "Code[35]",
            "Source Code": "Code[10]",
            "Entry Type": "Enum Item Ledger Entry Type",
            "Item No.": "Code[20]",
            "Location Code": "Code[10]",
            "New Location Code": "Code[10]",
            "Unit of Measure Code": "Code[10]",
            "Quantity": "Decimal",
            "Reason Code": "Code[10]",
            "Dimension Set ID": "Integer",
            "New Dimension Set ID": "Integer",
            "Shortcut Dimension 1 Code": "Code[20]",
            "Shortcut Dimension 2 Code": "Code[20]",
            "New Shortcut Dimension 1 Code": "Code[20]",
            "New Shortcut Dimension 2 Code": "Code[20]",
        },
    ),
    "Item Ledger Entry": Table(
        "Microsoft.Inventory.Ledger",
        {
            "Entry No.": "Integer",  # BigInteger from release 30
            "Item No.": "Code[20]",
            "Variant Code": "Code[10]",
            "Document Type": "Enum Item Ledger Document Type",
            "Document No.": "Code[20]",
            "Document Line No.": "Integer",
            "External Document No.": "Code[35]",
            "Location Code": "Code[10]",
            "Unit of Measure Code": "Code[10]",
            "Quantity": "Decimal",
            "Dimension Set ID": "Integer",
        },
    ),
    "Item Unit of Measure": Table(
        "Microsoft.Inventory.Item",
        {
            "Item No.": "Code[20]",
            "Code": "Code[10]",
            "Qty. per Unit of Measure": "Decimal",
            "Qty. Rounding Precision": "Decimal",
        },
    ),
    "Location": Table("Microsoft.Inventory.Location", {"Bin Mandatory": "Boolean"}),
    "No. Series": Table("Microsoft.Foundation.NoSeries", {}),
    "Payment Terms": Table("Microsoft.Foundation.PaymentTerms", {}),
    "Purch. Inv. Header": Table("Microsoft.Purchases.History", {"Draft Invoice SystemId": "Guid"}),
    "Purch. Inv. Line": Table(
        "Microsoft.Purchases.History",
        {
            "Document No.": "Code[20]",
            "Line No.": "Integer",
            "Order No.": "Code[20]",
            "Order Line No.": "Integer",
            "Receipt No.": "Code[20]",
            "Receipt Line No.": "Integer",
        },
    ),
    "Purch. Rcpt. Header": Table("Microsoft.Purchases.History", {"Vendor Shipment No.": "Code[35]"}),
    "Purch. Rcpt. Line": Table(
        "Microsoft.Purchases.History",
        {
            "Document No.": "Code[20]",
            "Line No.": "Integer",
            "Type": "Enum Purchase Line Type",
            "No.": "Code[20]",
            "Posting Date": "Date",
            "Order No.": "Code[20]",
            "Order Line No.": "Integer",
            "Location Code": "Code[10]",
            "Unit of Measure Code": "Code[10]",
            "Quantity": "Decimal",
            "Quantity Invoiced": "Decimal",
            "Qty. Rcd. Not Invoiced": "Decimal",
            "Correction": "Boolean",
        },
    ),
    "Purchase Header": Table(
        "Microsoft.Purchases.Document",
        {
            "Document Type": "Enum Purchase Document Type",
            "No.": "Code[20]",
            "Buy-from Vendor No.": "Code[20]",
            "Vendor Invoice No.": "Code[35]",
            "Vendor Shipment No.": "Code[35]",
            "Currency Code": "Code[10]",
            "Document Date": "Date",
            "Posting Date": "Date",
            "Due Date": "Date",
            "Status": "Enum Purchase Document Status",
            "On Hold": "Code[3]",
            "Receive": "Boolean",
            "Ship": "Boolean",
            "Invoice": "Boolean",
            "Last Receiving No.": "Code[20]",
        },
        frozenset({"SetHideValidationDialog"}),
        not_editable=frozenset({"Status", "Last Receiving No."}),
    ),
    "Purchase Line": Table(
        "Microsoft.Purchases.Document",
        {
            "Document Type": "Enum Purchase Document Type",
            "Document No.": "Code[20]",
            "Line No.": "Integer",
            "Type": "Enum Purchase Line Type",
            "No.": "Code[20]",
            "Quantity": "Decimal",
            "Unit of Measure Code": "Code[10]",
            "Qty. per Unit of Measure": "Decimal",
            "Qty. to Receive": "Decimal",
            "Quantity Received": "Decimal",
            "Quantity Invoiced": "Decimal",
            "Qty. Rcd. Not Invoiced": "Decimal",
            "Order No.": "Code[20]",
            "Order Line No.": "Integer",
            "Receipt No.": "Code[20]",
            "Receipt Line No.": "Integer",
        },
    ),
    "Reason Code": Table("Microsoft.Foundation.AuditCodes", {}),
    "Source Code Setup": Table(
        "Microsoft.Foundation.AuditCodes", {"Item Journal": "Code[10]", "Item Reclass. Journal": "Code[10]"}
    ),
    "Unit of Measure": Table("Microsoft.Foundation.UOM", {}),
    "Value Entry": Table(
        "Microsoft.Inventory.Ledger", {"Item Ledger Entry No.": "Integer", "Reason Code": "Code[10]"}
    ),
    "Vendor": Table("Microsoft.Purchases.Vendor", {}),
    "Vendor Ledger Entry": Table(
        "Microsoft.Purchases.Payables",
        {
            "Entry No.": "Integer",
            "Vendor No.": "Code[20]",
            "Posting Date": "Date",
            "Document Type": "Enum Gen. Journal Document Type",
            "Document No.": "Code[20]",
            "External Document No.": "Code[35]",
            "Currency Code": "Code[10]",
            "Amount": "Decimal",
            "Remaining Amount": "Decimal",
            "Due Date": "Date",
            "Open": "Boolean",
            "On Hold": "Code[3]",
        },
    ),
}

CODEUNITS = {
    "DimensionManagement": Codeunit(
        "Microsoft.Finance.Dimension",
        frozenset({"GetDimensionSet", "GetDimensionSetID", "UpdateGlobalDimFromDimSetID"}),
    ),
    "Inventory Posting To G/L": Codeunit(
        "Microsoft.Inventory.Costing",
        events={"OnAfterSetAccNo": frozenset({"InvtPostingBuffer", "ValueEntry", "CalledFromItemPosting"})},
    ),
    "Item Jnl.-Post Line": Codeunit(
        "Microsoft.Inventory.Posting",
        frozenset({"RunWithCheck"}),
        events={
            "OnBeforeInsertItemLedgEntry": frozenset(
                {"ItemLedgerEntry", "ItemJournalLine", "TransferItem", "OldItemLedgEntry"}
            )
        },
    ),
    "No. Series": Codeunit("Microsoft.Foundation.NoSeries", frozenset({"GetNextNo"})),
    "Purch.-Post": Codeunit("Microsoft.Purchases.Posting", frozenset({"SetSuppressCommit"})),
    "Release Purchase Document": Codeunit(
        "Microsoft.Purchases.Document", frozenset({"PerformManualRelease", "PerformManualReopen"})
    ),
    "Reten. Pol. Allowed Tables": Codeunit("System.DataAdministration", frozenset({"AddAllowedTable"})),
    "Unit of Measure Management": Codeunit(
        "Microsoft.Foundation.UOM", frozenset({"GetQtyPerUnitOfMeasure", "QtyRndPrecision"})
    ),
    "Vend. Entry-Edit": Codeunit("Microsoft.Purchases.Payables"),
}

ENUMS = {"Item Ledger Entry Type": "Microsoft.Inventory.Ledger"}
PAGES = {"Purchase Order": "Microsoft.Purchases.Document"}

namespace Tieout.Bridge;

using Microsoft.Inventory.Ledger;
using Microsoft.Purchases.History;

page 50612 "Bridge Item Ledger API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Item Ledger Entry Detail';
    EntityName = 'itemLedgerEntryDetail';
    EntitySetCaption = 'Item Ledger Entry Details';
    EntitySetName = 'itemLedgerEntryDetails';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    Permissions = tabledata "Purch. Rcpt. Line" = r,
                  tabledata "Value Entry" = r;
    SourceTable = "Item Ledger Entry";

    layout
    {
        area(Content)
        {
            repeater(Group)
            {
                field(id; Rec.SystemId)
                {
                    Caption = 'Id', Locked = true;
                    Editable = false;
                }
                field(entryNumber; Rec."Entry No.")
                {
                    Caption = 'Entry No.', Locked = true;
                    Editable = false;
                }
                field(itemNumber; Rec."Item No.")
                {
                    Caption = 'Item No.', Locked = true;
                    Editable = false;
                }
                field(documentNumber; Rec."Document No.")
                {
                    Caption = 'Document No.', Locked = true;
                    Editable = false;
                }
                field(externalDocumentNumber; Rec."External Document No.")
                {
                    Caption = 'External Document No.', Locked = true;
                    Editable = false;
                }
                field(locationCode; Rec."Location Code")
                {
                    Caption = 'Location Code', Locked = true;
                    Editable = false;
                }
                field(unitOfMeasureCode; Rec."Unit of Measure Code")
                {
                    Caption = 'Unit of Measure Code', Locked = true;
                    Editable = false;
                }
                field(quantity; Rec.Quantity)
                {
                    Caption = 'Quantity', Locked = true;
                    Editable = false;
                }
                field(reasonCode; ReasonCode)
                {
                    Caption = 'Reason Code', Locked = true;
                    Editable = false;
                }
                field(accountNumber; Rec."Bridge Account No.")
                {
                    Caption = 'Account No.', Locked = true;
                    Editable = false;
                }
                field(dimensions; Dimensions)
                {
                    Caption = 'Dimensions', Locked = true;
                    Editable = false;
                }
                field(orderNumber; OrderNo)
                {
                    Caption = 'Order No.', Locked = true;
                    Editable = false;
                }
                field(orderLineSequence; OrderLineNo)
                {
                    Caption = 'Order Line No.', Locked = true;
                    Editable = false;
                }
                field(lastModifiedDateTime; Rec.SystemModifiedAt)
                {
                    Caption = 'Last Modified Date', Locked = true;
                    Editable = false;
                }
                field(rowVersion; Rec.SystemRowVersion)
                {
                    Caption = 'Row Version', Locked = true;
                    Editable = false;
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    trigger OnAfterGetRecord()
    var
        BridgeDimensions: Codeunit "Bridge Dimensions";
    begin
        ReasonCode := GetReasonCode();
        Dimensions := CopyStr(BridgeDimensions.AsText(Rec."Dimension Set ID"), 1, MaxStrLen(Dimensions));
        FindOrder();
    end;

    var
        Dimensions: Text[250];
        OrderLineNo: Integer;
        OrderNo: Code[20];
        ReasonCode: Code[10];

    local procedure GetReasonCode(): Code[10]
    var
        ValueEntry: Record "Value Entry";
    begin
        ValueEntry.ReadIsolation := IsolationLevel::ReadCommitted;
        ValueEntry.SetLoadFields("Reason Code");
        ValueEntry.SetCurrentKey("Item Ledger Entry No.");
        ValueEntry.SetRange("Item Ledger Entry No.", Rec."Entry No.");
        if ValueEntry.FindFirst() then
            exit(ValueEntry."Reason Code");
    end;

    /// <summary>
    /// Finds the purchase order behind a receipt; the entry itself names only orders of production and transfer.
    /// </summary>
    local procedure FindOrder()
    var
        PurchRcptLine: Record "Purch. Rcpt. Line";
    begin
        OrderNo := '';
        OrderLineNo := 0;
        if Rec."Document Type" <> Rec."Document Type"::"Purchase Receipt" then
            exit;
        PurchRcptLine.ReadIsolation := IsolationLevel::ReadCommitted;
        PurchRcptLine.SetLoadFields("Order No.", "Order Line No.");
        if not PurchRcptLine.Get(Rec."Document No.", Rec."Document Line No.") then
            exit;
        OrderNo := PurchRcptLine."Order No.";
        OrderLineNo := PurchRcptLine."Order Line No.";
    end;
}

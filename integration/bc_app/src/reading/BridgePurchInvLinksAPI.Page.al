namespace Tieout.Bridge;

using Microsoft.Purchases.History;

page 50610 "Bridge Purch. Inv. Links API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Purchase Invoice Line Link';
    EntityName = 'purchaseInvoiceLineLink';
    EntitySetCaption = 'Purchase Invoice Line Links';
    EntitySetName = 'purchaseInvoiceLineLinks';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    Permissions = tabledata "Purch. Inv. Header" = r;
    SourceTable = "Purch. Inv. Line";

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
                field(invoiceId; InvoiceId)
                {
                    Caption = 'Invoice Id', Locked = true;
                    Editable = false;
                }
                field(invoiceNumber; Rec."Document No.")
                {
                    Caption = 'Invoice No.', Locked = true;
                    Editable = false;
                }
                field(sequence; Rec."Line No.")
                {
                    Caption = 'Line No.', Locked = true;
                    Editable = false;
                }
                field(orderNumber; Rec."Order No.")
                {
                    Caption = 'Order No.', Locked = true;
                    Editable = false;
                }
                field(orderLineSequence; Rec."Order Line No.")
                {
                    Caption = 'Order Line No.', Locked = true;
                    Editable = false;
                }
                field(receiptNumber; Rec."Receipt No.")
                {
                    Caption = 'Receipt No.', Locked = true;
                    Editable = false;
                }
                field(receiptLineSequence; Rec."Receipt Line No.")
                {
                    Caption = 'Receipt Line No.', Locked = true;
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
    begin
        InvoiceId := GetInvoiceId();
    end;

    var
        InvoiceId: Guid;

    /// <summary>
    /// Finds the id that the standard API gives the invoice: that of its draft, if it had one.
    /// </summary>
    local procedure GetInvoiceId(): Guid
    var
        PurchInvHeader: Record "Purch. Inv. Header";
    begin
        PurchInvHeader.ReadIsolation := IsolationLevel::ReadCommitted;
        PurchInvHeader.SetLoadFields("Draft Invoice SystemId");
        if not PurchInvHeader.Get(Rec."Document No.") then
            exit;
        if IsNullGuid(PurchInvHeader."Draft Invoice SystemId") then
            exit(PurchInvHeader.SystemId);
        exit(PurchInvHeader."Draft Invoice SystemId");
    end;
}

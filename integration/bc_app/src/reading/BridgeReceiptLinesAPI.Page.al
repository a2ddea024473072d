namespace Tieout.Bridge;

using Microsoft.Purchases.History;

page 50611 "Bridge Receipt Lines API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Receipt Line Detail';
    EntityName = 'receiptLineDetail';
    EntitySetCaption = 'Receipt Line Details';
    EntitySetName = 'receiptLineDetails';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    Permissions = tabledata "Purch. Rcpt. Header" = r;
    SourceTable = "Purch. Rcpt. Line";

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
                field(receiptNumber; Rec."Document No.")
                {
                    Caption = 'Receipt No.', Locked = true;
                    Editable = false;
                }
                field(sequence; Rec."Line No.")
                {
                    Caption = 'Line No.', Locked = true;
                    Editable = false;
                }
                field(lineType; Rec.Type)
                {
                    Caption = 'Type', Locked = true;
                    Editable = false;
                }
                field(lineObjectNumber; Rec."No.")
                {
                    Caption = 'Line Object No.', Locked = true;
                    Editable = false;
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date', Locked = true;
                    Editable = false;
                }
                field(vendorShipmentNumber; VendorShipmentNo)
                {
                    Caption = 'Vendor Shipment No.', Locked = true;
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
                field(invoicedQuantity; Rec."Quantity Invoiced")
                {
                    Caption = 'Quantity Invoiced', Locked = true;
                    Editable = false;
                }
                field(receivedNotInvoicedQuantity; Rec."Qty. Rcd. Not Invoiced")
                {
                    Caption = 'Qty. Rcd. Not Invoiced', Locked = true;
                    Editable = false;
                }
                field(correction; Rec.Correction)
                {
                    Caption = 'Correction', Locked = true;
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
        VendorShipmentNo := GetVendorShipmentNo();
    end;

    var
        VendorShipmentNo: Code[35];

    local procedure GetVendorShipmentNo(): Code[35]
    var
        PurchRcptHeader: Record "Purch. Rcpt. Header";
    begin
        PurchRcptHeader.ReadIsolation := IsolationLevel::ReadCommitted;
        PurchRcptHeader.SetLoadFields("Vendor Shipment No.");
        if PurchRcptHeader.Get(Rec."Document No.") then
            exit(PurchRcptHeader."Vendor Shipment No.");
    end;
}

namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

page 50606 "Bridge Purch. Order Links API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Purchase Order Link';
    EntityName = 'purchaseOrderLink';
    EntitySetCaption = 'Purchase Order Links';
    EntitySetName = 'purchaseOrderLinks';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Purchase Line";
    SourceTableView = where("Document Type" = filter(Order | Invoice));

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
                field(documentType; Rec."Document Type")
                {
                    Caption = 'Document Type', Locked = true;
                    Editable = false;
                }
                field(documentNumber; Rec."Document No.")
                {
                    Caption = 'Document No.', Locked = true;
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
                field(quantity; Rec.Quantity)
                {
                    Caption = 'Quantity', Locked = true;
                    Editable = false;
                }
                field(unitOfMeasureCode; Rec."Unit of Measure Code")
                {
                    Caption = 'Unit of Measure Code', Locked = true;
                    Editable = false;
                }
                field(receivedQuantity; Rec."Quantity Received")
                {
                    Caption = 'Quantity Received', Locked = true;
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
}

namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

page 50605 "Bridge Purch. Order Header API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DelayedInsert = true;
    DeleteAllowed = false;
    EntityCaption = 'Purchase Order Header';
    EntityName = 'purchaseOrderHeader';
    EntitySetCaption = 'Purchase Order Headers';
    EntitySetName = 'purchaseOrderHeaders';
    Extensible = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Purchase Header";
    SourceTableView = where("Document Type" = const(Order));

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
                field(externalId; Rec."Bridge External Id")
                {
                    Caption = 'External Id', Locked = true;
                }
                field(number; Rec."No.")
                {
                    Caption = 'No.', Locked = true;
                    Editable = false;
                }
                field(vendorNumber; Rec."Buy-from Vendor No.")
                {
                    Caption = 'Vendor No.', Locked = true;
                }
                field(vendorInvoiceNumber; Rec."Vendor Invoice No.")
                {
                    Caption = 'Vendor Invoice No.', Locked = true;
                }
                field(documentDate; Rec."Document Date")
                {
                    Caption = 'Document Date', Locked = true;
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date', Locked = true;
                }
                field(status; Rec.Status)
                {
                    Caption = 'Status', Locked = true;
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
        Rec.SetHideValidationDialog(true);
    end;

    trigger OnInsertRecord(BelowxRec: Boolean): Boolean
    var
        BridgeOrder: Codeunit "Bridge Order";
    begin
        BridgeOrder.Create(Rec);
        exit(false);
    end;

    trigger OnModifyRecord(): Boolean
    var
        BridgeOrder: Codeunit "Bridge Order";
    begin
        BridgeOrder.Change(Rec);
        exit(false);
    end;

    /// <summary>
    /// Releases the order; an approval that is missing refuses it.
    /// </summary>
    [ServiceEnabled]
    procedure release(var ActionContext: WebServiceActionContext)
    var
        BridgeOrder: Codeunit "Bridge Order";
    begin
        BridgeOrder.Release(Rec.SystemId);
        SetAnswer(ActionContext);
    end;

    /// <summary>
    /// Opens a released order again.
    /// </summary>
    [ServiceEnabled]
    procedure reopen(var ActionContext: WebServiceActionContext)
    var
        BridgeOrder: Codeunit "Bridge Order";
    begin
        BridgeOrder.Reopen(Rec.SystemId);
        SetAnswer(ActionContext);
    end;

    local procedure SetAnswer(var ActionContext: WebServiceActionContext)
    begin
        ActionContext.SetObjectType(ObjectType::Page);
        ActionContext.SetObjectId(Page::"Bridge Purch. Order Header API");
        ActionContext.AddEntityKey(Rec.FieldNo(SystemId), Rec.SystemId);
        ActionContext.SetResultCode(WebServiceActionResultCode::Updated);
    end;
}

namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

page 50607 "Bridge Purch. Inv. Header API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Purchase Invoice Header';
    EntityName = 'purchaseInvoiceHeader';
    EntitySetCaption = 'Purchase Invoice Headers';
    EntitySetName = 'purchaseInvoiceHeaders';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Purchase Header";
    SourceTableView = where("Document Type" = const(Invoice));

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
                field(number; Rec."No.")
                {
                    Caption = 'No.', Locked = true;
                    Editable = false;
                }
                field(vendorNumber; Rec."Buy-from Vendor No.")
                {
                    Caption = 'Vendor No.', Locked = true;
                    Editable = false;
                }
                field(vendorInvoiceNumber; Rec."Vendor Invoice No.")
                {
                    Caption = 'Vendor Invoice No.', Locked = true;
                    Editable = false;
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date', Locked = true;
                    Editable = false;
                }
                field(dueDate; Rec."Due Date")
                {
                    Caption = 'Due Date', Locked = true;
                    Editable = false;
                }
                field(onHold; Rec."On Hold")
                {
                    Caption = 'On Hold', Locked = true;
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

    /// <summary>
    /// Puts the draft on hold; posting carries the hold to the vendor ledger entry.
    /// </summary>
    [ServiceEnabled]
    procedure setHold(var ActionContext: WebServiceActionContext)
    var
        BridgeInvoiceHold: Codeunit "Bridge Invoice Hold";
    begin
        BridgeInvoiceHold.SetOnDraft(Rec.SystemId);
        SetAnswer(ActionContext);
    end;

    /// <summary>
    /// Takes our hold away.
    /// </summary>
    [ServiceEnabled]
    procedure clearHold(var ActionContext: WebServiceActionContext)
    var
        BridgeInvoiceHold: Codeunit "Bridge Invoice Hold";
    begin
        BridgeInvoiceHold.ClearOnDraft(Rec.SystemId);
        SetAnswer(ActionContext);
    end;

    local procedure SetAnswer(var ActionContext: WebServiceActionContext)
    begin
        ActionContext.SetObjectType(ObjectType::Page);
        ActionContext.SetObjectId(Page::"Bridge Purch. Inv. Header API");
        ActionContext.AddEntityKey(Rec.FieldNo(SystemId), Rec.SystemId);
        ActionContext.SetResultCode(WebServiceActionResultCode::Updated);
    end;
}

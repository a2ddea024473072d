namespace Tieout.Bridge;

using Microsoft.Purchases.Payables;

page 50608 "Bridge Vendor Ledger API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Vendor Ledger Entry';
    EntityName = 'vendorLedgerEntry';
    EntitySetCaption = 'Vendor Ledger Entries';
    EntitySetName = 'vendorLedgerEntries';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Vendor Ledger Entry";

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
                field(vendorNumber; Rec."Vendor No.")
                {
                    Caption = 'Vendor No.', Locked = true;
                    Editable = false;
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date', Locked = true;
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
                field(externalDocumentNumber; Rec."External Document No.")
                {
                    Caption = 'External Document No.', Locked = true;
                    Editable = false;
                }
                field(currencyCode; Rec."Currency Code")
                {
                    Caption = 'Currency Code', Locked = true;
                    Editable = false;
                }
                field(amount; Rec.Amount)
                {
                    Caption = 'Amount', Locked = true;
                    Editable = false;
                }
                field(remainingAmount; Rec."Remaining Amount")
                {
                    Caption = 'Remaining Amount', Locked = true;
                    Editable = false;
                }
                field(dueDate; Rec."Due Date")
                {
                    Caption = 'Due Date', Locked = true;
                    Editable = false;
                }
                field(open; Rec.Open)
                {
                    Caption = 'Open', Locked = true;
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
    /// Stops the payment of the posted invoice.
    /// </summary>
    [ServiceEnabled]
    procedure setHold(var ActionContext: WebServiceActionContext)
    var
        BridgeInvoiceHold: Codeunit "Bridge Invoice Hold";
    begin
        BridgeInvoiceHold.SetOnEntry(Rec.SystemId);
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
        BridgeInvoiceHold.ClearOnEntry(Rec.SystemId);
        SetAnswer(ActionContext);
    end;

    local procedure SetAnswer(var ActionContext: WebServiceActionContext)
    begin
        ActionContext.SetObjectType(ObjectType::Page);
        ActionContext.SetObjectId(Page::"Bridge Vendor Ledger API");
        ActionContext.AddEntityKey(Rec.FieldNo(SystemId), Rec.SystemId);
        ActionContext.SetResultCode(WebServiceActionResultCode::Updated);
    end;
}

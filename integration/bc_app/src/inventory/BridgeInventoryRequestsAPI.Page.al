namespace Tieout.Bridge;

page 50603 "Bridge Inventory Requests API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DelayedInsert = true;
    EntityCaption = 'Inventory Request';
    EntityName = 'inventoryRequest';
    EntitySetCaption = 'Inventory Requests';
    EntitySetName = 'inventoryRequests';
    Extensible = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Bridge Inventory Request";

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
                field(externalId; Rec."External Id")
                {
                    Caption = 'External Id', Locked = true;
                }
                field(kind; Rec.Kind)
                {
                    Caption = 'Kind', Locked = true;
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date', Locked = true;
                }
                field(documentNumber; Rec."Document No.")
                {
                    Caption = 'Document No.', Locked = true;
                }
                field(externalDocumentNumber; Rec."External Document No.")
                {
                    Caption = 'External Document No.', Locked = true;
                }
                field(reasonCode; Rec."Reason Code")
                {
                    Caption = 'Reason Code', Locked = true;
                }
                field(status; Rec.Status)
                {
                    Caption = 'Status', Locked = true;
                    Editable = false;
                }
                field(errorText; Rec."Error Text")
                {
                    Caption = 'Error Text', Locked = true;
                    Editable = false;
                }
                field(resultDocumentNumber; Rec."Result Document No.")
                {
                    Caption = 'Result Document No.', Locked = true;
                    Editable = false;
                }
                field(resultEntryNumber; Rec."Result Entry No.")
                {
                    Caption = 'Result Entry No.', Locked = true;
                    Editable = false;
                }
                field(lastModifiedDateTime; Rec.SystemModifiedAt)
                {
                    Caption = 'Last Modified Date', Locked = true;
                    Editable = false;
                }
                part(inventoryRequestLines; "Bridge Inventory Req.Lines API")
                {
                    Caption = 'Lines', Locked = true;
                    EntityName = 'inventoryRequestLine';
                    EntitySetName = 'inventoryRequestLines';
                    SubPageLink = "Request Id" = field(SystemId);
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    trigger OnInsertRecord(BelowxRec: Boolean): Boolean
    begin
        // Inserted here, before any nested line: a key that is taken refuses the whole request instead of
        // adding the lines to the first one.
        Rec.Insert(true);
        exit(false);
    end;

    /// <summary>
    /// Posts the movement. A request that is posted already stays as it is.
    /// </summary>
    [ServiceEnabled]
    procedure process(var ActionContext: WebServiceActionContext)
    var
        BridgeInventoryProcess: Codeunit "Bridge Inventory Process";
    begin
        BridgeInventoryProcess.Process(Rec);
        ActionContext.SetObjectType(ObjectType::Page);
        ActionContext.SetObjectId(Page::"Bridge Inventory Requests API");
        ActionContext.AddEntityKey(Rec.FieldNo(SystemId), Rec.SystemId);
        ActionContext.SetResultCode(WebServiceActionResultCode::Updated);
    end;
}

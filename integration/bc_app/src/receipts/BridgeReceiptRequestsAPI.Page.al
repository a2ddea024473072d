namespace Tieout.Bridge;

page 50601 "Bridge Receipt Requests API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DelayedInsert = true;
    EntityCaption = 'Receipt Request';
    EntityName = 'receiptRequest';
    EntitySetCaption = 'Receipt Requests';
    EntitySetName = 'receiptRequests';
    Extensible = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Bridge Receipt Request";

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
                field(orderNumber; Rec."Order No.")
                {
                    Caption = 'Order No.', Locked = true;
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date', Locked = true;
                }
                field(vendorShipmentNumber; Rec."Vendor Shipment No.")
                {
                    Caption = 'Vendor Shipment No.', Locked = true;
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
                field(lastModifiedDateTime; Rec.SystemModifiedAt)
                {
                    Caption = 'Last Modified Date', Locked = true;
                    Editable = false;
                }
                part(receiptRequestLines; "Bridge Receipt Req. Lines API")
                {
                    Caption = 'Lines', Locked = true;
                    EntityName = 'receiptRequestLine';
                    EntitySetName = 'receiptRequestLines';
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
    /// Posts the receipt. A request that is posted already stays as it is.
    /// </summary>
    [ServiceEnabled]
    procedure process(var ActionContext: WebServiceActionContext)
    var
        BridgeReceiptProcess: Codeunit "Bridge Receipt Process";
    begin
        BridgeReceiptProcess.Process(Rec);
        ActionContext.SetObjectType(ObjectType::Page);
        ActionContext.SetObjectId(Page::"Bridge Receipt Requests API");
        ActionContext.AddEntityKey(Rec.FieldNo(SystemId), Rec.SystemId);
        ActionContext.SetResultCode(WebServiceActionResultCode::Updated);
    end;
}

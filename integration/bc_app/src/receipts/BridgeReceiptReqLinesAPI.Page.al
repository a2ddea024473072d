namespace Tieout.Bridge;

page 50602 "Bridge Receipt Req. Lines API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DelayedInsert = true;
    EntityCaption = 'Receipt Request Line';
    EntityName = 'receiptRequestLine';
    EntitySetCaption = 'Receipt Request Lines';
    EntitySetName = 'receiptRequestLines';
    Extensible = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Bridge Receipt Request Line";

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
                field(requestId; Rec."Request Id")
                {
                    Caption = 'Request Id', Locked = true;
                }
                field(orderLineSequence; Rec."Order Line No.")
                {
                    Caption = 'Order Line No.', Locked = true;
                }
                field(quantity; Rec.Quantity)
                {
                    Caption = 'Quantity', Locked = true;
                }
                field(unitOfMeasureCode; Rec."Unit of Measure Code")
                {
                    Caption = 'Unit of Measure Code', Locked = true;
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;
}

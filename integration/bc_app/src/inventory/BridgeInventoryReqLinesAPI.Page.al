namespace Tieout.Bridge;

page 50604 "Bridge Inventory Req.Lines API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DelayedInsert = true;
    EntityCaption = 'Inventory Request Line';
    EntityName = 'inventoryRequestLine';
    EntitySetCaption = 'Inventory Request Lines';
    EntitySetName = 'inventoryRequestLines';
    Extensible = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Bridge Inventory Request Line";

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
                field(lineNumber; Rec."Line No.")
                {
                    Caption = 'Line No.', Locked = true;
                }
                field(itemNumber; Rec."Item No.")
                {
                    Caption = 'Item No.', Locked = true;
                }
                field(quantity; Rec.Quantity)
                {
                    Caption = 'Quantity', Locked = true;
                }
                field(unitOfMeasureCode; Rec."Unit of Measure Code")
                {
                    Caption = 'Unit of Measure Code', Locked = true;
                }
                field(locationCode; Rec."Location Code")
                {
                    Caption = 'Location Code', Locked = true;
                }
                field(newLocationCode; Rec."New Location Code")
                {
                    Caption = 'New Location Code', Locked = true;
                }
                field(accountNumber; Rec."Account No.")
                {
                    Caption = 'Account No.', Locked = true;
                }
                field(dimensions; Rec.Dimensions)
                {
                    Caption = 'Dimensions', Locked = true;
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;
}

namespace Tieout.Bridge;

page 50641 "Bridge Receipt Requests"
{
    ApplicationArea = Basic, Suite;
    Caption = 'Bridge Receipt Requests';
    Editable = false;
    PageType = List;
    SourceTable = "Bridge Receipt Request";
    UsageCategory = History;

    layout
    {
        area(Content)
        {
            repeater(Requests)
            {
                field("External Id"; Rec."External Id")
                {
                    ToolTip = 'Specifies the key under which Tieout knows the receipt. A key is taken only once.';
                }
                field("Order No."; Rec."Order No.")
                {
                    ToolTip = 'Specifies the purchase order that the goods were ordered with.';
                }
                field("Posting Date"; Rec."Posting Date")
                {
                    ToolTip = 'Specifies the date on which the receipt is posted.';
                }
                field("Vendor Shipment No."; Rec."Vendor Shipment No.")
                {
                    ToolTip = 'Specifies the number of the vendor''s delivery note.';
                }
                field(Status; Rec.Status)
                {
                    ToolTip = 'Specifies whether the receipt is new, posted or was refused.';
                }
                field("Error Text"; Rec."Error Text")
                {
                    ToolTip = 'Specifies why the receipt was refused. It can be processed again once the reason is gone.';
                }
                field("Result Document No."; Rec."Result Document No.")
                {
                    ToolTip = 'Specifies the number of the posted purchase receipt.';
                }
            }
        }
    }
}

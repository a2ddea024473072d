namespace Tieout.Bridge;

page 50642 "Bridge Inventory Requests"
{
    ApplicationArea = Basic, Suite;
    Caption = 'Bridge Inventory Requests';
    Editable = false;
    PageType = List;
    SourceTable = "Bridge Inventory Request";
    UsageCategory = History;

    layout
    {
        area(Content)
        {
            repeater(Requests)
            {
                field("External Id"; Rec."External Id")
                {
                    ToolTip = 'Specifies the key under which Tieout knows the movement. A key is taken only once.';
                }
                field(Kind; Rec.Kind)
                {
                    ToolTip = 'Specifies whether items were consumed, their stock was adjusted or they changed their location.';
                }
                field("Posting Date"; Rec."Posting Date")
                {
                    ToolTip = 'Specifies the date on which the movement is posted.';
                }
                field("Document No."; Rec."Document No.")
                {
                    ToolTip = 'Specifies the document number that was asked for. If it is empty, the number series of the bridge setup gives one.';
                }
                field("External Document No."; Rec."External Document No.")
                {
                    ToolTip = 'Specifies the external document number that was asked for. If it is empty, the entries carry the key of the request.';
                }
                field("Reason Code"; Rec."Reason Code")
                {
                    ToolTip = 'Specifies why the items were moved.';
                }
                field(Status; Rec.Status)
                {
                    ToolTip = 'Specifies whether the movement is new, posted or was refused.';
                }
                field("Error Text"; Rec."Error Text")
                {
                    ToolTip = 'Specifies why the movement was refused. It can be processed again once the reason is gone.';
                }
                field("Result Document No."; Rec."Result Document No.")
                {
                    ToolTip = 'Specifies the document number of the item ledger entries.';
                }
                field("Result Entry No."; Rec."Result Entry No.")
                {
                    ToolTip = 'Specifies the number of the last item ledger entry.';
                }
            }
        }
    }
}

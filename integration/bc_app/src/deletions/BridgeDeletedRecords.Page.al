namespace Tieout.Bridge;

page 50643 "Bridge Deleted Records"
{
    ApplicationArea = Basic, Suite;
    Caption = 'Bridge Deleted Records';
    Editable = false;
    PageType = List;
    SourceTable = "Bridge Deleted Record";
    SourceTableView = order(descending);
    UsageCategory = History;

    layout
    {
        area(Content)
        {
            repeater(Records)
            {
                field("Entry No."; Rec."Entry No.")
                {
                    ToolTip = 'Specifies the number of the entry.';
                }
                field("Table Name"; Rec."Table Name")
                {
                    ToolTip = 'Specifies the table that the record was deleted from.';
                }
                field("Record No."; Rec."Record No.")
                {
                    ToolTip = 'Specifies the number or code of the deleted record.';
                }
                field(SystemCreatedAt; Rec.SystemCreatedAt)
                {
                    Caption = 'Deleted At';
                    ToolTip = 'Specifies when the record was deleted.';
                }
            }
        }
    }
}

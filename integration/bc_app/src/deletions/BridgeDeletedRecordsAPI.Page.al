namespace Tieout.Bridge;

page 50614 "Bridge Deleted Records API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DataAccessIntent = ReadOnly;
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Deleted Record';
    EntityName = 'deletedRecord';
    EntitySetCaption = 'Deleted Records';
    EntitySetName = 'deletedRecords';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Bridge Deleted Record";

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
                field(tableNumber; Rec."Table No.")
                {
                    Caption = 'Table No.', Locked = true;
                    Editable = false;
                }
                field(tableName; Rec."Table Name")
                {
                    Caption = 'Table Name', Locked = true;
                    Editable = false;
                }
                field(recordId; Rec."Record System Id")
                {
                    Caption = 'Record Id', Locked = true;
                    Editable = false;
                }
                field(recordNumber; Rec."Record No.")
                {
                    Caption = 'Record No.', Locked = true;
                    Editable = false;
                }
                field(deletedDateTime; Rec.SystemCreatedAt)
                {
                    Caption = 'Deleted Date', Locked = true;
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
}

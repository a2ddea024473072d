namespace Tieout.Bridge;

table 50606 "Bridge Deleted Record"
{
    Caption = 'Bridge Deleted Record';
    DataClassification = CustomerContent;
    DrillDownPageId = "Bridge Deleted Records";
    LookupPageId = "Bridge Deleted Records";

    fields
    {
        field(1; "Entry No."; BigInteger)
        {
            AutoIncrement = true;
            Caption = 'Entry No.';
            DataClassification = SystemMetadata;
        }
        field(2; "Table No."; Integer)
        {
            Caption = 'Table No.';
            DataClassification = SystemMetadata;
        }
        field(3; "Table Name"; Text[30])
        {
            Caption = 'Table Name';
            DataClassification = SystemMetadata;
        }
        field(4; "Record System Id"; Guid)
        {
            Caption = 'Record System Id';
            DataClassification = SystemMetadata;
        }
        field(5; "Record No."; Text[100])
        {
            Caption = 'Record No.';
            DataClassification = CustomerContent;
        }
    }

    keys
    {
        key(PK; "Entry No.")
        {
            Clustered = true;
        }
        key(RecordSystemId; "Record System Id")
        {
        }
    }
}

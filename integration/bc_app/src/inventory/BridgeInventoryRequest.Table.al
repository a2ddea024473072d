namespace Tieout.Bridge;

using Microsoft.Foundation.AuditCodes;

table 50603 "Bridge Inventory Request"
{
    Caption = 'Bridge Inventory Request';
    DataClassification = CustomerContent;
    DrillDownPageId = "Bridge Inventory Requests";
    LookupPageId = "Bridge Inventory Requests";

    fields
    {
        field(1; "External Id"; Text[50])
        {
            Caption = 'External Id';
            DataClassification = CustomerContent;
            NotBlank = true;
        }
        field(2; Kind; Enum "Bridge Inventory Kind")
        {
            Caption = 'Kind';
            DataClassification = CustomerContent;
        }
        field(3; "Posting Date"; Date)
        {
            Caption = 'Posting Date';
            DataClassification = CustomerContent;
        }
        field(4; "Document No."; Code[20])
        {
            Caption = 'Document No.';
            DataClassification = CustomerContent;
        }
        field(5; "External Document No."; Code[35])
        {
            Caption = 'External Document No.';
            DataClassification = CustomerContent;
        }
        field(6; "Reason Code"; Code[10])
        {
            Caption = 'Reason Code';
            DataClassification = CustomerContent;
            TableRelation = "Reason Code";
            ValidateTableRelation = false;
        }
        field(10; Status; Enum "Bridge Request Status")
        {
            Caption = 'Status';
            DataClassification = CustomerContent;
            Editable = false;
        }
        field(11; "Error Text"; Text[2048])
        {
            Caption = 'Error Text';
            DataClassification = CustomerContent;
            Editable = false;
        }
        field(12; "Result Document No."; Code[20])
        {
            Caption = 'Result Document No.';
            DataClassification = CustomerContent;
            Editable = false;
        }
        field(13; "Result Entry No."; BigInteger)
        {
            Caption = 'Result Entry No.';
            DataClassification = CustomerContent;
            Editable = false;
        }
    }

    keys
    {
        key(PK; "External Id")
        {
            Clustered = true;
        }
        key(Status; Status)
        {
        }
    }

    fieldgroups
    {
        fieldgroup(DropDown; "External Id", Kind, "Posting Date", Status)
        {
        }
    }

    trigger OnInsert()
    begin
        TestField("External Id");
        if "Posting Date" = 0D then
            "Posting Date" := Today();
    end;

    trigger OnModify()
    begin
        BridgeRequestCheck.CheckNotPosted(Status);
    end;

    trigger OnDelete()
    var
        InventoryRequestLine: Record "Bridge Inventory Request Line";
    begin
        BridgeRequestCheck.CheckNotPosted(Status);
        InventoryRequestLine.SetRange("Request Id", SystemId);
        InventoryRequestLine.DeleteAll();
    end;

    trigger OnRename()
    begin
        BridgeRequestCheck.RefuseNewKey();
    end;

    var
        BridgeRequestCheck: Codeunit "Bridge Request Check";

    /// <summary>
    /// Gives the number under which the item ledger entries can be found from outside.
    /// </summary>
    internal procedure ExternalDocumentNo(): Code[35]
    begin
        if "External Document No." <> '' then
            exit("External Document No.");
        exit(CopyStr(UpperCase("External Id"), 1, MaxStrLen("External Document No.")));
    end;

    /// <summary>
    /// Notes that the request is posted, and as what: the number, and the last of the item ledger entries.
    /// </summary>
    internal procedure MarkPosted(DocumentNo: Code[20]; EntryNo: BigInteger)
    begin
        Status := Status::Posted;
        "Error Text" := '';
        "Result Document No." := DocumentNo;
        "Result Entry No." := EntryNo;
        Modify();
    end;

    /// <summary>
    /// Notes why the request was refused; it may be processed again.
    /// </summary>
    internal procedure MarkFailed(ErrorText: Text)
    begin
        Status := Status::Failed;
        "Error Text" := CopyStr(ErrorText, 1, MaxStrLen("Error Text"));
        Modify();
    end;
}

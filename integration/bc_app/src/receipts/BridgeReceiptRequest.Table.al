namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

table 50601 "Bridge Receipt Request"
{
    Caption = 'Bridge Receipt Request';
    DataClassification = CustomerContent;
    DrillDownPageId = "Bridge Receipt Requests";
    LookupPageId = "Bridge Receipt Requests";

    fields
    {
        field(1; "External Id"; Text[50])
        {
            Caption = 'External Id';
            DataClassification = CustomerContent;
            NotBlank = true;
        }
        field(2; "Order No."; Code[20])
        {
            Caption = 'Order No.';
            DataClassification = CustomerContent;
            TableRelation = "Purchase Header"."No." where("Document Type" = const(Order));
            ValidateTableRelation = false;
        }
        field(3; "Posting Date"; Date)
        {
            Caption = 'Posting Date';
            DataClassification = CustomerContent;
        }
        field(4; "Vendor Shipment No."; Code[35])
        {
            Caption = 'Vendor Shipment No.';
            DataClassification = CustomerContent;
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
    }

    keys
    {
        key(PK; "External Id")
        {
            Clustered = true;
        }
        key(OrderNo; "Order No.")
        {
        }
        key(Status; Status)
        {
        }
    }

    fieldgroups
    {
        fieldgroup(DropDown; "External Id", "Order No.", "Posting Date", Status)
        {
        }
    }

    trigger OnInsert()
    begin
        TestField("External Id");
        TestField("Order No.");
        if "Posting Date" = 0D then
            "Posting Date" := Today();
    end;

    trigger OnModify()
    begin
        BridgeRequestCheck.CheckNotPosted(Status);
    end;

    trigger OnDelete()
    var
        ReceiptRequestLine: Record "Bridge Receipt Request Line";
    begin
        BridgeRequestCheck.CheckNotPosted(Status);
        ReceiptRequestLine.SetRange("Request Id", SystemId);
        ReceiptRequestLine.DeleteAll();
    end;

    trigger OnRename()
    begin
        BridgeRequestCheck.RefuseNewKey();
    end;

    var
        BridgeRequestCheck: Codeunit "Bridge Request Check";

    /// <summary>
    /// Notes that the request is posted, and as what.
    /// </summary>
    internal procedure MarkPosted(DocumentNo: Code[20])
    begin
        Status := Status::Posted;
        "Error Text" := '';
        "Result Document No." := DocumentNo;
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

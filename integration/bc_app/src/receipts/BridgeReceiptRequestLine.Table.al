namespace Tieout.Bridge;

using Microsoft.Foundation.UOM;

table 50602 "Bridge Receipt Request Line"
{
    Caption = 'Bridge Receipt Request Line';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Request Id"; Guid)
        {
            Caption = 'Request Id';
            DataClassification = CustomerContent;
            TableRelation = "Bridge Receipt Request".SystemId;
        }
        field(2; "Order Line No."; Integer)
        {
            Caption = 'Order Line No.';
            DataClassification = CustomerContent;
        }
        field(3; Quantity; Decimal)
        {
            Caption = 'Quantity';
            DataClassification = CustomerContent;
            DecimalPlaces = 0 : 5;
        }
        field(4; "Unit of Measure Code"; Code[10])
        {
            Caption = 'Unit of Measure Code';
            DataClassification = CustomerContent;
            TableRelation = "Unit of Measure";
            ValidateTableRelation = false;
        }
    }

    keys
    {
        key(PK; "Request Id", "Order Line No.")
        {
            Clustered = true;
        }
    }

    trigger OnInsert()
    begin
        BridgeRequestCheck.CheckRequestGiven("Request Id");
        TestField("Order Line No.");
        CheckRequest();
    end;

    trigger OnModify()
    begin
        CheckRequest();
    end;

    trigger OnDelete()
    begin
        CheckRequest();
    end;

    trigger OnRename()
    begin
        if "Request Id" <> xRec."Request Id" then
            BridgeRequestCheck.RefuseNewRequest();
        CheckRequest();
    end;

    var
        BridgeRequestCheck: Codeunit "Bridge Request Check";

    local procedure CheckRequest()
    var
        ReceiptRequest: Record "Bridge Receipt Request";
    begin
        ReceiptRequest.SetLoadFields(Status);
        ReceiptRequest.GetBySystemId("Request Id");
        BridgeRequestCheck.CheckNotPosted(ReceiptRequest.Status);
    end;
}

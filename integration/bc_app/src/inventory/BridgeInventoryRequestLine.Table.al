namespace Tieout.Bridge;

using Microsoft.Finance.GeneralLedger.Account;
using Microsoft.Inventory.Item;
using Microsoft.Inventory.Location;

table 50604 "Bridge Inventory Request Line"
{
    Caption = 'Bridge Inventory Request Line';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Request Id"; Guid)
        {
            Caption = 'Request Id';
            DataClassification = CustomerContent;
            TableRelation = "Bridge Inventory Request".SystemId;
        }
        field(2; "Line No."; Integer)
        {
            Caption = 'Line No.';
            DataClassification = CustomerContent;
        }
        field(3; "Item No."; Code[20])
        {
            Caption = 'Item No.';
            DataClassification = CustomerContent;
            TableRelation = Item;
            ValidateTableRelation = false;
        }
        field(4; Quantity; Decimal)
        {
            Caption = 'Quantity';
            DataClassification = CustomerContent;
            DecimalPlaces = 0 : 5;
        }
        field(5; "Unit of Measure Code"; Code[10])
        {
            Caption = 'Unit of Measure Code';
            DataClassification = CustomerContent;
            TableRelation = "Item Unit of Measure".Code where("Item No." = field("Item No."));
            ValidateTableRelation = false;
        }
        field(6; "Location Code"; Code[10])
        {
            Caption = 'Location Code';
            DataClassification = CustomerContent;
            TableRelation = Location;
            ValidateTableRelation = false;
        }
        field(7; "New Location Code"; Code[10])
        {
            Caption = 'New Location Code';
            DataClassification = CustomerContent;
            TableRelation = Location;
            ValidateTableRelation = false;
        }
        field(8; "Account No."; Code[20])
        {
            Caption = 'Account No.';
            DataClassification = CustomerContent;
            TableRelation = "G/L Account";
            ValidateTableRelation = false;
        }
        field(9; Dimensions; Text[250])
        {
            Caption = 'Dimensions';
            DataClassification = CustomerContent;
        }
    }

    keys
    {
        key(PK; "Request Id", "Line No.")
        {
            Clustered = true;
        }
    }

    trigger OnInsert()
    begin
        BridgeRequestCheck.CheckRequestGiven("Request Id");
        TestField("Line No.");
        TestField("Item No.");
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
        InventoryRequest: Record "Bridge Inventory Request";
    begin
        InventoryRequest.SetLoadFields(Status);
        InventoryRequest.GetBySystemId("Request Id");
        BridgeRequestCheck.CheckNotPosted(InventoryRequest.Status);
    end;
}

namespace Tieout.Bridge;

/// <summary>
/// One row per external id of an order, kept when the order is posted or deleted. A table extension cannot have a
/// unique key that leaves blanks out; the primary key here does that work.
/// </summary>
table 50605 "Bridge Order Key"
{
    Access = Internal;
    Caption = 'Bridge Order Key';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "External Id"; Text[50])
        {
            Caption = 'External Id';
            DataClassification = CustomerContent;
            NotBlank = true;
        }
        field(2; "Order System Id"; Guid)
        {
            Caption = 'Order System Id';
            DataClassification = SystemMetadata;
        }
        field(3; "Order No."; Code[20])
        {
            Caption = 'Order No.';
            DataClassification = CustomerContent;
        }
    }

    keys
    {
        key(PK; "External Id")
        {
            Clustered = true;
        }
    }
}

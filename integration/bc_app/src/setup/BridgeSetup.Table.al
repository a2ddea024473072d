namespace Tieout.Bridge;

using Microsoft.Foundation.NoSeries;

table 50600 "Bridge Setup"
{
    Access = Internal;
    Caption = 'Bridge Setup';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Primary Key"; Code[10])
        {
            Caption = 'Primary Key';
            DataClassification = SystemMetadata;
        }
        field(2; "Inventory Request Nos."; Code[20])
        {
            Caption = 'Inventory Request Nos.';
            DataClassification = CustomerContent;
            TableRelation = "No. Series";
        }
        field(3; "Hold Code"; Code[3])
        {
            Caption = 'Hold Code';
            DataClassification = CustomerContent;
            InitValue = 'TIE';
            NotBlank = true;
        }
    }

    keys
    {
        key(PK; "Primary Key")
        {
            Clustered = true;
        }
    }

    /// <summary>
    /// Reads the setup; a company that has none yet works with the defaults.
    /// </summary>
    procedure GetOrDefault()
    begin
        if not Get() then
            Init();
    end;
}

namespace Tieout.Bridge;

using System.DataAdministration;

codeunit 50600 "Bridge Install"
{
    Access = Internal;
    Permissions = tabledata "Bridge Setup" = ri;
    Subtype = Install;

    trigger OnInstallAppPerCompany()
    var
        BridgeSetup: Record "Bridge Setup";
    begin
        if not BridgeSetup.Get() then begin
            BridgeSetup.Init();
            BridgeSetup.Insert(true);
        end;
        AllowRetentionPolicies();
    end;

    local procedure AllowRetentionPolicies()
    var
        BridgeDeletedRecord: Record "Bridge Deleted Record";
        RetenPolAllowedTables: Codeunit "Reten. Pol. Allowed Tables";
    begin
        RetenPolAllowedTables.AddAllowedTable(Database::"Bridge Deleted Record", BridgeDeletedRecord.FieldNo(SystemCreatedAt));
    end;
}

namespace Tieout.Bridge;

/// <summary>
/// For people who choose the setup and look after requests that were refused.
/// </summary>
permissionset 50601 "Bridge View"
{
    Access = Public;
    Assignable = true;
    Caption = 'Tieout Bridge view', MaxLength = 30;
    Permissions =
        tabledata "Bridge Setup" = RIM,
        tabledata "Bridge Receipt Request" = R,
        tabledata "Bridge Receipt Request Line" = R,
        tabledata "Bridge Inventory Request" = R,
        tabledata "Bridge Inventory Request Line" = R,
        tabledata "Bridge Deleted Record" = R,
        page "Bridge Setup" = X,
        page "Bridge Receipt Requests" = X,
        page "Bridge Inventory Requests" = X,
        page "Bridge Deleted Records" = X;
}

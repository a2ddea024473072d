namespace Tieout.Bridge;

/// <summary>
/// All that Tieout's application needs of this app. What posting needs of the base application comes from the sets
/// that the README names.
/// </summary>
permissionset 50600 "Bridge Integration"
{
    Access = Public;
    Assignable = true;
    Caption = 'Tieout Bridge integration', MaxLength = 30;
    Permissions =
        tabledata "Bridge Setup" = R,
        tabledata "Bridge Receipt Request" = RIMD,
        tabledata "Bridge Receipt Request Line" = RIMD,
        tabledata "Bridge Inventory Request" = RIMD,
        tabledata "Bridge Inventory Request Line" = RIMD,
        tabledata "Bridge Order Key" = RI,
        tabledata "Bridge Deleted Record" = R,
        table "Bridge Setup" = X,
        table "Bridge Receipt Request" = X,
        table "Bridge Receipt Request Line" = X,
        table "Bridge Inventory Request" = X,
        table "Bridge Inventory Request Line" = X,
        table "Bridge Order Key" = X,
        table "Bridge Deleted Record" = X,
        page "Bridge Receipt Requests API" = X,
        page "Bridge Receipt Req. Lines API" = X,
        page "Bridge Inventory Requests API" = X,
        page "Bridge Inventory Req.Lines API" = X,
        page "Bridge Purch. Order Header API" = X,
        page "Bridge Purch. Order Links API" = X,
        page "Bridge Purch. Inv. Header API" = X,
        page "Bridge Vendor Ledger API" = X,
        page "Bridge Item Units API" = X,
        page "Bridge Purch. Inv. Links API" = X,
        page "Bridge Receipt Lines API" = X,
        page "Bridge Item Ledger API" = X,
        page "Bridge Posting Periods API" = X,
        page "Bridge Deleted Records API" = X,
        page "Bridge Setup" = X,
        page "Bridge Receipt Requests" = X,
        page "Bridge Inventory Requests" = X,
        page "Bridge Deleted Records" = X,
        codeunit "Bridge Install" = X,
        codeunit "Bridge Request Check" = X,
        codeunit "Bridge Receipt Process" = X,
        codeunit "Bridge Receipt Post" = X,
        codeunit "Bridge Inventory Process" = X,
        codeunit "Bridge Inventory Post" = X,
        codeunit "Bridge Dimensions" = X,
        codeunit "Bridge Account Posting" = X,
        codeunit "Bridge Order" = X,
        codeunit "Bridge Invoice Hold" = X,
        codeunit "Bridge Deletion Log" = X,
        query "Bridge Stock by Location" = X;
}

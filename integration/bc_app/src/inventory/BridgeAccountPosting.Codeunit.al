namespace Tieout.Bridge;

using Microsoft.Inventory.Costing;
using Microsoft.Inventory.Journal;
using Microsoft.Inventory.Ledger;
using Microsoft.Inventory.Posting;

/// <summary>
/// Lets the cost of a movement go to the account that the request names instead of the adjustment account of the
/// posting setup; later corrections of the cost follow it.
/// </summary>
codeunit 50607 "Bridge Account Posting"
{
    Access = Internal;
    InherentEntitlements = X;
    InherentPermissions = X;
    Permissions = tabledata "Item Ledger Entry" = r;

    [EventSubscriber(ObjectType::Codeunit, Codeunit::"Item Jnl.-Post Line", OnBeforeInsertItemLedgEntry, '', false, false)]
    local procedure KeepAccountOnEntry(var ItemLedgerEntry: Record "Item Ledger Entry"; ItemJournalLine: Record "Item Journal Line")
    begin
        ItemLedgerEntry."Bridge Account No." := ItemJournalLine."Bridge Account No.";
    end;

    [EventSubscriber(ObjectType::Codeunit, Codeunit::"Inventory Posting To G/L", OnAfterSetAccNo, '', false, false)]
    local procedure PostToAccountOfEntry(var InvtPostingBuffer: Record "Invt. Posting Buffer"; ValueEntry: Record "Value Entry")
    var
        ItemLedgerEntry: Record "Item Ledger Entry";
    begin
        if InvtPostingBuffer."Account Type" <> InvtPostingBuffer."Account Type"::"Inventory Adjmt." then
            exit;
        ItemLedgerEntry.SetLoadFields("Bridge Account No.");
        if not ItemLedgerEntry.Get(ValueEntry."Item Ledger Entry No.") then
            exit;
        if ItemLedgerEntry."Bridge Account No." <> '' then
            InvtPostingBuffer."Account No." := ItemLedgerEntry."Bridge Account No.";
    end;
}

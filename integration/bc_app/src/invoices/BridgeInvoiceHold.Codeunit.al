namespace Tieout.Bridge;

using Microsoft.Purchases.Document;
using Microsoft.Purchases.Payables;

/// <summary>
/// Stops and frees the payment of invoices. Both are safe to repeat, and a hold that somebody else set is theirs.
/// </summary>
codeunit 50609 "Bridge Invoice Hold"
{
    Access = Internal;
    Permissions = tabledata "Bridge Setup" = r,
                  tabledata "Purchase Header" = rm,
                  tabledata "Vendor Ledger Entry" = rm;

    var
        HeldByOthersErr: Label '%1 %2 is on hold by others (%3). Clear that hold in Business Central first.', Comment = '%1 = kind of document, %2 = document number, %3 = hold code';

    procedure SetOnDraft(InvoiceId: Guid)
    begin
        ChangeDraft(InvoiceId, GetHoldCode());
    end;

    procedure ClearOnDraft(InvoiceId: Guid)
    begin
        ChangeDraft(InvoiceId, '');
    end;

    procedure SetOnEntry(EntryId: Guid)
    begin
        ChangeEntry(EntryId, GetHoldCode());
    end;

    procedure ClearOnEntry(EntryId: Guid)
    begin
        ChangeEntry(EntryId, '');
    end;

    local procedure ChangeDraft(InvoiceId: Guid; NewOnHold: Code[3])
    var
        PurchaseHeader: Record "Purchase Header";
    begin
        PurchaseHeader.ReadIsolation := IsolationLevel::UpdLock;
        PurchaseHeader.GetBySystemId(InvoiceId);
        CheckOurs(PurchaseHeader."On Hold", Format(PurchaseHeader."Document Type"), PurchaseHeader."No.");
        if PurchaseHeader."On Hold" = NewOnHold then
            exit;
        PurchaseHeader."On Hold" := NewOnHold;
        PurchaseHeader.Modify(true);
    end;

    local procedure ChangeEntry(EntryId: Guid; NewOnHold: Code[3])
    var
        VendorLedgerEntry: Record "Vendor Ledger Entry";
        VendEntryEdit: Codeunit "Vend. Entry-Edit";
    begin
        VendorLedgerEntry.ReadIsolation := IsolationLevel::UpdLock;
        VendorLedgerEntry.GetBySystemId(EntryId);
        CheckOurs(VendorLedgerEntry."On Hold", Format(VendorLedgerEntry."Document Type"), VendorLedgerEntry."Document No.");
        if VendorLedgerEntry."On Hold" = NewOnHold then
            exit;
        if NewOnHold <> '' then
            VendorLedgerEntry.TestField(Open, true); // what is paid cannot be stopped any more
        VendorLedgerEntry."On Hold" := NewOnHold;
        VendEntryEdit.Run(VendorLedgerEntry);
    end;

    local procedure CheckOurs(OnHold: Code[3]; DocumentType: Text; DocumentNo: Code[20])
    begin
        if not (OnHold in ['', GetHoldCode()]) then
            Error(HeldByOthersErr, DocumentType, DocumentNo, OnHold);
    end;

    local procedure GetHoldCode(): Code[3]
    var
        BridgeSetup: Record "Bridge Setup";
    begin
        BridgeSetup.GetOrDefault();
        BridgeSetup.TestField("Hold Code");
        exit(BridgeSetup."Hold Code");
    end;
}

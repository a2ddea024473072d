namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

codeunit 50608 "Bridge Order"
{
    Access = Internal;
    Permissions = tabledata "Bridge Order Key" = ri,
                  tabledata "Purchase Header" = rim;

    var
        KeyIsFixedErr: Label 'The value for "externalId" cannot be modified.';
        VendorIsFixedErr: Label 'The value for "vendorNumber" cannot be modified.';

    /// <summary>
    /// Creates an order under the external id. An id that was ever taken is refused, whatever became of its order.
    /// </summary>
    procedure Create(var NewPurchaseHeader: Record "Purchase Header")
    var
        PurchaseHeader: Record "Purchase Header";
    begin
        NewPurchaseHeader.TestField("Bridge External Id");
        NewPurchaseHeader.TestField("Buy-from Vendor No.");

        PurchaseHeader.SetHideValidationDialog(true);
        PurchaseHeader."Document Type" := PurchaseHeader."Document Type"::Order;
        PurchaseHeader.Insert(true);
        PurchaseHeader.Validate("Buy-from Vendor No.", NewPurchaseHeader."Buy-from Vendor No.");
        if NewPurchaseHeader."Document Date" <> 0D then
            PurchaseHeader.Validate("Document Date", NewPurchaseHeader."Document Date");
        if NewPurchaseHeader."Posting Date" <> 0D then
            PurchaseHeader.Validate("Posting Date", NewPurchaseHeader."Posting Date");
        if NewPurchaseHeader."Vendor Invoice No." <> '' then
            PurchaseHeader.Validate("Vendor Invoice No.", NewPurchaseHeader."Vendor Invoice No.");
        PurchaseHeader."Bridge External Id" := NewPurchaseHeader."Bridge External Id";
        PurchaseHeader.Modify(true);
        TakeKey(PurchaseHeader);
        NewPurchaseHeader := PurchaseHeader;
    end;

    /// <summary>
    /// Changes an order. The vendor stays; the external id can be given to an order that has none.
    /// </summary>
    procedure Change(var PurchaseHeader: Record "Purchase Header")
    var
        StoredPurchaseHeader: Record "Purchase Header";
    begin
        StoredPurchaseHeader.ReadIsolation := IsolationLevel::UpdLock;
        StoredPurchaseHeader.GetBySystemId(PurchaseHeader.SystemId);
        if PurchaseHeader."Buy-from Vendor No." <> StoredPurchaseHeader."Buy-from Vendor No." then
            Error(VendorIsFixedErr);
        if PurchaseHeader."Bridge External Id" <> StoredPurchaseHeader."Bridge External Id" then begin
            if StoredPurchaseHeader."Bridge External Id" <> '' then
                Error(KeyIsFixedErr);
            TakeKey(PurchaseHeader);
        end;
        PurchaseHeader.Modify(true);
    end;

    procedure Release(PurchaseOrderId: Guid)
    var
        PurchaseHeader: Record "Purchase Header";
        ReleasePurchaseDocument: Codeunit "Release Purchase Document";
    begin
        PurchaseHeader.ReadIsolation := IsolationLevel::UpdLock;
        PurchaseHeader.GetBySystemId(PurchaseOrderId);
        ReleasePurchaseDocument.PerformManualRelease(PurchaseHeader);
    end;

    procedure Reopen(PurchaseOrderId: Guid)
    var
        PurchaseHeader: Record "Purchase Header";
        ReleasePurchaseDocument: Codeunit "Release Purchase Document";
    begin
        PurchaseHeader.ReadIsolation := IsolationLevel::UpdLock;
        PurchaseHeader.GetBySystemId(PurchaseOrderId);
        ReleasePurchaseDocument.PerformManualReopen(PurchaseHeader);
    end;

    local procedure TakeKey(PurchaseHeader: Record "Purchase Header")
    var
        BridgeOrderKey: Record "Bridge Order Key";
    begin
        BridgeOrderKey."External Id" := PurchaseHeader."Bridge External Id";
        BridgeOrderKey."Order System Id" := PurchaseHeader.SystemId;
        BridgeOrderKey."Order No." := PurchaseHeader."No.";
        BridgeOrderKey.Insert(true);
    end;
}

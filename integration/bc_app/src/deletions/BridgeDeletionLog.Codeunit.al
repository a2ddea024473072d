namespace Tieout.Bridge;

using Microsoft.Finance.Currency;
using Microsoft.Finance.Dimension;
using Microsoft.Finance.GeneralLedger.Account;
using Microsoft.FixedAssets.FixedAsset;
using Microsoft.Foundation.PaymentTerms;
using Microsoft.Foundation.UOM;
using Microsoft.Inventory.Item;
using Microsoft.Inventory.Location;
using Microsoft.Purchases.Document;
using Microsoft.Purchases.History;
using Microsoft.Purchases.Vendor;

/// <summary>
/// Notes every deletion that Tieout would otherwise find only by reading all ids again. The subscribers do one
/// insert each; no right of the user is needed, so that nobody's deletion fails because of them.
/// </summary>
codeunit 50610 "Bridge Deletion Log"
{
    Access = Internal;
    InherentEntitlements = X;
    InherentPermissions = X;
    Permissions = tabledata "Bridge Deleted Record" = ri;

    [EventSubscriber(ObjectType::Table, Database::"G/L Account", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedGLAccount(var Rec: Record "G/L Account")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::Vendor, OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedVendor(var Rec: Record Vendor)
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::Item, OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedItem(var Rec: Record Item)
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Item Unit of Measure", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedItemUnitofMeasure(var Rec: Record "Item Unit of Measure")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Unit of Measure", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedUnitofMeasure(var Rec: Record "Unit of Measure")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::Location, OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedLocation(var Rec: Record Location)
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::Currency, OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedCurrency(var Rec: Record Currency)
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Currency Exchange Rate", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedCurrencyExchangeRate(var Rec: Record "Currency Exchange Rate")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Payment Terms", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedPaymentTerms(var Rec: Record "Payment Terms")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::Dimension, OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedDimension(var Rec: Record Dimension)
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Dimension Value", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedDimensionValue(var Rec: Record "Dimension Value")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Fixed Asset", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedFixedAsset(var Rec: Record "Fixed Asset")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Purchase Header", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedPurchaseHeader(var Rec: Record "Purchase Header")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Purchase Line", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedPurchaseLine(var Rec: Record "Purchase Line")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Purch. Rcpt. Header", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedPurchRcptHeader(var Rec: Record "Purch. Rcpt. Header")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [EventSubscriber(ObjectType::Table, Database::"Purch. Inv. Header", OnAfterDeleteEvent, '', false, false)]
    local procedure LogDeletedPurchInvHeader(var Rec: Record "Purch. Inv. Header")
    begin
        if not Rec.IsTemporary() then
            Log(Rec);
    end;

    [InherentPermissions(PermissionObjectType::TableData, Database::"Bridge Deleted Record", 'ri')]
    local procedure Log(DeletedRecord: Variant)
    var
        BridgeDeletedRecord: Record "Bridge Deleted Record";
        DeletedRecordRef: RecordRef;
    begin
        DeletedRecordRef.GetTable(DeletedRecord);
        BridgeDeletedRecord."Table No." := DeletedRecordRef.Number();
        BridgeDeletedRecord."Table Name" := CopyStr(DeletedRecordRef.Name(), 1, MaxStrLen(BridgeDeletedRecord."Table Name"));
        BridgeDeletedRecord."Record System Id" := DeletedRecordRef.Field(DeletedRecordRef.SystemIdNo()).Value();
        BridgeDeletedRecord."Record No." := GetRecordNo(DeletedRecordRef);
        BridgeDeletedRecord.Insert(true);
    end;

    /// <summary>
    /// Joins the fields of the primary key: V0042, or FILTER,BOX.
    /// </summary>
    local procedure GetRecordNo(DeletedRecordRef: RecordRef): Text[100]
    var
        PrimaryKeyRef: KeyRef;
        RecordNo: TextBuilder;
        Index: Integer;
    begin
        PrimaryKeyRef := DeletedRecordRef.KeyIndex(1);
        for Index := 1 to PrimaryKeyRef.FieldCount() do begin
            if Index > 1 then
                RecordNo.Append(',');
            RecordNo.Append(Format(PrimaryKeyRef.FieldIndex(Index).Value(), 0, 9));
        end;
        exit(CopyStr(RecordNo.ToText(), 1, 100));
    end;
}

namespace Tieout.Bridge;

using Microsoft.Foundation.UOM;
using Microsoft.Inventory.Item;
using Microsoft.Purchases.Document;
using Microsoft.Purchases.Posting;

codeunit 50603 "Bridge Receipt Post"
{
    Access = Internal;
    Permissions = tabledata "Bridge Receipt Request" = rm,
                  tabledata "Bridge Receipt Request Line" = r,
                  tabledata "Purchase Header" = rm,
                  tabledata "Purchase Line" = rm,
                  tabledata Item = r;
    TableNo = "Bridge Receipt Request";

    trigger OnRun()
    begin
        // Of two calls at once the second waits here, and then finds the request posted.
        Rec.ReadIsolation := IsolationLevel::UpdLock;
        Rec.GetBySystemId(Rec.SystemId);
        if Rec.Status <> Rec.Status::Posted then
            Post(Rec);
    end;

    var
        NegativeErr: Label 'A received quantity must not be negative.';

    [CommitBehavior(CommitBehavior::Ignore)]
    local procedure Post(var ReceiptRequest: Record "Bridge Receipt Request")
    var
        PurchaseHeader: Record "Purchase Header";
        PurchPost: Codeunit "Purch.-Post";
    begin
        PurchaseHeader.ReadIsolation := IsolationLevel::UpdLock;
        PurchaseHeader.Get(PurchaseHeader."Document Type"::Order, ReceiptRequest."Order No.");
        SetHeader(PurchaseHeader, ReceiptRequest);
        SetQuantities(PurchaseHeader, ReceiptRequest);

        PurchPost.SetSuppressCommit(true); // the receipt and the word that it is posted are one transaction
        PurchPost.Run(PurchaseHeader);
        ReceiptRequest.MarkPosted(PurchaseHeader."Last Receiving No.");
    end;

    local procedure SetHeader(var PurchaseHeader: Record "Purchase Header"; ReceiptRequest: Record "Bridge Receipt Request")
    begin
        PurchaseHeader.SetHideValidationDialog(true);
        if PurchaseHeader."Posting Date" <> ReceiptRequest."Posting Date" then begin
            // Assigned, as batch posting does it: validating would move the document and due dates, too.
            PurchaseHeader."Posting Date" := ReceiptRequest."Posting Date";
            PurchaseHeader.Validate("Currency Code");
        end;
        PurchaseHeader."Vendor Shipment No." := ReceiptRequest."Vendor Shipment No.";
        PurchaseHeader.Receive := true;
        PurchaseHeader.Ship := false;
        PurchaseHeader.Invoice := false;
        PurchaseHeader.Modify(true);
    end;

    local procedure SetQuantities(PurchaseHeader: Record "Purchase Header"; ReceiptRequest: Record "Bridge Receipt Request")
    var
        ReceiptRequestLine: Record "Bridge Receipt Request Line";
        PurchaseLine: Record "Purchase Line";
        BridgeRequestCheck: Codeunit "Bridge Request Check";
    begin
        ReceiptRequestLine.SetRange("Request Id", ReceiptRequest.SystemId);
        ReceiptRequestLine.SetFilter(Quantity, '<>0');
        if not ReceiptRequestLine.FindSet() then
            BridgeRequestCheck.RefuseNothingToPost();

        ClearQuantities(PurchaseHeader);
        repeat
            if ReceiptRequestLine.Quantity < 0 then
                Error(NegativeErr);
            PurchaseLine.Get(PurchaseHeader."Document Type", PurchaseHeader."No.", ReceiptRequestLine."Order Line No.");
            PurchaseLine.Validate("Qty. to Receive", QuantityInUnitOfOrderLine(PurchaseLine, ReceiptRequestLine));
            PurchaseLine.Modify(true);
        until ReceiptRequestLine.Next() = 0;
    end;

    /// <summary>
    /// Receives nothing by default: the setup may have proposed the whole remainder of every line.
    /// </summary>
    local procedure ClearQuantities(PurchaseHeader: Record "Purchase Header")
    var
        PurchaseLine: Record "Purchase Line";
    begin
        PurchaseLine.ReadIsolation := IsolationLevel::UpdLock;
        PurchaseLine.SetRange("Document Type", PurchaseHeader."Document Type");
        PurchaseLine.SetRange("Document No.", PurchaseHeader."No.");
        PurchaseLine.SetFilter(Type, '<>%1', PurchaseLine.Type::" ");
        if PurchaseLine.FindSet() then
            repeat
                if PurchaseLine."Qty. to Receive" <> 0 then begin
                    PurchaseLine.Validate("Qty. to Receive", 0);
                    PurchaseLine.Modify(true);
                end;
            until PurchaseLine.Next() = 0;
    end;

    local procedure QuantityInUnitOfOrderLine(PurchaseLine: Record "Purchase Line"; ReceiptRequestLine: Record "Bridge Receipt Request Line"): Decimal
    var
        Item: Record Item;
        UnitOfMeasureManagement: Codeunit "Unit of Measure Management";
        QuantityBase: Decimal;
    begin
        if ReceiptRequestLine."Unit of Measure Code" in ['', PurchaseLine."Unit of Measure Code"] then
            exit(ReceiptRequestLine.Quantity);

        PurchaseLine.TestField(Type, PurchaseLine.Type::Item);
        PurchaseLine.TestField("Qty. per Unit of Measure");
        Item.Get(PurchaseLine."No.");
        QuantityBase :=
            ReceiptRequestLine.Quantity *
            UnitOfMeasureManagement.GetQtyPerUnitOfMeasure(Item, ReceiptRequestLine."Unit of Measure Code");
        exit(Round(QuantityBase / PurchaseLine."Qty. per Unit of Measure", UnitOfMeasureManagement.QtyRndPrecision()));
    end;
}

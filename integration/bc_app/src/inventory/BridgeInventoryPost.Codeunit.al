namespace Tieout.Bridge;

using Microsoft.Finance.Dimension;
using Microsoft.Finance.GeneralLedger.Account;
using Microsoft.Foundation.AuditCodes;
using Microsoft.Foundation.NoSeries;
using Microsoft.Inventory.Journal;
using Microsoft.Inventory.Ledger;
using Microsoft.Inventory.Location;
using Microsoft.Inventory.Posting;

codeunit 50605 "Bridge Inventory Post"
{
    Access = Internal;
    Permissions = tabledata "Bridge Inventory Request" = rm,
                  tabledata "Bridge Inventory Request Line" = r,
                  tabledata "Bridge Setup" = r,
                  tabledata "G/L Account" = r,
                  tabledata "Item Ledger Entry" = r,
                  tabledata Location = r,
                  tabledata "Source Code Setup" = r;
    TableNo = "Bridge Inventory Request";

    trigger OnRun()
    begin
        // Of two calls at once the second waits here, and then finds the request posted.
        Rec.ReadIsolation := IsolationLevel::UpdLock;
        Rec.GetBySystemId(Rec.SystemId);
        if Rec.Status <> Rec.Status::Posted then
            Post(Rec);
    end;

    var
        NegativeTransferErr: Label 'Quantity must be positive in a transfer.';

    [CommitBehavior(CommitBehavior::Ignore)]
    local procedure Post(var InventoryRequest: Record "Bridge Inventory Request")
    var
        InventoryRequestLine: Record "Bridge Inventory Request Line";
        BridgeRequestCheck: Codeunit "Bridge Request Check";
        ItemJnlPostLine: Codeunit "Item Jnl.-Post Line";
        DocumentNo: Code[20];
    begin
        InventoryRequestLine.SetRange("Request Id", InventoryRequest.SystemId);
        InventoryRequestLine.SetFilter(Quantity, '<>0');
        if not InventoryRequestLine.FindSet() then
            BridgeRequestCheck.RefuseNothingToPost();

        DocumentNo := GetDocumentNo(InventoryRequest);
        repeat
            PostLine(InventoryRequest, InventoryRequestLine, DocumentNo, ItemJnlPostLine);
        until InventoryRequestLine.Next() = 0;
        InventoryRequest.MarkPosted(DocumentNo, GetLastEntryNo(InventoryRequest, DocumentNo));
    end;

    local procedure PostLine(InventoryRequest: Record "Bridge Inventory Request"; InventoryRequestLine: Record "Bridge Inventory Request Line"; DocumentNo: Code[20]; var ItemJnlPostLine: Codeunit "Item Jnl.-Post Line")
    var
        ItemJournalLine: Record "Item Journal Line";
    begin
        ItemJournalLine.Init();
        ItemJournalLine.Validate("Posting Date", InventoryRequest."Posting Date");
        ItemJournalLine."Document No." := DocumentNo;
        ItemJournalLine."External Document No." := InventoryRequest.ExternalDocumentNo();
        ItemJournalLine."Source Code" := GetSourceCode(InventoryRequest.Kind);
        ItemJournalLine.Validate("Entry Type", GetEntryType(InventoryRequest.Kind, InventoryRequestLine.Quantity));
        ItemJournalLine.Validate("Item No.", InventoryRequestLine."Item No.");
        ItemJournalLine.Validate("Location Code", InventoryRequestLine."Location Code");
        CheckLocation(InventoryRequestLine."Location Code");
        if InventoryRequestLine."Unit of Measure Code" <> '' then
            ItemJournalLine.Validate("Unit of Measure Code", InventoryRequestLine."Unit of Measure Code");
        ItemJournalLine.Validate(Quantity, Abs(InventoryRequestLine.Quantity));
        ItemJournalLine.Validate("Reason Code", InventoryRequest."Reason Code");
        if InventoryRequest.Kind = InventoryRequest.Kind::Transfer then
            SetNewLocation(ItemJournalLine, InventoryRequestLine);
        SetAccount(ItemJournalLine, InventoryRequestLine."Account No.");
        SetDimensions(ItemJournalLine, InventoryRequestLine.Dimensions);
        ItemJnlPostLine.RunWithCheck(ItemJournalLine);
    end;

    /// <summary>
    /// Finds the ledger's word for a movement. The journal takes positive quantities only: consumption takes out,
    /// and brings back when it is negative; an adjustment follows its sign.
    /// </summary>
    local procedure GetEntryType(Kind: Enum "Bridge Inventory Kind"; Quantity: Decimal): Enum "Item Ledger Entry Type"
    begin
        case true of
            Kind = Kind::Transfer:
                begin
                    if Quantity < 0 then
                        Error(NegativeTransferErr);
                    exit("Item Ledger Entry Type"::Transfer);
                end;
            (Kind = Kind::Consumption) = (Quantity > 0):
                exit("Item Ledger Entry Type"::"Negative Adjmt.");
            else
                exit("Item Ledger Entry Type"::"Positive Adjmt.");
        end;
    end;

    local procedure SetNewLocation(var ItemJournalLine: Record "Item Journal Line"; InventoryRequestLine: Record "Bridge Inventory Request Line")
    begin
        InventoryRequestLine.TestField("New Location Code");
        ItemJournalLine.Validate("New Location Code", InventoryRequestLine."New Location Code");
        CheckLocation(InventoryRequestLine."New Location Code");
    end;

    /// <summary>
    /// Refuses locations with bins: posting a line directly would change the stock, but not the bins.
    /// </summary>
    local procedure CheckLocation(LocationCode: Code[10])
    var
        Location: Record Location;
    begin
        if LocationCode = '' then
            exit;
        Location.SetLoadFields("Bin Mandatory");
        Location.Get(LocationCode);
        Location.TestField("Bin Mandatory", false);
    end;

    local procedure SetAccount(var ItemJournalLine: Record "Item Journal Line"; AccountNo: Code[20])
    var
        GLAccount: Record "G/L Account";
    begin
        if AccountNo = '' then
            exit;
        ItemJournalLine.Validate("Bridge Account No.", AccountNo);
        GLAccount.Get(AccountNo);
        GLAccount.CheckGLAcc();
        GLAccount.TestField("Direct Posting", true);
    end;

    local procedure SetDimensions(var ItemJournalLine: Record "Item Journal Line"; Dimensions: Text)
    var
        BridgeDimensions: Codeunit "Bridge Dimensions";
        DimensionManagement: Codeunit DimensionManagement;
    begin
        ItemJournalLine."Dimension Set ID" := BridgeDimensions.Add(ItemJournalLine."Dimension Set ID", Dimensions);
        DimensionManagement.UpdateGlobalDimFromDimSetID(
            ItemJournalLine."Dimension Set ID", ItemJournalLine."Shortcut Dimension 1 Code", ItemJournalLine."Shortcut Dimension 2 Code");
        if ItemJournalLine."Entry Type" <> ItemJournalLine."Entry Type"::Transfer then
            exit;
        ItemJournalLine."New Dimension Set ID" := ItemJournalLine."Dimension Set ID";
        ItemJournalLine."New Shortcut Dimension 1 Code" := ItemJournalLine."Shortcut Dimension 1 Code";
        ItemJournalLine."New Shortcut Dimension 2 Code" := ItemJournalLine."Shortcut Dimension 2 Code";
    end;

    local procedure GetDocumentNo(InventoryRequest: Record "Bridge Inventory Request"): Code[20]
    var
        BridgeSetup: Record "Bridge Setup";
        NoSeries: Codeunit "No. Series";
    begin
        if InventoryRequest."Document No." <> '' then
            exit(InventoryRequest."Document No.");
        BridgeSetup.GetOrDefault();
        BridgeSetup.TestField("Inventory Request Nos.");
        exit(NoSeries.GetNextNo(BridgeSetup."Inventory Request Nos.", InventoryRequest."Posting Date"));
    end;

    local procedure GetLastEntryNo(InventoryRequest: Record "Bridge Inventory Request"; DocumentNo: Code[20]): BigInteger
    var
        ItemLedgerEntry: Record "Item Ledger Entry";
    begin
        ItemLedgerEntry.SetLoadFields("Entry No.");
        ItemLedgerEntry.SetRange("Document No.", DocumentNo);
        ItemLedgerEntry.SetRange("External Document No.", InventoryRequest.ExternalDocumentNo());
        if ItemLedgerEntry.FindLast() then
            exit(ItemLedgerEntry."Entry No.");
    end;

    local procedure GetSourceCode(Kind: Enum "Bridge Inventory Kind"): Code[10]
    var
        SourceCodeSetup: Record "Source Code Setup";
    begin
        SourceCodeSetup.Get();
        if Kind = Kind::Transfer then
            exit(SourceCodeSetup."Item Reclass. Journal");
        exit(SourceCodeSetup."Item Journal");
    end;
}

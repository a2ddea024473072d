namespace Tieout.Bridge;

using Microsoft.Finance.GeneralLedger.Account;
using Microsoft.Inventory.Ledger;

tableextension 50604 "Bridge Item Ledger Entry" extends "Item Ledger Entry"
{
    fields
    {
        field(50600; "Bridge Account No."; Code[20])
        {
            Caption = 'Bridge Account No.';
            DataClassification = CustomerContent;
            Editable = false;
            TableRelation = "G/L Account";
        }
    }
}

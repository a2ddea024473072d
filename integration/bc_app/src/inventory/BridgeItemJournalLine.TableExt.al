namespace Tieout.Bridge;

using Microsoft.Finance.GeneralLedger.Account;
using Microsoft.Inventory.Journal;

tableextension 50603 "Bridge Item Journal Line" extends "Item Journal Line"
{
    fields
    {
        field(50600; "Bridge Account No."; Code[20])
        {
            Caption = 'Bridge Account No.';
            DataClassification = CustomerContent;
            TableRelation = "G/L Account";
        }
    }
}

namespace Tieout.Bridge;

using Microsoft.Purchases.History;

tableextension 50601 "Bridge Purch. Rcpt. Header" extends "Purch. Rcpt. Header"
{
    fields
    {
        // The same number in all three tables: posting carries the id from the order to its documents.
        field(50600; "Bridge External Id"; Text[50])
        {
            Caption = 'Bridge External Id';
            DataClassification = CustomerContent;
            Editable = false;
        }
    }
}
